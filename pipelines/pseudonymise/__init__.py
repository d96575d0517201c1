"""The border. Rows go in with identifiers and come out with keyed pseudonyms; nothing goes back.

Distinct identifiers are hashed once, then joined; the key never enters SQL.
"""

from pipelines.pseudonymise.border import link_consent, pseudonymise
from pipelines.pseudonymise.places import place_open

__all__ = ["link_consent", "place_open", "pseudonymise"]
