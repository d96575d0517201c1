"""One play of all scenes for the whole session."""

import pytest

from tests.canary.played import Played, play


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Everything that was played, searched."""
    return play(tmp_path_factory.mktemp("canary"))
