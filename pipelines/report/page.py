"""The summary as one self-contained page: no outside address, no script, every text escaped."""

from collections.abc import Mapping
from html import escape
from typing import Any

from pipelines.report.parts import number, table, words
from pipelines.report.protection import protection

STYLE = """
body { font: 1rem/1.5 Arial, sans-serif; color: #212b32; background: #fff; margin: 0 auto;
  max-width: 72rem; padding: 1rem; }
h1, h2, h3 { line-height: 1.2; }
table { border-collapse: collapse; width: 100%; margin: 0 0 1.5rem; }
caption { text-align: left; font-weight: bold; padding: 0.5rem 0; }
th, td { border-bottom: 1px solid #d8dde0; padding: 0.4rem 0.8rem 0.4rem 0; text-align: left;
  vertical-align: top; }
td.number, th.number { text-align: right; }
p.verdict { border-left: 0.5rem solid #005eb8; padding: 0.5rem 1rem; background: #f0f4f5; }
.wide { overflow-x: auto; }
"""


def as_html(summary: Mapping[str, Any]) -> str:
    """The page of a release."""
    title = f"Release {summary['release_id']}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="verdict">{escape(summary["verdict"])}</p>',
        _shared(summary),
        _basis(summary),
        _consent(summary),
        _matching(summary["matching"]),
        protection(summary),
        *(_extract(icb) for icb in summary["icbs"]),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><main>\n{chr(10).join(parts)}\n</main></body></html>\n"
    )


def _shared(summary: Mapping[str, Any]) -> str:
    period = summary["period"]
    text = (
        f"Period {period['start']} to {period['end']}, for {words(summary['purpose'])}, as "
        f"consent stood on {summary['as_of']}. ICBs as drawn in {summary['geography_vintage']}."
    )
    rows = [(entry["file"], entry["rows"]) for entry in summary["files"]]
    files = table("Files", ["File", "Rows"], rows)
    return f"<h2>What was shared</h2><p>{escape(text)}</p>{files}"


def _basis(summary: Mapping[str, Any]) -> str:
    rows = [
        (use["name"], use["reference"], use["basis"], use["expires_on"])
        for use in summary["agreements"]
    ]
    heads = ["Provider or publisher", "Agreement", "Basis or licence", "Expires"]
    return "<h2>On what basis</h2>" + table("Agreements", heads, rows)


def _consent(summary: Mapping[str, Any]) -> str:
    rows = [
        (entry["provider"], words(entry["reason"]), number(entry["rows"]))
        for entry in summary["refused_for_consent"]
    ]
    heads = ["Provider", "Reason", "Rows"]
    return "<h2>Kept out for want of consent</h2>" + table("Rows refused", heads, rows)


MATCHING = (
    ("Records of providers", "records"),
    ("People, after matching", "people"),
    ("Records matched by NHS number", "matched_by_nhs_number"),
    ("Records matched without one, by tokens", "matched_by_tokens"),
    ("Records with too little to match by tokens", "without_tokens"),
    ("Groups taken apart, because two in them cannot be one person", "groups_taken_apart"),
    ("Pairs that NHS numbers say are one person, which the tokens are checked against",
     "pairs_checked"),
)  # fmt: skip


def _matching(matching: Mapping[str, Any]) -> str:
    """How well the same person was recognised at two providers."""
    rows = [(text, number(matching[name])) for text, name in MATCHING]
    precision, recall = _share(matching["precision"]), _share(matching["recall"])
    rows.append(("Of the pairs that tokens matched, one person by NHS number", precision))
    rows.append(("Of the pairs of one NHS number, matched by tokens too", recall))
    text = (
        "Providers seldom know an NHS number, so records are matched under keyed tokens of name, "
        f"date of birth, sex and postcode, by the {matching['rule']} rule. No name is kept. "
        "How often the rule is wrong on public test sets stands in docs/explanation/linkage.md."
    )
    matched = table("Matching", ["What", "Number"], rows)
    return f"<h2>How records were matched to people</h2><p>{escape(text)}</p>{matched}"


def _share(share: float | None) -> str:
    return "too few to say" if share is None else f"{share:.1f} %"


def _extract(icb: Mapping[str, Any]) -> str:
    coverage = [
        (row["category"], row["indicator_name"], _count(row), _value(row))
        for row in icb["coverage"]
    ]
    headline = [
        (
            row["indicator_name"],
            f"{row['period_start']} to {row['period_end']}",
            _count(row),
            number(row["denominator"]) if row["denominator"] is not None else "",
            _value(row),
            _limits(row),
            row["value_note"],
        )
        for row in icb["headline"]
    ]
    heads = ["Indicator", "Period", "Count", "Of", "Value", "95 % limits", "Read with care"]
    return (
        f"<h2>{escape(icb['name'])} ({escape(icb['ods_code'])})</h2>"
        + table("Coverage: read first", ["Provider", "What", "Count", "Value"], coverage)
        + table("Headline numbers", heads, headline)
    )


def _count(row: Mapping[str, Any]) -> str:
    """A count; nothing where the indicator counts nobody, as an index does."""
    counts = row["count"] is not None or row["suppression_status"] == "hidden"
    return number(row["count"]) if counts else ""


def _value(row: Mapping[str, Any]) -> str:
    if row["value"] is None:
        return "hidden" if row["suppression_status"] == "hidden" else "none"
    if row["unit"] == "%":
        return f"{row['value']:.1f} %"
    return f"{row['value']:,.1f} {row['unit']}".replace(".0 ", " ")


def _limits(row: Mapping[str, Any]) -> str:
    if row["lower_ci_95"] is None or row["upper_ci_95"] is None:
        return "none"
    return f"{row['lower_ci_95']:.1f} to {row['upper_ci_95']:.1f} ({words(row['ci_method'])})"
