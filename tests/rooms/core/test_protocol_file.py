"""Protocols are read strictly, and what makes no sense is refused with its place."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from pipelines.core.errors import BadContract
from pipelines.core.protocol import Comparison, is_in_time, protocol_table, registered
from pipelines.core.protocol_file import load_protocols

PROTOCOL = """
id: trial
version: 1.0.0
registered_on: 2026-01-05
question: Does it?
outcome: recorded_minutes
primary_indicator: difference_in_recorded_minutes
programmes: [exercise_on_referral]
conditions: [obesity, cardiac]
recruited: {from: 2026-01-01, to: 2026-03-31}
baseline_days: [-28, -1]
follow_up_days: [84, 139]
comparison: referred_not_started
covariates: [age_band, recorded_minutes_before]
method: overlap
smallest_group: 50
limits_percent: 95
signed_by: Ada Evaluator
"""


def put(folder: Path, text: str = PROTOCOL, name: str = "trial-1.0.0") -> Path:
    """The folder of schemas with one protocol more."""
    (folder / "protocols").mkdir(exist_ok=True)
    (folder / "protocols" / f"{name}.yaml").write_text(text)
    return folder


def test_there_need_be_no_protocol(tmp_path: Path) -> None:
    assert load_protocols(tmp_path) == ()


def test_a_protocol_goes_by_the_digest_of_its_bytes(tmp_path: Path) -> None:
    (protocol,) = load_protocols(put(tmp_path))
    assert protocol.label == "trial/1.0.0"
    assert protocol.sha256 == hashlib.sha256(PROTOCOL.encode()).hexdigest()


def test_measures_read_a_row_for_each_programme_and_condition(tmp_path: Path) -> None:
    rows = protocol_table(load_protocols(put(tmp_path))).to_pylist()
    assert [(row["condition"], row["site"]) for row in rows] == [
        ("obesity", "all"),
        ("cardiac", "all"),
    ]


def test_sites_are_rows_of_their_own(tmp_path: Path) -> None:
    text = PROTOCOL.replace("referred_not_started", "stepped_by_site")
    sites = "sites: [{provider: harbour_leisure, opened_on: 2026-02-01}]\n"
    (protocol,) = load_protocols(put(tmp_path, text + sites))
    assert protocol.comparison is Comparison.STEPPED_BY_SITE
    assert protocol_table([protocol])["opened_on"].to_pylist() == [dt.date(2026, 2, 1)] * 2


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("question: Does it?", "answer: It does."), "answer, question"),
        (("question: Does it?", "question:"), "question"),
        (("id: trial", "id: other"), "named otherwise"),
        (("version: 1.0.0", "version: 1.0.1"), "version"),
        (("registered_on: 2026-01-05", "registered_on: soon"), "registered_on"),
        (("outcome: recorded_minutes", "outcome: weight"), "outcome"),
        (("[exercise_on_referral]", "[]"), "programmes"),
        (("[obesity, cardiac]", "[obesity, obesity]"), "conditions"),
        (("{from: 2026-01-01, to: 2026-03-31}", "{from: 2026-01-01}"), "recruited"),
        (("to: 2026-03-31", "to: 2025-03-31"), "recruits nobody"),
        (("[-28, -1]", "[-28, 0]"), "wrong side"),
        (("[-28, -1]", "[-6, -1]"), "baseline_days"),
        (("[84, 139]", "[-1, 139]"), "wrong side"),
        (("[84, 139]", "[84, many]"), "follow_up_days"),
        (("referred_not_started", "everybody"), "comparison"),
        (("referred_not_started", "stepped_by_site"), "sites"),
        (("[age_band, recorded_minutes_before]", "[age_band]"), "covariates"),
        (("[age_band, recorded", "[height, recorded"), "covariates"),
        (("method: overlap", "method: best"), "method"),
        (("smallest_group: 50", "smallest_group: 19"), "too small"),
        (("limits_percent: 95", "limits_percent: 80"), "limits_percent"),
        (("signed_by: Ada Evaluator", "signed_by: ''"), "signed_by"),
    ],
)
def test_a_protocol_that_makes_no_sense_is_refused(
    tmp_path: Path, change: tuple[str, str], place: str
) -> None:
    with pytest.raises(BadContract, match=place) as refused:
        load_protocols(put(tmp_path, PROTOCOL.replace(*change)))
    assert refused.value.code == "protocol-invalid"


def test_one_name_and_version_is_one_protocol(tmp_path: Path) -> None:
    put(tmp_path)
    with pytest.raises(BadContract) as refused:
        load_protocols(put(tmp_path, PROTOCOL, "trial-2.0.0"))
    assert refused.value.code == "protocol-invalid"


@pytest.mark.parametrize(("day", "in_time"), [(4, False), (5, True)])
def test_a_protocol_is_registered_by_the_last_day_of_its_data(
    tmp_path: Path, day: int, in_time: bool
) -> None:
    (protocol,) = load_protocols(put(tmp_path))
    assert is_in_time(protocol, dt.date(2026, 1, day)) is in_time


def test_a_protocol_that_came_too_late_is_named_with_the_reason(tmp_path: Path) -> None:
    (entry,) = registered(load_protocols(put(tmp_path)), dt.date(2026, 1, 4))
    assert (entry.protocol, entry.refused != "") == ("trial/1.0.0", True)
