"""Plays every scene on marked deliveries and keeps all that the processes wrote.

`python -m tests.canary.run FOLDER`: below FOLDER, `inbox-...` holds what was sent (and the marks),
`watched/<scene>` holds everything else: home, temporary files, working folder, output, environment.
Each command is the real `widebridge` in a process of its own, forked from one that has imported
the slow libraries, so that fifty of them take seconds.
"""

import base64
import faulthandler
import json
import logging
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NoReturn

from pipelines import cli, synthetic
from pipelines.core.agreement import load_agreements
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from tests.canary.deliveries import DROP, Pool, Writer
from tests.canary.marks import Kind, Mark, make_marks
from tests.canary.refusals import put, put_refused
from tests.canary.scenes import INTAKE, SCENES, Scene

KEY = base64.b64encode(bytes(range(32))).decode()
PEOPLE = ("harbour_leisure", "parkside_trust", "movewell_referrals")
NOTHING_EXPECTED = "none"


def inbox_folder(root: Path, pool: Pool) -> Path:
    """Where deliveries lie: in a folder whose own name is marked."""
    return root / f"inbox-{pool.next(Kind.SURNAME)}"


def prepare(root: Path, pool: Pool) -> Path:
    """Write every inbox. Returns the folder that holds them."""
    inboxes = inbox_folder(root, pool)
    agreements, contracts = (
        load_agreements(PROJECT / "schemas"),
        load_contracts(PROJECT / "schemas"),
    )
    reference = inboxes / "reference"
    synthetic.write_reference(reference, 1)
    places = synthetic.read_neighbourhoods(reference)
    synthetic.write_postcode_directory(inboxes / "open" / "synthetic_postcodes" / DROP, places, 1)
    for provider in PEOPLE:
        writer = Writer(agreements[provider], contracts, pool)
        files = writer.files()
        put(inboxes / "accepted" / provider / DROP, files)
        if provider != "parkside_trust":
            put_refused(inboxes / "refused" / provider, writer.files(), pool)
        if provider == "movewell_referrals":
            put(inboxes / "movewell" / provider / DROP, files)
            put(inboxes / "again" / provider / "2026-10-07", writer.files())
    return inboxes


class Player:
    """Plays scenes, one process a command."""

    def __init__(self, root: Path, marks: tuple[Mark, ...]) -> None:
        self.root = root
        self.pool = Pool(marks)
        self.inboxes = prepare(root, self.pool)
        self.watched = root / "watched"
        self.base, self.taken_in = root / "base", root / "taken-in"
        self.outcomes: dict[str, list[int]] = {}

    def play_all(self) -> None:
        """Open tables first, then every scene from the home that it starts in."""
        self.play(Scene("open tables", (INTAKE,), (0,), inbox="open"))
        shutil.copytree(self.watched / "open-tables" / "home", self.base)
        self.play(Scene("taken in", (INTAKE,), (0,), inbox="accepted"))
        shutil.copytree(self.watched / "taken-in" / "home", self.taken_in)
        for scene in SCENES:
            self.play(scene)

    def play(self, scene: Scene) -> None:
        """One scene; its exit statuses are kept under its name."""
        stage = self.watched / scene.name.replace(" ", "-").replace("/", "-")
        for part in ("temporary", "here", "said"):
            (stage / part).mkdir(parents=True)
        start = self.taken_in if scene.begins_taken_in else self.base
        if start.exists():
            shutil.copytree(start, stage / "home")
        if scene.change:
            scene.change(stage / "home")
        self.outcomes[scene.name] = [
            self._run(scene, stage, number, command)
            for number, command in enumerate(scene.commands)
        ]

    def _run(self, scene: Scene, stage: Path, number: int, command: tuple[str, ...]) -> int:
        places = {"home": stage / "home", "inbox": self.inboxes / scene.inbox}
        words = [
            self.pool.next(word) if isinstance(word, Kind) else word.format(**places)
            for word in command
        ]
        if words == ["verify", ""]:
            words[1] = next((stage / "home" / "releases").glob("*/manifest.json")).parent.name
        child = os.fork()
        if not child:
            self._become(scene, stage, number, words)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)

    def _become(self, scene: Scene, stage: Path, number: int, words: list[str]) -> NoReturn:
        for stream, name in ((1, "out"), (2, "err")):
            target = os.open(stage / "said" / f"{number}.{name}", os.O_WRONLY | os.O_CREAT)
            os.dup2(target, stream)
        os.chdir(stage / "here")
        environ = self._environ(scene, stage)
        (stage / "said" / f"{number}.environ").write_bytes(Path("/proc/self/environ").read_bytes())
        os.environ.clear()
        os.environ.update(environ)
        # Python settled on a folder for temporary files before the fork.
        tempfile.tempdir = None
        (stage / "said" / f"{number}.tempdir").write_text(tempfile.gettempdir())
        faulthandler.enable()
        if scene.largest_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (scene.largest_file,) * 2)
        if scene.fault and number == scene.breaks:
            break_function(scene, self.pool.next(Kind.NHS_NUMBER))
        os._exit(_status_of(words))

    def _environ(self, scene: Scene, stage: Path) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(stage / "here"),
            "TMPDIR": str(stage / "temporary"),
            "COLUMNS": "200",
            "WIDEBRIDGE_HOME": str(stage / "home"),
            "WIDEBRIDGE_INBOX": str(self.inboxes / scene.inbox),
            "WIDEBRIDGE_REFERENCE": str(self.inboxes / "reference"),
            "WIDEBRIDGE_ROOT_KEY": KEY,
            "WIDEBRIDGE_EXPECTATIONS": str(self.root / NOTHING_EXPECTED),
            **{k: v.format(home=stage / "home") for k, v in scene.environ.items()},
        }


def break_function(scene: Scene, mark: str) -> None:
    """Break a function of a room, wherever it was imported: it quotes a marked row, or kills."""
    room, name = scene.fault.split("/")
    body = f"raise ValueError('could not convert {mark}')"
    if scene.signal:
        body = f"import os; os.kill(os.getpid(), {scene.signal})"
    made: dict[str, Any] = {}
    exec(f"def broken(*_, **__):\n    {body}", made)  # noqa: S102 (our own line)
    found = [f for m in _modules_of(room) for f in _functions_of(m) if f.__name__ == name]
    for function in found:
        function.__code__ = made["broken"].__code__
    if not found:
        raise LookupError(scene.fault)


def _modules_of(room: str) -> list[ModuleType]:
    start = f"pipelines.{room}"
    return [m for name, m in sys.modules.items() if name == start or name.startswith(f"{start}.")]


def _functions_of(module: ModuleType) -> list[FunctionType]:
    holders = [module, *(v for v in vars(module).values() if isinstance(v, type))]
    return [f for h in holders for f in vars(h).values() if isinstance(f, FunctionType)]


def warm_up() -> None:
    """Do once, before the first fork, what costs every process seconds: imports, a first suite."""
    import pyarrow as pa

    import pipelines.intake
    import pipelines.release  # noqa: F401 (imported for the processes to come)
    from pipelines.validate.expectations import run_suite

    kinds = (
        "expect_column_values_to_not_be_null", "expect_column_values_to_be_in_set",
        "expect_column_values_to_match_regex", "expect_column_values_to_be_between",
    )  # fmt: skip
    more: dict[str, dict[str, Any]] = {
        kinds[1]: {"value_set": ["a"]}, kinds[2]: {"regex": "a"}, kinds[3]: {"min_value": 1}
    }  # fmt: skip
    suite = [
        {"type": k, "kwargs": {"column": "a", **more.get(k, {})}, "severity": "critical"}
        for k in kinds
    ]
    run_suite(suite, pa.table({"a": ["a", None]}))


def _status_of(words: list[str]) -> int:
    sys.argv = ["widebridge", *words]
    try:
        cli.main()
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 99
    else:
        status = 0
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def main(root: Path) -> None:
    """Play every scene below a folder and write down how each command ended."""
    # Libraries may say all that they ever say: the search is to see it.
    logging.basicConfig(level=logging.DEBUG)
    began = time.monotonic()
    warm_up()
    player = Player(root, make_marks())
    player.play_all()
    facts = {"outcomes": player.outcomes, "seconds": round(time.monotonic() - began, 1)}
    (root / "outcomes.json").write_text(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
