"""Ways in which deliveries reach us, one module per transport, found by name.

A transport lists the drops that lie ready and opens one, checked against the sender's own list.
"""
