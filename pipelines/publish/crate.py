"""The release as a Five Safes RO-Crate: what it is, what was checked, who signed, what made it.

RO-Crate 1.2 (w3id.org/ro/crate/1.2), with the phases of the Five Safes profile 0.4
(w3id.org/5s-crate/0.4): check, validation, sign-off, disclosure check, and the run itself.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.publish.manifest import encoded

NAME = "ro-crate-metadata.json"
CRATE, PROCESS = "https://w3id.org/ro/crate/1.2", "https://w3id.org/ro/wfrun/process/0.5"
FIVE_SAFES = "https://w3id.org/5s-crate/0.4"
PHASES = "https://w3id.org/shp#"
"""Where the kinds of phases are defined: Safe Haven Provenance."""
DONE = "http://schema.org/CompletedActionStatus"
HOUSE, TOOL, RUN, PROJECT = "#house", "#widebridge", "#run", "#project"
MEDIA = {
    ".parquet": "application/vnd.apache.parquet", ".json": "application/json",
    ".html": "text/html", ".py": "text/x-python", ".csv": "text/csv", ".md": "text/markdown",
    ".sql": "application/sql", ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip

ABOUT = {
    "candidate.json": "The manifest as the officers approved it",
    "verify.py": "Checks this release offline",
    "datapackage.json": "The tables as a Frictionless data package",
    "disclosure.json": "How small numbers were protected, and what it cost",
    "report.html": "The report, for people",
    "report.json": "The report, for programs",
    "approvals": "An officer's approval, signed",
    "kit": "Part of the analyst's kit",
    "governance": "A governance paper",
}

Entity = dict[str, Any]


def ro_crate(content: Mapping[str, Any], sizes: Mapping[str, int]) -> bytes:
    """The crate's metadata: the manifest's facts, and every file with its size in bytes."""
    officers = [_officer(approval) for approval in content["approvals"]]
    phases = list(_phases(content))
    graph = [
        {
            "@id": NAME,
            "@type": "CreativeWork",
            "about": _ref("./"),
            "conformsTo": _ref(CRATE),
        },
        _root(content, sizes, phases),
        *_about_us(content),
        *officers,
        *phases,
        _run(content),
        *(_file(name, size, content) for name, size in sorted(sizes.items())),
    ]
    return encoded({"@context": f"{CRATE}/context", "@graph": graph})


def _root(content: Mapping[str, Any], sizes: Mapping[str, int], phases: list[Entity]) -> Entity:
    period = content["period"]
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Release {content['release_id']}",
        "description": "Protected counts of physical activity and health, one extract for each "
        "Integrated Care Board.",
        "datePublished": content["published_at"],
        "temporalCoverage": f"{period['start']}/{period['end']}",
        "license": _ref("#terms"),
        "author": _ref(HOUSE),
        "publisher": _ref(HOUSE),
        "sourceOrganization": _ref(PROJECT),
        "conformsTo": [_ref(FIVE_SAFES), _ref(PROCESS)],
        "hasPart": [_ref(name) for name in sorted(sizes)],
        "mentions": [*(_ref(phase["@id"]) for phase in phases), _ref(RUN)],
    }


def _about_us(content: Mapping[str, Any]) -> Iterator[Entity]:
    version, key = content["made_by"]["version"], content["signing_keys"]["release"]["key_id"]
    yield {"@id": HOUSE, "@type": "Organization", "name": f"The house of the signing key {key}"}
    yield {
        "@id": PROJECT,
        "@type": "Project",
        "name": str(content["purpose"]).replace("_", " "),
        "memberOf": _ref(HOUSE),
    }
    yield {
        "@id": TOOL,
        "@type": "SoftwareApplication",
        "name": "widebridge",
        "softwareVersion": version,
        "url": "urn:widebridge",
    }
    yield {
        "@id": "#terms",
        "@type": "CreativeWork",
        "name": "Terms of this release",
        "description": "For the recipient Integrated Care Boards, under the agreements that the "
        "manifest lists.",
    }
    for profile, name in ((FIVE_SAFES, "Five Safes RO-Crate 0.4"), (PROCESS, "Process Run Crate")):
        yield {"@id": profile, "@type": ["CreativeWork", "Profile"], "name": name}


def _officer(approval: Mapping[str, Any]) -> Entity:
    officer = approval["officer"]
    return {
        "@id": f"#officer-{officer['id']}",
        "@type": "Person",
        "name": officer["name"],
        "jobTitle": officer["role"],
        "affiliation": _ref(HOUSE),
    }


def _phases(content: Mapping[str, Any]) -> Iterator[Entity]:
    """What was looked at before anything left, each with who looked and when."""
    at = content["published_at"]
    yield _phase("check", "CheckValue", "SHA-256 of every file", HOUSE, at)
    yield _phase("validation", "ValidationCheck", "Contracts and expectations", HOUSE, at)
    yield _phase("disclosure", "DisclosureCheck", "Disclosure control and attack audit", HOUSE, at)
    for number, approval in enumerate(content["approvals"], start=1):
        agent, name = f"#officer-{approval['officer']['id']}", "Sign-off under the agreements"
        yield _phase(f"sign-off-{number}", "SignOff", name, agent, approval["at"])


def _phase(place: str, kind: str, name: str, agent: str, at: str) -> Entity:
    objects: Any = [_ref("./"), _ref(PROJECT)] if kind == "SignOff" else _ref("./")
    return {
        "@id": f"#{place}",
        "@type": "AssessAction",
        "additionalType": _ref(f"{PHASES}{kind}"),
        "name": f"{name}: passed",
        "object": objects,
        "instrument": _ref("#terms" if kind == "SignOff" else TOOL),
        "agent": _ref(agent),
        "endTime": at,
        "actionStatus": DONE,
    }


def _run(content: Mapping[str, Any]) -> Entity:
    tables = sorted(name for name in content["files"] if name.endswith(".parquet"))
    return {
        "@id": RUN,
        "@type": "CreateAction",
        "name": f"Release line, run for {content['release_id']}",
        "description": "From the linked store: measured, protected, indicated, checked.",
        "instrument": _ref(TOOL),
        "agent": _ref(HOUSE),
        "result": [_ref(name) for name in tables],
        "endTime": content["published_at"],
        "actionStatus": DONE,
    }


def _file(name: str, size: int, content: Mapping[str, Any]) -> Entity:
    listed = content["files"].get(name) or content["beside"].get(name) or {}
    suffix = name[name.rfind(".") :] if "." in name else ""
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "description": _described(name),
        "contentSize": str(size),
        "encodingFormat": MEDIA.get(suffix, "application/octet-stream"),
        **({"sha256": listed["sha256"]} if listed else {}),
    }


def _described(name: str) -> str:
    """What a file is, by where it lies."""
    if name.endswith(".parquet"):
        dataset, icb = Path(name).stem.replace("_", " "), Path(name).parent.name
        return f"The table {dataset} of the Integrated Care Board {icb}"
    first = name.split("/")[0]
    return ABOUT.get(name) or ABOUT.get(first) or "Part of this release"


def _ref(place: str) -> dict[str, str]:
    return {"@id": place}
