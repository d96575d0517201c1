"""Sites: the words of `schemas/sites.yaml`, and nothing else, go over the border."""

from pathlib import Path

import pytest

from pipelines.core.errors import BadContract
from pipelines.core.settings import PROJECT
from pipelines.synthetic import harbour, parkside
from pipelines.validate import load_sites

SITES = load_sites(PROJECT / "schemas")


def test_a_renamed_site_is_one_site() -> None:
    old = parkside.CLUBS[parkside.RENAMED_CLUB]
    assert SITES["parkside_trust"][old] == SITES["parkside_trust"][parkside.NEW_NAME]


@pytest.mark.parametrize(
    ("provider", "clubs"),
    [("harbour_leisure", harbour.CLUBS), ("parkside_trust", parkside.CLUBS)],
)
def test_every_site_of_the_demonstration_is_known(provider: str, clubs: tuple[str, ...]) -> None:
    assert set(clubs) <= set(SITES[provider])


@pytest.mark.parametrize(
    "text", ["{}", "sites: none", "sites: {a_provider: none}", "sites: {a_provider: {NLC: [1]}}"]
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "sites.yaml").write_text(text)
    with pytest.raises(BadContract, match="sites-unreadable"):
        load_sites(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match="is missing"):
        load_sites(tmp_path)
