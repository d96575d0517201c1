"""Whose pseudonyms an extract has: of a key in use, and of an epoch that serves one release."""

from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.errors import Refused
from pipelines.core.given_rows import given_to
from pipelines.core.settings import Settings, settings_from
from pipelines.house import House, open_house
from pipelines.pseudonymise.keys import make_demo_ring, recipients
from pipelines.rotation import destroy_with_receipt, rotate_root
from tests.rooms.extract.conftest import DAY, Change, domain, extracted, fill


@pytest.fixture
def ringed(tmp_path: Path) -> Settings:
    """A home whose keys are in a ring, with people in its store and a key for QOP."""
    environ = {
        "WIDEBRIDGE_HOME": str(tmp_path / "ringed"),
        "WIDEBRIDGE_EXPECTATIONS": str(tmp_path / "no-expectations"),
    }
    settings = settings_from(environ)
    make_demo_ring(settings, {}, FileLedger(settings.ledger), DAY)
    recipients.add(settings, {}, domain(), FileLedger(settings.ledger), DAY)
    fill(open_house(settings, {}))
    return settings


def refusal(settings: Settings, recipient: str = "QOP", *columns: str) -> str:
    with pytest.raises(Refused) as refused:
        extracted(open_house(settings, {}), recipient, *columns)
    return refused.value.code


def key_of(settings: Settings, recipient: str) -> str:
    """The id of the key that the recipient's newest extract was made under."""
    entries = [
        e for e in FileLedger(settings.ledger).entries()
        if e["event"] in ("key_made", "key_rotated") and e["facts"].get("recipient") == recipient
    ]  # fmt: skip
    return str(entries[-1]["facts"]["key"])


def test_a_recipient_without_a_key_gets_nothing(ringed: Settings) -> None:
    assert refusal(ringed, "QWO") == "extract-key-not-in-use"


def test_a_recipient_whose_key_is_retired_gets_nothing(ringed: Settings) -> None:
    recipients.retire(ringed, {}, key_of(ringed, "QOP"), FileLedger(ringed.ledger), DAY)
    assert refusal(ringed) == "extract-key-not-in-use"


def test_a_recipient_whose_key_is_destroyed_gets_nothing(ringed: Settings) -> None:
    destroy_with_receipt(ringed, {}, key_of(ringed, "QOP"), "a test", DAY)
    assert refusal(ringed) == "extract-key-not-in-use"


def test_an_epoch_serves_one_release(ringed: Settings) -> None:
    extracted(open_house(ringed, {}), "QOP", "sex")
    assert refusal(ringed, "QOP", "age_band") == "extract-epoch-used"


def test_the_next_epoch_serves_the_next_release(ringed: Settings) -> None:
    first = extracted(open_house(ringed, {}), "QOP", "sex")
    recipients.rotate(ringed, {}, domain(), FileLedger(ringed.ledger), DAY)
    second = extracted(open_house(ringed, {}), "QOP", "age_band")
    assert first.release_id != second.release_id


def test_a_root_that_was_rotated_is_still_attacked_with_the_truth(ringed: Settings) -> None:
    extracted(open_house(ringed, {}), "QOP", "sex")
    before = kept(open_house(ringed, {}))
    rotate_root(ringed, {}, DAY)
    after = kept(open_house(ringed, {}))
    assert len(before) > 300
    assert len(after) == len(before)
    assert not before & after


def kept(house: House) -> set[str]:
    """Member keys of the people in the one extract that is kept; all are under the root in use."""
    (file,) = (house.settings.amber / "extracts").glob("*.sealed")
    given = given_to(file.stem, house.settings, house.keys)
    keys = set(given.members["member_key"].to_pylist())
    assert {key.split(".")[1] for key in keys} == {house.keys.key_id} == {given.key_id}
    return keys


def test_with_a_longitudinal_approval_pseudonyms_stay_the_same(changed: Change) -> None:
    approval = (
        "longitudinal: {reference: CAG-2026-3, approved_by: Caldicott Guardian, "
        "approved_on: 2026-03-02}"
    )
    house = changed("people_of: [QOP]", f"people_of: [QOP]\n    {approval}")
    epochs = [epoch_of(house, column) for column in ("sex", "age_band")]
    assert epochs == [1, 1]


def test_without_an_approval_every_release_has_its_own_pseudonyms(house: House) -> None:
    epochs = [epoch_of(house, column) for column in ("sex", "age_band")]
    assert epochs == [1, 2]


def epoch_of(house: House, column: str) -> int:
    release = extracted(house, "QOP", column)
    return given_to(release.release_id, house.settings, house.keys).whose.epoch
