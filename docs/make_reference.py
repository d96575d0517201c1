"""Writes docs/reference from the contracts, the agreements, the commands and the refusals.

`--check` writes nothing and fails when a page is not what would be written.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import typer.main

from pipelines.cli import app
from pipelines.core.agreement import Agreement, load_agreements
from pipelines.core.contract import Contract, Indicator
from pipelines.core.contract_file import load_contracts
from pipelines.core.disclosure import Population
from pipelines.core.settings import PROJECT

REFERENCE = PROJECT / "docs" / "reference"
NOTE = "<!-- Written by docs/make_reference.py: change the source, then run `make fix`. -->\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())


def dictionary() -> str:
    """Every table and every column."""
    contracts = load_contracts(PROJECT / "schemas")
    parts = ["# Data dictionary", "Every table, from its contract under `schemas/`."]
    for group, members in contracts.by_group.items():
        parts.append(f"## {group.capitalize()}")
        parts += [_contract(contract) for contract in members.values()]
    return "\n\n".join(parts)


def _contract(contract: Contract) -> str:
    about = f"### {contract.name}\n\n{contract.description} Version {contract.version}, "
    about += f"{contract.zone.value} zone."
    columns = table(
        ("column", "type", "class", "meaning", "rules", "example"),
        [
            (f"`{c.name}`", c.type.value, c.classification.value, c.description,
             "; ".join(c.rules_in_english()), c.example)
            for c in contract.columns
        ],
    )  # fmt: skip
    rules = [(f"`{r.code}`", r.severity.value, r.description) for r in contract.rules]
    listed = f"\n\n{table(('rule', 'what it does', 'why'), rules)}" if rules else ""
    return f"{about}\n\n{columns}{listed}"


def indicators() -> str:
    """Every published indicator."""
    outputs = load_contracts(PROJECT / "schemas").outputs
    parts = ["# Indicators", "What each published number means, from `schemas/outputs/`."]
    for contract in outputs:
        parts.append(f"## {contract.name}\n\n{contract.description}")
        parts.append(_published(contract))
        for i in contract.indicators:
            facts = {
                "Definition": i.definition, "Value": _value(i),
                "Numerator": i.numerator, "Denominator": i.denominator, "Limits": i.ci_method,
                "Polarity": i.polarity, "Source": i.source, "Caveat": i.caveat,
            }  # fmt: skip
            listed = "\n".join(f"- **{name}**: {text}" for name, text in facts.items())
            parts.append(f"### {i.name} (`{i.id}`)\n\n{listed}")
    return "\n\n".join(parts)


def _value(indicator: Indicator) -> str:
    """What kind of number it is, and what it is made of."""
    if derived := indicator.derived:
        over = " over " + derived.over.replace("_", " ") if derived.over else ""
        index = derived.index.value.replace("_", " ")
        return f"{index}{over}, of `{derived.of}`, {indicator.unit}"
    per = f" per {indicator.multiplier:,.0f}" if indicator.multiplier != 1 else ""
    return f"{indicator.statistic.value}{per}, {indicator.unit}"


def _published(contract: Contract) -> str:
    """Who is counted and in which tables: nothing else of the dataset is ever published."""
    disclosure = contract.disclosure
    if disclosure is None:
        return "Publishes no table."
    counted: dict[str, list[str]] = {p.id: [] for p in disclosure.populations}
    for indicator, names in disclosure.of_indicator.items():
        for name in filter(None, names):
            counted[name].append(f"`{indicator}`")
    people = table(
        ("population", "lies within", "what it is", "counted by"),
        [(f"`{p.id}`", f"`{p.within}`" if p.within else "", _kind(p), ", ".join(counted[p.id]))
         for p in disclosure.populations],
    )  # fmt: skip
    tables = table(
        ("published by", "populations"),
        [(" x ".join(t.by), ", ".join(f"`{name}`" for name in t.populations))
         for t in disclosure.tables],
    )  # fmt: skip
    apart = [
        f"{', '.join(f'`{name}`' for name in names)} cannot overlap"
        + (f" and are together all of `{disclosure.ancestry(names[0])[1]}`"
           if names in disclosure.partitions else "")
        for names in disclosure.disjoint
    ]  # fmt: skip
    note = f"\n\n{'; '.join(apart)}." if apart else ""
    return f"Protected by the profile `{disclosure.profile}`.\n\n{people}\n\n{tables}{note}"


def _kind(population: Population) -> str:
    kind = "people" if population.of_people else "rows or days"
    if population.public:
        kind = "worked out from published figures"
    return f"{kind}, the same in every ICB" if population.everywhere else kind


def agreements() -> str:
    """Every provider and publisher."""
    parts = ["# Agreements", "Who delivers what, on which basis, from `schemas/providers/`."]
    parts += [_agreement(a) for a in load_agreements(PROJECT / "schemas").values()]
    return "\n\n".join(parts)


def _agreement(agreement: Agreement) -> str:
    basis = agreement.lawful_basis
    terms = (
        f"UK GDPR Art. {basis.article_6}; Art. {basis.article_9}. "
        f"Purposes: {', '.join(agreement.purposes)}."
        if basis
        else f"{agreement.licence}."
    )
    head = (
        f"## {agreement.name} (`{agreement.provider}`)\n\n{agreement.description}\n\n"
        f"{agreement.reference}, {agreement.signed_on} to {agreement.expires_on}. {terms}"
    )
    files = table(
        ("table", "file", "format", "columns taken", "columns never taken, and why"),
        [
            (f.table, f"`{f.pattern}`", f.format, ", ".join(f.columns),
             "; ".join(f"{name}: {why}" for name, why in f.ignore.items()))
            for f in agreement.files
        ],
    )  # fmt: skip
    return f"{head}\n\n{files}"


def commands() -> str:
    """Every command, with its arguments and options."""
    root = typer.main.get_command(app)
    parts = ["# Commands", "`widebridge [--home FOLDER] [--reference FOLDER] COMMAND`"]
    parts += [_command(path, command) for path, command in _walk("widebridge", root)]
    return "\n\n".join(parts)


def _walk(path: str, command: object) -> Iterator[tuple[str, object]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name in sorted(children):
        yield from _walk(f"{path} {name}", children[name])


def _command(path: str, command: object) -> str:
    parameters = [p for p in getattr(command, "params", []) if p.name != "help"]
    rows = [
        (f"`{p.opts[0] if p.param_type_name == 'option' else p.name.upper()}`",
         getattr(p, "help", "") or "", "" if p.required or p.default in (None, "") else p.default)
        for p in parameters
    ]  # fmt: skip
    listed = f"\n\n{table(('argument or option', 'meaning', 'default'), rows)}" if rows else ""
    return f"## `{path}`\n\n{getattr(command, 'help', '')}{listed}"


def refusals() -> str:
    """Every code with which a run can stop on purpose, read from the source."""
    parts = [
        "# Refusals",
        (
            "A run that stops on purpose says a code, what is wrong and what to do. The exit "
            "status says the kind of failure: 64 settings, 65 contract, 66 agreement, 67 delivery, "
            "68 consent, 69 expectation, 70 key, 71 area, 72 sign-off, 73 release or ledger, "
            "74 published tables, 75 tables that cannot be protected, 76 tables that give away; "
            "1 is a fault of widebridge. Row codes (`table.rule`, `table.column.kind`) are in the "
            "[data dictionary](dictionary.md)."
        ),
    ]
    found = sorted(
        {row for path in sorted((PROJECT / "pipelines").rglob("*.py")) for row in _raised(path)}
    )
    parts.append(table(("code", "where"), [(f"`{code}`", f"`{room}`") for code, room in found]))
    return "\n\n".join(parts)


def _raised(path: Path) -> Iterator[tuple[str, str]]:
    """Codes given to a refusal: words joined by hyphens, the first of three arguments."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        values = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
        first = values[0] if len(values) == 3 else None
        code = first.value if isinstance(first, ast.Constant) else None
        if isinstance(code, str) and re.fullmatch("[a-z]+(-[a-z]+)+", code):
            yield code, str(path.relative_to(PROJECT))


PAGES = {
    "dictionary.md": dictionary,
    "indicators.md": indicators,
    "agreements.md": agreements,
    "commands.md": commands,
    "refusals.md": refusals,
}


def main(arguments: Sequence[str]) -> int:
    """Write or check every page."""
    stale = []
    for name, make in PAGES.items():
        path, text = REFERENCE / name, NOTE + "\n" + make() + "\n"
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, "utf-8")
    if stale and "--check" in arguments:
        sys.stderr.write(f"stale in docs/reference: {', '.join(stale)}; run `make fix`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
