"""A rotation changes every key and nothing else, and survives being killed."""

import gc
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.audit.ledger import FileLedger, verify_ledger
from pipelines.commands.demo import DEMO_DAY, THROUGH, write_synthetic
from pipelines.core.errors import BadKey
from pipelines.core.ports import Recipient
from pipelines.core.settings import PROJECT, Settings, settings_from
from pipelines.house import House, open_house
from pipelines.intake import find_all_drops, take_in
from pipelines.pseudonymise.keys import make_demo_ring, open_key_source, recipients
from pipelines.pseudonymise.keys.inspection import list_keys
from pipelines.release import plan_release, stage_icb
from pipelines.rotation import rotate_root
from tests.conftest import TEST_KEY
from tests.rooms.rotation.killed import DAY

KEY = re.compile(rb"\b[a-z]\d\.([0-9a-f]{8})\.[a-z2-7]{32}\b")
QOP = Recipient("QOP", "service_evaluation", "respected")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home where all deliveries but the last of each provider have been taken in."""
    settings = settings_from({}, tmp_path_factory.mktemp("made") / "home")
    make_demo_ring(settings, {}, FileLedger(settings.ledger), DEMO_DAY)
    write_synthetic(settings, people=150, seed=5, without=[])
    house = open_house(settings, {})
    drops = find_all_drops(house, None)
    take(house, [(p, d) for p, d in drops if not is_last(drops, p, d) or not of_people(house, p)])
    return settings


@pytest.fixture
def home(made: Settings, tmp_path: Path) -> Settings:
    """The home again, for one test."""
    shutil.copytree(made.home, tmp_path / "home", symlinks=True)
    return settings_from({}, tmp_path / "home")


def of_people(house: House, provider: str) -> bool:
    return house.agreements[provider].person_level


def is_last(drops: Sequence[tuple[str, str]], provider: str, drop: str) -> bool:
    return drop == max(name for of, name in drops if of == provider)


def take(house: House, drops: Sequence[tuple[str, str]]) -> None:
    for provider, drop in drops:
        take_in(house, provider, drop, as_of=DEMO_DAY)


def take_the_rest(settings: Settings) -> None:
    house = open_house(settings, {})
    take(house, find_all_drops(house, None))


def rotate(settings: Settings) -> None:
    gc.collect()
    rotate_root(settings, {}, DAY)


def facts(settings: Settings) -> dict[str, object]:
    """What may not change: deliveries, the release's id, and every number of one ICB's extract."""
    house = open_house(settings, {})
    plan = plan_release(house, vintage="2026", period_end=THROUGH, as_of=DEMO_DAY)
    folder = stage_icb(house, plan, plan.areas[0].code)
    extracts = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*.parquet"))
    }
    return {
        "deliveries": house.store.delivery_ids(),
        "release": plan.release_id,
        "extracts": extracts,
        "people": people(settings),
    }


def people(settings: Settings) -> tuple[int, ...]:
    """Distinct members and people, and rows that meet a person, over all deliveries."""
    files = f"{settings.amber}/store-*/*/*"
    query = f"""
        select count(distinct member_key), count(distinct person_key), count(*),
            (select count(*) from read_parquet('{files}/person_day.parquet') d
             where exists (select 1 from read_parquet('{files}/person.parquet') p
                           where p.member_key = d.member_key))
        from read_parquet('{files}/person.parquet')
    """
    (row,) = duckdb.execute(query).fetchall()
    return tuple(row)


def key_ids(settings: Settings) -> set[str]:
    """The ids of all keys of people that the store holds."""
    found: set[str] = set()
    for part in settings.amber.rglob("*.parquet"):
        for column in pq.read_table(part, partitioning=None).columns:
            text = "\n".join(str(value) for value in column.to_pylist())
            found |= {match.decode() for match in KEY.findall(text.encode())}
    return found


def test_a_rotation_changes_every_key_and_no_number(home: Settings) -> None:
    before, old = facts(home), open_key_source(home, {}).key_id
    rotate(home)
    new = open_key_source(home, {}).key_id
    assert new != old
    assert key_ids(home) == {new}
    assert facts(home) == before
    assert before["extracts"]


def test_the_old_keys_id_is_nowhere_in_amber_afterwards(home: Settings) -> None:
    old = open_key_source(home, {}).key_id
    rotate(home)
    paths = list(home.amber.rglob("*"))
    assert len(paths) > 20
    assert not any(old in str(path.relative_to(home.amber)) for path in paths)
    assert not any(old.encode() in path.read_bytes() for path in paths if path.is_file())


def test_deliveries_after_a_rotation_meet_the_same_people(home: Settings, tmp_path: Path) -> None:
    other = settings_from({}, tmp_path / "other")
    shutil.copytree(home.home, other.home, symlinks=True)
    take_the_rest(other)
    rotate(home)
    rotate(home)
    take_the_rest(home)
    assert facts(home) == facts(other)


def test_what_was_sealed_before_is_sealed_under_the_new_root(home: Settings) -> None:
    rotate(home)
    keys = open_key_source(home, {})
    sealed = [p for p in home.red.rglob("*.sealed") if p.is_file()]
    assert len(sealed) > 5
    assert not any(keys.seals_under_older_root(path.read_bytes()) for path in sealed)
    assert all(keys.unseal(p.relative_to(home.red).as_posix(), p.read_bytes()) for p in sealed)


def test_a_rotation_gives_every_recipient_its_next_epoch(home: Settings) -> None:
    recipients.add(home, {}, QOP, FileLedger(home.ledger), DAY)
    rotate(home)
    (now,) = open_key_source(home, {}).recipients()
    assert now == Recipient("QOP", "service_evaluation", "respected", 2)


def test_a_rotation_is_in_the_ledger_with_its_counts(home: Settings) -> None:
    rotate(home)
    events = [e for e in FileLedger(home.ledger).entries() if e["event"] == "key_rotated"]
    assert [e["facts"]["rows"] > 1000 and e["facts"]["seals"] > 5 for e in events] == [True]
    assert verify_ledger(home.ledger) > 3


def test_a_run_that_is_under_way_is_not_rotated_under(home: Settings) -> None:
    house = open_house(home, {})
    with pytest.raises(BadKey, match="key-ring-busy"):
        rotate_root(home, {}, DAY)
    assert house.store.delivery_ids()


def test_a_root_from_the_environment_is_not_rotated(home: Settings) -> None:
    with pytest.raises(BadKey, match="key-from-environment"):
        rotate_root(home, {"WIDEBRIDGE_ROOT_KEY": TEST_KEY}, DAY)


def test_an_empty_house_can_be_rotated(tmp_path: Path) -> None:
    settings = settings_from({}, tmp_path)
    make_demo_ring(settings, {}, FileLedger(settings.ledger), DAY)
    assert rotate_root(settings, {}, DAY).rows == 0
    roots = [entry.state for entry in list_keys(settings) if entry.kind == "root"]
    assert roots == ["retired", "active"]


def test_a_store_that_this_ring_does_not_know_is_neither_used_nor_removed(home: Settings) -> None:
    foreign = home.amber / "store-00000000"
    shutil.copytree(next(home.amber.glob("store-*")), foreign)
    rotate(home)
    assert len(list(foreign.rglob("*.parquet"))) > 5


def test_a_house_whose_store_is_all_anothers_is_not_rotated(home: Settings) -> None:
    foreign = next(home.amber.glob("store-*")).rename(home.amber / "store-00000000")
    with pytest.raises(BadKey, match="key-not-of-this-store"):
        rotate_root(home, {}, DAY)
    assert len(list(foreign.rglob("*.parquet"))) > 5


def run_until(settings: Settings, last: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.rooms.rotation.killed", str(settings.home)]
    command += [str(last)] if last else []
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def whole_run(made: Settings, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many lines of ours a rotation runs."""
    copy = tmp_path_factory.mktemp("whole") / "home"
    shutil.copytree(made.home, copy, symlinks=True)
    return int(run_until(settings_from({}, copy)).stdout)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.01, 0.1, 0.4, 0.6, 0.8, 0.9, 0.97, 0.99])
def test_a_rotation_killed_at_any_point_leaves_one_state_and_is_ended_by_the_next(
    home: Settings, made: Settings, whole_run: int, share: float
) -> None:
    old = list_keys(home)[0].id
    killed = run_until(home, int(whole_run * share))
    assert killed.returncode == 9, killed.stderr
    keys = open_key_source(home, {})
    house = open_house(home, {})
    assert house.store.delivery_ids() == open_house(made, {}).store.delivery_ids()
    assert set(KEY.findall(_member_keys(home, keys.key_id))) == {keys.key_id.encode()}
    began = [entry.id for entry in list_keys(home) if entry.kind == "root"]
    del keys, house
    rotate(home)
    roots = {entry.id: entry.state for entry in list_keys(home) if entry.kind == "root"}
    assert len(roots) == 2
    assert roots[old] == "retired"
    assert set(began) <= set(roots), "the root that was begun is the one that came into use"
    assert key_ids(home) == set(roots) - {old}


def _member_keys(settings: Settings, key_id: str) -> bytes:
    """The text of all keys in the store that a reader with this root meets."""
    files = f"{settings.amber}/store-{key_id}/*/*/person.parquet"
    query = f"select member_key, person_key from read_parquet('{files}')"
    rows = duckdb.execute(query).fetchall()
    return "\n".join(text for row in rows for text in row).encode()
