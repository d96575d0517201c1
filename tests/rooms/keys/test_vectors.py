"""The right constructions: published vectors, and ours made by a second construction."""

import re

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipelines.core.ports import Recipient
from pipelines.core.settings import PROJECT
from pipelines.pseudonymise.keys import RootKey
from pipelines.pseudonymise.keys.derivation import derive, keyed
from tests.rooms.keys import by_hand

PAGE = PROJECT / "docs" / "explanation" / "keys-and-pseudonyms.md"
QOP = Recipient("QOP", "service_evaluation", "respected", 1)
SECRET = bytes(range(64, 96))

RFC_4231 = {
    1: (b"\x0b" * 20, b"Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    2: (b"Jefe", b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    3: (b"\xaa" * 20, b"\xdd" * 50,
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    4: (bytes(range(1, 26)), b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    6: (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    7: (b"\xaa" * 131,
        (b"This is a test using a larger than block-size key and a larger than block-size data. "
        b"The key needs to be hashed before being used by the HMAC algorithm."),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
}  # fmt: skip

RFC_5869 = {
    1: (b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
    2: (bytes(range(0x50)), bytes(range(0x60, 0xB0)), bytes(range(0xB0, 0x100)),
        ("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c6"
        "5e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87")),
    3: (b"\x0b" * 22, b"", b"",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(RFC_4231))
def test_the_library_gives_what_rfc_4231_says(case: int) -> None:
    key, data, expected = RFC_4231[case]
    mac = keyed(key)
    mac.update(data)
    assert mac.finalize().hex() == expected


@pytest.mark.parametrize("case", sorted(RFC_5869))
def test_the_library_and_the_second_construction_give_what_rfc_5869_says(case: int) -> None:
    key, salt, info, expected = RFC_5869[case]
    length = len(expected) // 2
    library = HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=info).derive(key)
    assert library.hex() == expected
    assert by_hand.hkdf(key, salt, info, length).hex() == expected


def test_a_working_key_is_hkdf_of_length_prefixed_fields() -> None:
    assert derive(by_hand.ROOT, ["edge", "n1"]) == by_hand.working_key(by_hand.ROOT, "edge", "n1")


CASES = [
    ("n1", (), "9990000018"),
    ("m1", ("harbour_leisure",), "1001"),
    ("r1", ("movewell_referrals",), "R-000123"),
]


@pytest.mark.parametrize(("label", "context", "identifier"), CASES)
def test_a_token_is_hmac_under_the_edge_key(
    label: str, context: tuple[str, ...], identifier: str
) -> None:
    made = RootKey(by_hand.ROOT).tokens(label, context)([identifier])
    assert made == [by_hand.token(label, context, identifier)]


@pytest.mark.parametrize(("label", "context", "identifier"), CASES)
def test_a_store_key_is_hmac_of_the_token_under_the_linkage_key(
    label: str, context: tuple[str, ...], identifier: str
) -> None:
    token = by_hand.token(label, context, identifier)
    expected = [by_hand.store_key(label, token)]
    keys = RootKey(by_hand.ROOT)
    assert keys.store_keys(label)([token]) == expected
    assert keys.keyed_hash(label, context)([identifier]) == expected


def test_after_a_rotation_the_store_key_is_hmac_of_the_one_before() -> None:
    token = by_hand.token("n1", (), "9990000018")
    expected = [by_hand.store_key("n1", token, by_hand.ROOT, by_hand.NEXT_ROOT)]
    keys = RootKey(by_hand.ROOT, by_hand.NEXT_ROOT)
    assert keys.keyed_hash("n1", ())(["9990000018"]) == expected
    assert keys.rekeyed("n1")(RootKey(by_hand.ROOT).store_keys("n1")([token])) == expected


def test_a_recipients_pseudonym_is_hmac_of_the_store_key_under_its_own_key() -> None:
    key = by_hand.store_key("n1", by_hand.token("n1", (), "9990000018"))
    keys = RootKey(by_hand.ROOT, recipient_secrets={QOP: SECRET})
    expected = by_hand.pseudonym(SECRET, ("QOP", "service_evaluation", "respected", "1"), key)
    assert keys.pseudonyms(QOP)([key]) == [expected]


def test_the_page_shows_the_vectors_of_every_kind() -> None:
    """Anyone can check another implementation against them."""
    token = by_hand.token("n1", (), "9990000018")
    key = by_hand.store_key("n1", token)
    fields = ("QOP", "service_evaluation", "respected", "1")
    vectors = {
        by_hand.key_id(by_hand.ROOT),
        token,
        key,
        by_hand.store_key("n1", token, by_hand.ROOT, by_hand.NEXT_ROOT),
        by_hand.pseudonym(SECRET, fields, key),
    }
    assert vectors <= set(re.findall(r"`([^`\n]+)`", PAGE.read_text("utf-8")))
