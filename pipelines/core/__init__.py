"""Facts that every room may know: contracts, agreements, stages, ports, errors, settings.

`core` imports none of the other rooms.
"""
