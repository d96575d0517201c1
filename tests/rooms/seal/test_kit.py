"""A kit opens with its own passphrase, for its own provider, from files of its owner alone."""

import base64
import dataclasses
import json
import pickle
from pathlib import Path

import pytest

from pipelines.core.errors import BadAgreement, BadDelivery, BadKey
from pipelines.core.files import write_whole
from pipelines.pseudonymise.edge import open_kit
from pipelines.pseudonymise.keys import RootKey
from pipelines.seal import issue_kit
from tests.conftest import TEST_KEY
from tests.rooms.seal.conftest import DAY, PASSPHRASE, PROVIDER, ProviderMachine, machine_of


def opened(machine: ProviderMachine) -> object:
    return open_kit(machine.kit, machine.passphrase, machine.provider)


def test_a_kit_makes_the_houses_own_tokens(machine: ProviderMachine) -> None:
    keys = open_kit(machine.kit, machine.passphrase, PROVIDER)
    house = machine.bench.house.keys
    assert keys.tokens("m1", (PROVIDER,))(["C1"]) == house.tokens("m1", (PROVIDER,))(["C1"])


def test_a_kit_holds_no_key_of_another_provider(machine: ProviderMachine) -> None:
    keys = open_kit(machine.kit, machine.passphrase, PROVIDER)
    with pytest.raises(BadKey, match="kit-outdated"):
        keys.tokens("m1", ("harbour_leisure",))


def test_a_wrong_passphrase_opens_nothing(machine: ProviderMachine) -> None:
    write_whole(machine.passphrase, b"six other words drawn at random\n")
    with pytest.raises(BadKey, match="kit-passphrase"):
        opened(machine)


def test_a_passphrase_that_can_be_guessed_is_refused(machine: ProviderMachine) -> None:
    write_whole(machine.passphrase, b"too short\n")
    with pytest.raises(BadKey, match="kit-passphrase-short"):
        issue_kit(machine.bench.house, PROVIDER, machine.passphrase, on=DAY)


@pytest.mark.parametrize("field", ["public_key", "key_id", "token_key_id", "made_on", "salt"])
def test_a_kit_that_was_changed_in_any_field_is_refused(
    machine: ProviderMachine, tmp_path: Path, field: str
) -> None:
    """A public key put in place of the house's would let its owner read every delivery."""
    other = machine_of(machine.bench, tmp_path / "other", "harbour_leisure")
    kit = json.loads(machine.kit.read_text())
    foreign = {**json.loads(other.kit.read_text()), "key_id": "00000000", "made_on": "2020-01-01"}
    foreign["token_key_id"] = "00000000"
    write_whole(machine.kit, json.dumps({**kit, field: foreign[field]}).encode())
    with pytest.raises(BadKey, match="kit-passphrase"):
        opened(machine)


@pytest.mark.parametrize("name", ["kit", "passphrase"])
def test_a_file_that_others_may_read_is_refused(machine: ProviderMachine, name: str) -> None:
    getattr(machine, name).chmod(0o640)
    with pytest.raises(BadKey, match="key-readable-by-others"):
        opened(machine)


@pytest.mark.parametrize("name", ["kit", "passphrase"])
def test_a_link_is_not_followed(machine: ProviderMachine, name: str) -> None:
    path: Path = getattr(machine, name)
    path.rename(path.with_suffix(".elsewhere"))
    path.symlink_to(path.with_suffix(".elsewhere"))
    with pytest.raises(BadKey, match="key-unreadable"):
        opened(machine)


def test_the_kit_of_another_provider_is_refused(machine: ProviderMachine, tmp_path: Path) -> None:
    other = machine_of(machine.bench, tmp_path / "other", "harbour_leisure")
    with pytest.raises(BadKey, match="kit-other-provider"):
        open_kit(other.kit, machine.passphrase, PROVIDER)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"scheme": "another"}'])
def test_what_is_no_kit_is_refused(machine: ProviderMachine, content: bytes) -> None:
    write_whole(machine.kit, content)
    with pytest.raises(BadKey, match="kit-unreadable"):
        opened(machine)


def test_a_publisher_of_open_tables_gets_no_kit(machine: ProviderMachine) -> None:
    with pytest.raises(BadAgreement, match="edge-open-data"):
        issue_kit(machine.bench.house, "ons_geography", machine.passphrase, on=DAY)


def test_a_kit_shows_neither_a_key_nor_the_passphrase(machine: ProviderMachine) -> None:
    kit = machine.kit.read_bytes()
    keys = opened(machine)
    assert PASSPHRASE.strip() not in kit
    assert repr(keys) == f"SealingKeys(provider='{PROVIDER}', key_id='{_key_id(machine)}')"
    with pytest.raises(TypeError):
        pickle.dumps(keys)


def test_two_kits_of_one_provider_have_nothing_secret_in_common(machine: ProviderMachine) -> None:
    first = json.loads(machine.kit.read_text())
    again = json.loads(issue_kit(machine.bench.house, PROVIDER, machine.passphrase, on=DAY))
    assert {f for f in first if first[f] == again[f]} == {
        "scheme", "provider", "made_on", "key_id", "token_key_id", "public_key",
    }  # fmt: skip


def test_the_ledger_knows_of_every_kit(machine: ProviderMachine) -> None:
    ledger = machine.bench.house.settings.ledger.read_text()
    assert '"edge_kit_made"' in ledger


def test_the_houses_edge_keys_are_not_pickled_or_shown(machine: ProviderMachine) -> None:
    edge = machine.bench.house.keys.edge(PROVIDER)
    assert repr(edge) == f"HouseEdge(provider='{PROVIDER}')"
    with pytest.raises(TypeError):
        pickle.dumps(edge)


def _key_id(machine: ProviderMachine) -> str:
    return machine.bench.house.keys.key_id


def test_an_agreement_that_has_ended_gives_no_kit(machine: ProviderMachine) -> None:
    late = dataclasses.replace(
        machine.bench.house.agreements[PROVIDER], expires_on=DAY.replace(year=2026, month=9)
    )
    house = dataclasses.replace(
        machine.bench.house, agreements={**machine.bench.house.agreements, PROVIDER: late}
    )
    with pytest.raises(BadAgreement, match="agreement-expired"):
        issue_kit(house, PROVIDER, machine.passphrase, on=DAY)


def test_a_kit_works_on_after_the_root_key_was_rotated(machine: ProviderMachine) -> None:
    keys = open_kit(machine.kit, machine.passphrase, PROVIDER)
    rotated = RootKey(base64.b64decode(TEST_KEY), bytes(32))
    place, mark = ("2026-09-30", "participant-1.sealed"), keys.mark(b"a document")
    edge = rotated.edge(PROVIDER)
    edge.check_mark((keys.key_id, keys.made_on), b"a document", mark)
    assert rotated.key_id != keys.key_id
    assert edge.open_sealed(place, keys.seal(place, b"rows")) == b"rows"
    assert rotated.tokens("m1", (PROVIDER,))(["C1"]) == keys.tokens("m1", (PROVIDER,))(["C1"])


@pytest.mark.parametrize("place", [("2026-10-01", "a-1.sealed"), ("2026-09-30", "a-2.sealed")])
def test_a_sealed_file_opens_at_its_own_place_only(
    machine: ProviderMachine, place: tuple[str, str]
) -> None:
    sealed = open_kit(machine.kit, machine.passphrase, PROVIDER).seal(
        ("2026-09-30", "a-1.sealed"), b"rows"
    )
    with pytest.raises(BadDelivery, match="sealed-unopenable"):
        machine.bench.house.keys.edge(PROVIDER).open_sealed(place, sealed)


def test_a_kit_made_after_a_rotation_seals_under_the_new_root(machine: ProviderMachine) -> None:
    rotated = RootKey(base64.b64decode(TEST_KEY), bytes(32))
    kit = rotated.edge(PROVIDER).kit([], b"x" * 16, "2026-10-02")
    assert (kit["key_id"], kit["token_key_id"]) == (rotated.key_id, _key_id(machine))
