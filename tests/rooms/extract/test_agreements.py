"""The agreements and the contract of extracts: what the files say, and what the page says."""

import re
from pathlib import Path

import pytest

from pipelines.core.agreement import load_agreements
from pipelines.core.contract import Classification
from pipelines.core.errors import BadAgreement
from pipelines.core.recipient_agreement import (
    RecipientAgreement,
    load_recipient_agreements,
    read_recipient_agreement,
)
from pipelines.core.settings import PROJECT, settings_from
from pipelines.extract.columns import LEVELS_OF_AREA, check_levels, floors
from pipelines.extract.plan import check_provider, extract_contract

SCHEMAS = PROJECT / "schemas"
AGREEMENTS = load_recipient_agreements(SCHEMAS)
PROVIDERS = load_agreements(SCHEMAS)
CONTRACT = extract_contract(settings_from({}), "leisure_activity")
PAGE = (PROJECT / "docs" / "how-to" / "send-a-person-level-extract.md").read_text("utf-8")


def test_there_are_two_recipients_of_the_same_people() -> None:
    named = [terms.people_of for a in AGREEMENTS.values() for terms in a.extracts]
    assert (len(named), set(named[0]) & set(named[1])) == (2, {"QOP"})


@pytest.mark.parametrize("agreement", AGREEMENTS.values(), ids=lambda a: str(a.recipient))
def test_an_agreement_names_columns_and_levels_that_exist(agreement: RecipientAgreement) -> None:
    for terms in agreement.extracts:
        check_levels(CONTRACT, terms.attributes, agreement)
    assert agreement.extracts


@pytest.mark.parametrize("agreement", AGREEMENTS.values(), ids=lambda a: str(a.recipient))
def test_every_provider_of_an_agreement_allows_the_extract(agreement: RecipientAgreement) -> None:
    named = [(p, terms.name) for terms in agreement.extracts for p in terms.providers]
    for provider, extract in named:
        check_provider(PROVIDERS[provider], agreement, extract)
    assert len(named) == 3


def test_an_extract_has_no_column_of_an_identifier() -> None:
    assert CONTRACT.person_level
    assert CONTRACT.identifiers == ()


def test_every_column_is_text_so_that_a_band_is_never_taken_for_a_number() -> None:
    assert {column.type.value for column in CONTRACT.columns} == {"string"}


def test_something_in_the_extract_is_sensitive() -> None:
    kinds = [column.classification for column in CONTRACT.columns]
    assert kinds.count(Classification.SENSITIVE) == 1


def test_the_agreement_on_the_page_can_be_read(tmp_path: Path) -> None:
    sample = re.search(r"```yaml\n(recipient:.*?)```", PAGE, re.DOTALL)
    assert sample
    file = tmp_path / "qop.yaml"
    file.write_text(sample[1])
    assert read_recipient_agreement(file).reference == AGREEMENTS["QOP"].reference


def test_the_levels_on_the_page_are_the_codes_own() -> None:
    ladders = floors({level: {} for level in LEVELS_OF_AREA})
    shown = {
        row[0]: tuple(re.findall(r"`(\w[\w-]*)`", row[1] + row[2]))
        for row in re.findall(r"^\| `(\w+)` \| (`.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    }
    assert {name: shown[name] for name in ladders} == {n: ladders[n].names for n in ladders}


def test_a_file_under_another_name_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "qxx.yaml"
    file.write_bytes((SCHEMAS / "recipients" / "qop.yaml").read_bytes())
    with pytest.raises(BadAgreement) as refused:
        read_recipient_agreement(file)
    assert refused.value.code == "agreement-invalid"


BROKEN = [
    ("recipient: QOP", "recipient: qop"),
    ("people_of: [QOP]", "people_of: []"),
    ("people_of: [QOP]", "people_of: [QOP, QOP]"),
    ("people_of: [QOP]", "people_of: QOP"),
    ("review_on: 2027-03-31", "review_on: next year"),
    ("period: {start: 2025-04-01, end: 2028-03-31}", "period: 2025"),
    ("article_6: ", "article_7: "),
    ("  purpose: service_evaluation", "  purpose: Service Evaluation"),
]


@pytest.mark.parametrize(("old", "new"), BROKEN)
def test_an_agreement_that_is_not_whole_is_refused(old: str, new: str, tmp_path: Path) -> None:
    text = (SCHEMAS / "recipients" / "qop.yaml").read_text("utf-8")
    assert old in text
    file = tmp_path / "qop.yaml"
    file.write_text(text.replace(old, new))
    with pytest.raises(BadAgreement) as refused:
        read_recipient_agreement(file)
    assert refused.value.code == "agreement-invalid"
