"""The Five Safes and the Caldicott Principles, each answered from facts of this release.

Five Safes: UK Statistics Authority and UK Data Service. Caldicott Principles: National Data
Guardian, December 2020.
"""

from pipelines.report.facts import Facts
from pipelines.report.model import Section, Text, table
from pipelines.report.officer.verdict import names_of
from pipelines.report.words import counted, listed, words


def five_safes(facts: Facts) -> Section:
    """People, projects, settings, data and outputs."""
    rows = [
        ("Safe people", _people(facts)),
        ("Safe projects", _projects(facts)),
        ("Safe settings", _settings(facts)),
        ("Safe data", _data(facts)),
        ("Safe outputs", _outputs(facts)),
    ]
    return Section(
        "five-safes", "Five Safes", (table("The Five Safes", ("Safe", "In this release"), rows),)
    )


def caldicott(facts: Facts) -> Section:
    """The eight principles of 2020."""
    rows = [
        ("1. Justify the purpose", _projects(facts)),
        ("2. Use it only when necessary", _necessary(facts)),
        ("3. Use the minimum necessary", _minimum(facts)),
        ("4. Access only on a need to know", _access(facts)),
        ("5. Everyone knows their responsibilities", _people(facts)),
        ("6. Comply with the law", _law(facts)),
        ("7. The duty to share is as important as the duty to protect", _duty(facts)),
        ("8. Inform people about how their information is used", _inform(facts)),
    ]
    source = Text("National Data Guardian, Caldicott Principles, December 2020.")
    heads = ("Principle", "In this release")
    return Section(
        "caldicott", "Caldicott Principles", (source, table("The eight principles", heads, rows))
    )


def _people(facts: Facts) -> str:
    if not facts.approvals:
        return "No officer has signed yet; two different, named ones must."
    about = " Both are generated and stand for nobody." if facts.manifest.get("demo") else ""
    return f"{names_of(facts)} signed this release by name.{about}"


def _projects(facts: Facts) -> str:
    allowed = [e["reference"] for e in facts.processing]
    told = f" Allowed by {listed(allowed)}." if allowed else ""
    period = facts.manifest["period"]
    return (
        f"{words(facts.manifest['purpose']).capitalize()} of {counted(len(facts.icbs), 'ICB')}, "
        f"{period['start']} to {period['end']}.{told}"
    )


def _settings(facts: Facts) -> str:
    keys = facts.manifest.get("keys", [])
    ages = ", ".join(f"{key['key_id']}: {key['age_days']} days" for key in keys)
    told = f" Keys and their ages: {ages}." if ages else ""
    return (
        f"Pseudonyms stay in the linked store under root key {facts.manifest['key_id']}; none is "
        f"in this release.{told}"
    )


def _data(facts: Facts) -> str:
    refused = sum(entry["rows"] or 0 for entry in facts.manifest["refused_for_consent"])
    return (
        f"Groups only, in {counted(len(facts.datasets), 'dataset')}; {refused:,} rows were kept "
        "out for want of consent."
    )


def _outputs(facts: Facts) -> str:
    found = facts.disclosure["attacker"]
    sought = found["sensitive"]
    hidden = facts.manifest.get("hidden", {})
    cells, gone = (sum(e[name] for e in hidden.values()) for name in ("cells", "hidden"))
    return (
        f"{gone:,} of {cells:,} numbers are hidden. Of "
        f"{'few' if sought is None else f'{sought:,}'} that must stay unknown the attacker found "
        f"{found['pinned']} exactly and {found['narrow']} too narrowly."
    )


def _necessary(facts: Facts) -> str:
    left = sum(len(file["not_taken"]) for e in facts.processing for file in e["files"])
    taken = sum(len(file["fields"]) for e in facts.processing for file in e["files"])
    if not taken:
        return _data(facts)
    return (
        f"Of {taken + left} columns that providers of people deliver, {left} are not taken in, "
        "each for a stated reason."
    )


def _minimum(facts: Facts) -> str:
    limits = facts.manifest["protection"]["limits"]
    return (
        f"No field of the extracts tells of one person. Counts of 1 to {limits['hide_up_to']} are "
        f"hidden, others rounded to {limits['round_to']}."
    )


def _access(facts: Facts) -> str:
    names = [f"{icb['name']} ({icb['ods_code']})" for icb in facts.icbs]
    return f"One extract each for {listed(names)}; none holds another's numbers."


def _law(facts: Facts) -> str:
    bases = sorted({e["article_6"] for e in facts.processing if e["article_6"]})
    ends = min(str(use["expires_on"]) for use in facts.manifest["agreements"])
    reviews = [e["dpia_review_by"] for e in facts.processing if e["dpia_review_by"]]
    review = f" The next DPIA review is due on {min(reviews)}." if reviews else ""
    told = f"UK GDPR {'; '.join(bases)}. " if bases else ""
    uses = counted(len(facts.manifest["agreements"]), "agreement")
    return f"{told}{uses} in force, the first to end on {ends}.{review}"


def _duty(facts: Facts) -> str:
    shown = sum(e["cells"] - e["hidden"] for e in facts.manifest.get("hidden", {}).values())
    return (
        f"{shown:,} protected numbers reach {counted(len(facts.icbs), 'ICB')}. Nobody's care "
        "depends on this release: it holds no record of a person."
    )


def _inform(facts: Facts) -> str:
    return (
        f"Left out are rows of people who were never asked ({_rows(facts, 'never_asked')}), who "
        f"withdrew ({_rows(facts, 'withdrawn')}) and whom the national data opt-out covers "
        f"({_rows(facts, 'national_opt_out')})."
    )


def _rows(facts: Facts, reason: str) -> str:
    """Rows left out for a reason, over all providers; a hidden count is never told as none."""
    refused = facts.manifest["refused_for_consent"]
    found = [entry["rows"] for entry in refused if entry["reason"] == reason]
    known = sum(rows for rows in found if rows is not None)
    if None in found:
        return f"more than {known:,}" if known else "too few to tell"
    return f"{known:,}" if found else "none"
