"""Pseudonyms of two domains never meet, whatever the domains are."""

from dataclasses import astuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.core.ports import Recipient
from pipelines.pseudonymise.keys import RootKey, length_prefixed
from tests.rooms.keys.by_hand import NEXT_ROOT, ROOT

PEOPLE = [f"999{number:07d}" for number in range(10_000)]
FEW = PEOPLE[:20]
TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
DOMAINS = st.tuples(st.sampled_from(["m1", "n1", "r1", "l1"]), st.lists(TEXT, max_size=3))
RECIPIENTS = st.builds(
    Recipient,
    code=st.sampled_from(["QOP", "QJM", "S1Y5D", "QO", "P"]),
    purpose=st.sampled_from(["service_evaluation", "planning", "Pservice_evaluation"]),
    opt_out=st.sampled_from(["respected", "not_applicable"]),
    epoch=st.integers(1, 30),
)
QOP = Recipient("QOP", "service_evaluation", "respected", 1)
OTHERS = {
    "another ICS": Recipient("QJM", "service_evaluation", "respected", 1),
    "another purpose": Recipient("QOP", "planning", "respected", 1),
    "another opt-out policy": Recipient("QOP", "service_evaluation", "not_applicable", 1),
    "another epoch": Recipient("QOP", "service_evaluation", "respected", 2),
}


def codes(pseudonyms: list[str]) -> set[str]:
    """Pseudonyms without what says openly whose they are: a join on these must fail too."""
    return {pseudonym.rpartition(".")[2] for pseudonym in pseudonyms}


@given(st.lists(TEXT, max_size=4), st.lists(TEXT, max_size=4))
def test_different_fields_never_look_alike(one: list[str], other: list[str]) -> None:
    assert (length_prefixed(one) == length_prefixed(other)) == (one == other)


@given(DOMAINS, DOMAINS)
def test_two_labels_or_contexts_share_no_token_and_no_store_key(
    one: tuple[str, list[str]], other: tuple[str, list[str]]
) -> None:
    assume(one != other)
    keys = RootKey(ROOT)
    assert not codes(keys.tokens(*one)(FEW)) & codes(keys.tokens(*other)(FEW))
    assert not codes(keys.keyed_hash(*one)(FEW)) & codes(keys.keyed_hash(*other)(FEW))


@given(DOMAINS)
def test_the_two_layers_and_two_roots_share_nothing(domain: tuple[str, list[str]]) -> None:
    keys, rotated, other = RootKey(ROOT), RootKey(ROOT, NEXT_ROOT), RootKey(NEXT_ROOT)
    made = [
        codes(keys.tokens(*domain)(FEW)),
        codes(keys.keyed_hash(*domain)(FEW)),
        codes(rotated.keyed_hash(*domain)(FEW)),
        codes(other.tokens(*domain)(FEW)),
        codes(other.keyed_hash(*domain)(FEW)),
    ]
    assert len(set.union(*made)) == 5 * len(FEW)


@given(RECIPIENTS, RECIPIENTS)
def test_two_recipients_share_no_pseudonym_even_under_one_secret(
    one: Recipient, other: Recipient
) -> None:
    assume(astuple(one) != astuple(other))
    keys = RootKey(ROOT, recipient_secrets={one: bytes(32), other: bytes(32)})
    store_keys = keys.keyed_hash("n1", ())(FEW)
    assert not codes(keys.pseudonyms(one)(store_keys)) & codes(keys.pseudonyms(other)(store_keys))


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_two_secrets_of_one_recipient_share_no_pseudonym(one: bytes, other: bytes) -> None:
    assume(one != other)
    store_keys = RootKey(ROOT).keyed_hash("n1", ())(FEW)
    made = [
        RootKey(ROOT, recipient_secrets={QOP: secret}).pseudonyms(QOP)(store_keys)
        for secret in (one, other)
    ]
    assert not codes(made[0]) & codes(made[1])


@pytest.mark.parametrize("other", OTHERS)
def test_the_same_ten_thousand_people_cannot_be_joined_with(other: str) -> None:
    keys = RootKey(ROOT)
    store_keys = keys.keyed_hash("n1", ())(PEOPLE)
    ours, theirs = (keys.pseudonyms(who)(store_keys) for who in (QOP, OTHERS[other]))
    assert len(codes(ours)) == len(codes(theirs)) == len(PEOPLE)
    assert len(codes(ours) & codes(theirs)) == 0
    assert {text[:12] for text in ours} != {text[:12] for text in theirs}
