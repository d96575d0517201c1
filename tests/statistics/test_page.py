"""What the page on statistics shows is what the functions give."""

import doctest
import re
from pathlib import Path

from pipelines import indicate
from pipelines.core.settings import PROJECT

PAGE = PROJECT / "docs" / "explanation" / "statistics.md"


def example(folder: Path) -> Path:
    (session,) = re.findall(r"```pycon\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    path = folder / "session.txt"
    path.write_text(session)
    return path


def test_the_session_on_the_page_gives_what_it_says(tmp_path: Path) -> None:
    result = doctest.testfile(str(example(tmp_path)), module_relative=False)
    assert (result.failed, result.attempted) == (0, 9)


def test_every_function_is_on_the_page() -> None:
    functions = {name for name in indicate.__all__ if name.islower()} - {"indicate"}
    named = set(re.findall(r"`([a-z_]+)\(", PAGE.read_text("utf-8")))
    assert functions - named == set()
