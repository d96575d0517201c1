"""What a run is put through: good and refused deliveries, and a fault in every stage."""

import base64
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.commands.demo import make_demo_officers
from pipelines.core.settings import settings_from
from tests.canary.marks import Kind

AS_OF = "2026-10-15"
INTAKE = ("intake", "--as-of", AS_OF)
MOVEWELL = ("intake", "movewell_referrals", "--as-of", AS_OF)
RELEASE = (
    "release", "make", "--as-of", AS_OF, "--period-end", "2026-09-30", "--icb", "E54000008",
)  # fmt: skip
APPROVALS = tuple(
    ("release", "approve", "", "--as", officer, "--reason", "a test of the marks")
    for officer in ("demo_officer_one", "demo_officer_two")
)
PUBLISH = ("release", "publish", "")
OTHER_KEY = base64.b64encode(bytes(range(1, 33))).decode()
FAULT = 1
"""The exit status of a fault of ours."""

Change = Callable[[Path], None]
"""Something done to a scene's home before its commands run."""


@dataclass(frozen=True)
class Scene:
    """Commands in a house of their own. `fault` names a function that breaks: room/function.

    It breaks in the process of one command only: that of the number `breaks`.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    exits: tuple[int, ...]
    inbox: str = "movewell"
    fault: str = ""
    breaks: int = 0
    signal: int = 0
    environ: Mapping[str, str] = field(default_factory=dict)
    change: Change | None = None
    largest_file: int = 0
    begins_taken_in: bool = False


def tamper_with_seals(home: Path) -> None:
    """Change one byte in the middle of every sealed file."""
    for path in home.rglob("red/**/*.sealed"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)


def break_expectations(home: Path) -> None:
    """An expectations file that is no suite, quoting a value as a careless author might."""
    folder = home / "expectations"
    folder.mkdir()
    (folder / "participant.json").write_text('{"table": "participant"')


def expect_nonsense(home: Path) -> None:
    """An expectation that Great Expectations cannot work out on the rows it meets."""
    folder = home / "expectations"
    folder.mkdir()
    (folder / "participant.json").write_text(
        '{"table": "participant", "about": "a test", "expectations": [{"type": '
        '"expect_column_values_to_be_between", "kwargs": {"column": "nowhere", "min_value": 1}, '
        '"severity": "critical"}]}'
    )


def write_passphrase(home: Path) -> None:
    """The passphrase of a provider's kit, in a file of its owner's alone."""
    path = home.parent / "here" / "passphrase"
    path.touch(0o600)
    path.write_text("seven words that nobody else has said\n")


def appoint_officers(home: Path) -> None:
    """The demonstration's officers: the people of a scene are made up."""
    make_demo_officers(settings_from({"WIDEBRIDGE_HOME": str(home)}))


def _faults() -> list[Scene]:
    intake = [
        "source/land", "source/read_landed", "source/match_columns", "consent/keep_consented",
        "consent/add_events", "consent/make_periods", "validate/check_rows",
        "validate/judge_delivery", "validate/run_suite", "pseudonymise/pseudonymise",
        "pseudonymise/link_consent", "core/append", "audit/record",
    ]  # fmt: skip
    release = [
        "measure/measure", "protect/protect_together", "indicate/indicate", "publish/stage",
        "report/render",
    ]  # fmt: skip
    return [
        *(Scene(f"fault in {f}", (MOVEWELL,), (FAULT,), fault=f) for f in intake),
        *(
            Scene(f"fault in {f}", (RELEASE,), (FAULT,), fault=f, begins_taken_in=True)
            for f in release
        ),
        Scene(
            "fault in publish/publish", (RELEASE, *APPROVALS, PUBLISH), (0, 0, 0, FAULT),
            fault="publish/publish", breaks=3, begins_taken_in=True, change=appoint_officers,
        ),
    ]  # fmt: skip


def _killed() -> list[Scene]:
    return [
        Scene(
            f"{name} in {at}", (MOVEWELL, ("ledger", "verify")), (-number, 0), fault=at,
            signal=number,
        )
        for name, number in (("killed", signal.SIGKILL), ("aborted", signal.SIGABRT))
        for at in ("validate/check_rows", "core/append")
    ]  # fmt: skip


ACCEPTED = Scene(
    "accepted",
    (
        INTAKE, RELEASE, *APPROVALS, ("release", "candidates"), PUBLISH,
        ("verify", ""), ("show",), ("show", ""), ("release", "list"),
        ("ledger", "show"), ("ledger", "verify"), ("providers", "movewell_referrals"),
        ("contracts", "participant"),
    ),
    (0,) * 14,
    inbox="accepted",
    begins_taken_in=True,
    change=appoint_officers,
)  # fmt: skip
WITH_KIT = ("--passphrase-file", "passphrase", "--kit", "kit")
SEALED = Scene(
    "sealed",
    (
        ("edge-kit", "movewell_referrals", "--passphrase-file", "passphrase", "--out", "kit"),
        (
            "seal", "movewell_referrals", "{inbox}/movewell_referrals/2026-09-30",
            "{home}/inbox/movewell_referrals/2026-09-30", *WITH_KIT, "--as-of", AS_OF,
            "--report", "kept-back",
            "--postcodes", "{inbox}/../open/synthetic_postcodes/2026-09-30/postcodes.csv",
        ),
        INTAKE,
    ),
    (0, 0, 0),
    environ={"WIDEBRIDGE_INBOX": "{home}/inbox"},
    change=write_passphrase,
)  # fmt: skip
REFUSED = Scene("refused", (INTAKE,), (67,), inbox="refused")

SCENES = [
    ACCEPTED,
    REFUSED,
    SEALED,
    *_faults(),
    *_killed(),
    Scene("expectation not met", (MOVEWELL,), (69,), environ={"WIDEBRIDGE_EXPECTATIONS": ""}),
    Scene(
        "expectations broken", (MOVEWELL,), (65,), change=break_expectations,
        environ={"WIDEBRIDGE_EXPECTATIONS": "{home}/expectations"},
    ),
    Scene(
        "expectation that cannot be worked out", (MOVEWELL,), (69,), change=expect_nonsense,
        environ={"WIDEBRIDGE_EXPECTATIONS": "{home}/expectations"},
    ),
    Scene("seals broken", (INTAKE,), (70,), inbox="again", begins_taken_in=True,
          change=tamper_with_seals),
    Scene("another key", (INTAKE,), (70,), inbox="again", begins_taken_in=True,
          environ={"WIDEBRIDGE_ROOT_KEY": OTHER_KEY}),
    Scene("no key", (MOVEWELL,), (70,), environ={"WIDEBRIDGE_ROOT_KEY": ""}),
    Scene("no memory", (MOVEWELL,), (FAULT,), environ={"WIDEBRIDGE_MEMORY": "5MB"}),
    Scene("no room on the disk", (MOVEWELL,), (FAULT,), largest_file=9_000),
    Scene("marked arguments", (
        ("intake", Kind.EMAIL), ("verify", Kind.MEMBER), ("show", Kind.SURNAME),
        ("intake", "--as-of", Kind.BIRTH_DATE), ("contracts", Kind.NHS_NUMBER),
        ("consent", "trace", "movewell_referrals", Kind.MEMBER),
        ("why", Kind.NHS_NUMBER, "--release", Kind.SURNAME),
    ), (66, 73, 73, 66, 65, 64, 73)),
]  # fmt: skip
