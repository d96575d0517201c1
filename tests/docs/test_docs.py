"""What the pages say is true: links lead somewhere, commands exist, tables match the code."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from pipelines.cli import app
from pipelines.consent import REASONS
from pipelines.core.settings import PROJECT
from pipelines.pseudonymise.keys import RootKey
from pipelines.synthetic import DIRT
from tests.docs.pages import Block, blocks, hand_written, headings, links, pages
from tests.providers.test_new_provider import AGREEMENT, SAMPLE

EXPLANATION = "docs/explanation/"
MACHINE_PATH = re.compile(r"(?<![\w.~*>/-])/(?:home|root|tmp|work|Users|mnt)/")
REGISTRIES = [
    "".join(parts)
    for parts in (
        ("py", "pi.org"), ("python", "hosted.org"), ("registry.", "npmjs"), ("crates", ".io"),
        ("proxy.", "golang"), ("repo.", "maven"),
    )
]  # fmt: skip


def test_generated_pages_are_fresh() -> None:
    command = [sys.executable, "docs/make_reference.py", "--check"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_link_between_pages_leads_to_a_file() -> None:
    found = list(links())
    assert len(found) > 50, "found too few links: this test would prove little"
    assert {(page, str(file)) for page, file, _ in found if not file.exists()} == set()


def test_every_link_to_a_heading_meets_one() -> None:
    inside = [(page, file, heading) for page, file, heading in links() if heading]
    assert inside
    assert {(p, h) for p, file, h in inside if h not in headings(file)} == set()


def test_the_map_names_every_page() -> None:
    docs = PROJECT / "docs"
    named = {file for page, file, _ in links() if page == "docs/index.md"}
    assert {p for p in docs.glob("**/*.md") if p.name != "index.md"} - named == set()


def _leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, child in command.commands.items():
        yield from _leaves(f"{path} {name}".strip(), child)


COMMANDS = dict(_leaves("", typer.main.get_command(app)))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_shown_on_a_page_that_somebody_wrote(command: str) -> None:
    text = "\n".join(hand_written().values())
    assert re.search(rf"(widebridge|wb)( --\S+ \S+)* {command}\b", text)


def shown_commands() -> list[tuple[str, list[str]]]:
    """(page, words after `widebridge` and its own options) of every command line shown."""
    shown = []
    for block in blocks():
        for line in block.code.splitlines():
            # `alias wb=` defines a short form; a line of YAML or of output is no command.
            match = re.match(r"(?:[A-Z_]+=\S+ )*(?:\.venv/bin/widebridge|wb) (.+)", line)
            if match:
                words = shlex.split(match[1], comments=True)
                while words[0] in ("--home", "--reference"):
                    words = words[2:]
                shown.append((block.page, words))
    return shown


def test_every_command_line_shown_exists_with_its_options() -> None:
    lines = shown_commands()
    assert len(lines) > 20
    wrong = []
    for page, words in lines:
        name = next((c for c in COMMANDS if " ".join(words).startswith(c)), None)
        known = {o for p in COMMANDS[name].params for o in p.opts} if name else set()
        if name is None or {w for w in words if w.startswith("--")} - known:
            wrong.append((page, words))
    assert wrong == []


def test_every_make_target_shown_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    lines = [line for block in blocks() for line in block.code.splitlines()]
    shown = {m[1] for line in lines if (m := re.match(r"make (?:[A-Z]+=\S+ )*([a-z]+)", line))}
    assert {"demo", "test"} <= shown
    assert shown - targets == set()


def test_the_readme_opens_with_the_two_commands() -> None:
    first = next(block for block in blocks() if block.page == "README.md")
    commands = [line.split("#")[0].strip() for line in first.code.splitlines()]
    assert commands == ["make demo", "make test"]


def test_the_readme_is_short() -> None:
    assert len(pages()["README.md"].splitlines()) < 150


def variables_read() -> set[str]:
    """Variables named in the code that runs, and in the tests' one door to real tables."""
    files = [*PROJECT.glob("pipelines/**/*.py"), *PROJECT.glob("dags/**/*.py")]
    files.append(PROJECT / "tests" / "conftest.py")
    named = re.compile(r'"(WIDEBRIDGE_[A-Z_]+)"')
    return {name for path in files for name in named.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize("page", ["dotenv-sample", "docs/how-to/configure.md"])
def test_every_variable_is_explained_and_no_other(page: str) -> None:
    text = (PROJECT / page).read_text("utf-8")
    assert len(variables_read()) >= 9
    assert set(re.findall(r"WIDEBRIDGE_[A-Z_]+", text)) == variables_read()


def dirt_table() -> str:
    """The table of planted dirt as the page must show it."""
    rows = [
        (f"`{kind.name}`", kind.provider, kind.table, kind.planted, kind.fate.outcome.value,
         f"`{kind.fate.code}`" if kind.fate.code else "")
        for kind in sorted(DIRT, key=lambda kind: (kind.table, kind.name))
    ]  # fmt: skip
    return "\n".join(f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows)


def test_the_table_of_dirt_is_the_codes_own() -> None:
    page = pages()[EXPLANATION + "counts-and-fates.md"]
    table = page.partition("<!-- dirt:")[2].partition("| --")[2] or page.partition("<!-- dirt:")[2]
    shown = [line for line in table.splitlines() if line.startswith("| `")]
    assert "\n".join(shown) == dirt_table()


def test_every_reason_of_consent_is_explained_in_its_order() -> None:
    page = pages()[EXPLANATION + "counts-and-fates.md"]
    table = "\n".join(f"| `{reason}` | {meaning} |" for reason, meaning in REASONS.items())
    assert table in page


def test_the_published_pseudonyms_are_what_the_code_makes() -> None:
    page = pages()[EXPLANATION + "keys-and-pseudonyms.md"]
    vectors = re.findall(r"^\| `(..)` \| (?:`(\w+)`)? ?\| `([\w-]+)` \| `(\S+)` \|$", page, re.M)
    keys = RootKey(bytes(range(32)))
    assert len(vectors) == 3
    made = [
        keys.keyed_hash(label, (context,) if context else ())([identifier])[0]
        for label, context, identifier, _ in vectors
    ]
    assert made == [pseudonym for *_, pseudonym in vectors]


def test_the_example_of_onboarding_is_the_one_that_is_tested() -> None:
    page = pages()["docs/how-to/onboard-a-provider.md"]
    assert f"```yaml\n{AGREEMENT}```" in page
    assert all(f"# {name}\n{content}" in page for name, content in SAMPLE.items())


def test_the_glossary_is_alphabetical_and_says_each_noun_once() -> None:
    nouns = re.findall(r"^\* \*\*(.+?)\*\*: ", pages()["docs/glossary.md"], re.MULTILINE)
    assert len(nouns) > 30
    assert nouns == sorted(set(nouns), key=str.casefold)


def test_every_decision_is_short_and_lists_what_is_bad_about_it() -> None:
    decisions = {n: t for n, t in pages().items() if n.startswith("docs/decisions/")}
    assert len(decisions) >= 10
    assert [n for n, t in decisions.items() if len(t.splitlines()) >= 40] == []
    assert [n for n, t in decisions.items() if "## What is bad about it\n\n* " not in t] == []


@pytest.mark.parametrize("page", sorted(pages()))
def test_a_page_holds_no_machine_path_and_no_registry(page: str) -> None:
    text = pages()[page]
    assert MACHINE_PATH.findall(text) == []
    assert [host for host in REGISTRIES if host in text] == []


def test_python_and_sql_are_marked_as_such() -> None:
    """An unmarked sample would escape the tests that run them."""
    starts = re.compile(r"^(import |from \S+ import|select |copy )", re.MULTILINE)
    unmarked: list[Block] = [b for b in blocks("") if starts.search(b.code)]
    assert unmarked == []
