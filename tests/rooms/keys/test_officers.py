"""Split custody: any two officers open the ring, and one alone does not."""

import itertools

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.errors import BadKey
from pipelines.core.settings import Settings
from pipelines.pseudonymise.keys import Opening, make_ring, open_key_source, relock_ring
from tests.rooms.keys.conftest import DAY, Officers

WORDS = {"Anna": "quiet lemon harbour", "Ben": "seven brass ladders", "Cem": "winter moth parade"}


@pytest.fixture
def made(settings: Settings, ledger: FileLedger, passphrases: Officers) -> str:
    environ = passphrases(*WORDS.values())
    return make_ring(settings, environ, ledger, DAY, Opening(list(WORDS)))


@pytest.mark.parametrize("pair", list(itertools.permutations(WORDS, 2)), ids="-".join)
def test_any_two_officers_open_the_ring_in_any_order(
    settings: Settings, passphrases: Officers, made: str, pair: tuple[str, str]
) -> None:
    environ = passphrases(*(WORDS[name] for name in pair))
    assert open_key_source(settings, environ).key_id == made


@pytest.mark.parametrize("officer", WORDS)
def test_one_officer_alone_does_not_open_the_ring(
    settings: Settings, passphrases: Officers, made: str, officer: str
) -> None:
    assert made
    with pytest.raises(BadKey, match="passphrase-missing"):
        open_key_source(settings, passphrases(WORDS[officer]))


def test_one_officer_twice_is_still_one(
    settings: Settings, passphrases: Officers, made: str
) -> None:
    assert made
    environ = passphrases(WORDS["Anna"])
    path = environ["WIDEBRIDGE_PASSPHRASE_FILES"]
    with pytest.raises(BadKey, match="passphrase-missing"):
        open_key_source(settings, {"WIDEBRIDGE_PASSPHRASE_FILES": f"{path}:{path}"})


def test_one_officer_and_a_guess_do_not_open_the_ring(
    settings: Settings, passphrases: Officers, made: str
) -> None:
    assert made
    with pytest.raises(BadKey, match="passphrase-wrong"):
        open_key_source(settings, passphrases(WORDS["Anna"], "a guess at the other"))


@pytest.mark.parametrize("officers", [["Anna"], ["Anna", "Anna"]])
def test_fewer_than_two_officers_are_refused(
    settings: Settings, ledger: FileLedger, passphrases: Officers, officers: list[str]
) -> None:
    with pytest.raises(BadKey, match="officers-too-few"):
        make_ring(settings, passphrases(*WORDS.values()), ledger, DAY, Opening(officers))


def test_two_officers_with_one_passphrase_are_refused(
    settings: Settings, ledger: FileLedger, passphrases: Officers
) -> None:
    environ = passphrases(WORDS["Anna"])
    path = environ["WIDEBRIDGE_PASSPHRASE_FILES"]
    twice = {"WIDEBRIDGE_PASSPHRASE_FILES": f"{path}:{path}"}
    with pytest.raises(BadKey, match="passphrase-missing"):
        make_ring(settings, twice, ledger, DAY, Opening(["Anna", "Ben"]))


def test_who_could_open_the_ring_before_cannot_after_a_change(
    settings: Settings, ledger: FileLedger, passphrases: Officers, made: str
) -> None:
    before = passphrases(WORDS["Anna"], WORDS["Ben"])
    after = passphrases("one passphrase from now on")
    relock_ring(settings, before, after, ledger)
    assert open_key_source(settings, after).key_id == made
    with pytest.raises(BadKey, match="passphrase-wrong"):
        open_key_source(settings, before)
