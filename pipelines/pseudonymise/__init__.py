"""The border. Rows go in with identifiers and come out with keyed pseudonyms; nothing goes back.

Distinct identifiers are hashed once, then joined; the key never enters SQL.
"""

from pipelines.pseudonymise.border import link_consent, pseudonymise

__all__ = ["link_consent", "pseudonymise"]
