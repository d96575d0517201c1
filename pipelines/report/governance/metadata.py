"""A metadata record in the UK Cross-Government Metadata Exchange Model (DCAT as JSON).

Properties and their allowed values: github.com/co-cddo/ukgov-metadata-exchange-model, schemas of
dataset, data resource and distribution. What no fact of the release answers is listed, not made up.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.report.facts import Facts
from pipelines.report.words import listed, words

CONTROLLER_FILLS = ("contactPoint", "creator", "publisher", "theme", "issued")
PARQUET = "application/vnd.apache.parquet"


def metadata_record(facts: Facts) -> Mapping[str, Any]:
    """One record for the release and one distribution for each table."""
    release, manifest = facts.manifest["release_id"], facts.manifest
    period = manifest["period"]
    names = listed([words(name) for name in facts.datasets])
    distributions = [_distribution(release, name) for name in _tables(facts)]
    return {
        "dataset": {
            "@id": f"urn:widebridge:{release}",
            "@type": "Dataset",
            "identifier": release,
            "title": f"Physical activity and health, {period['start']} to {period['end']}",
            "description": f"Protected statistics for {listed([i['name'] for i in facts.icbs])}: "
            f"{names}. {manifest['protection']['rule']}",
            "keyword": [words(name) for name in facts.datasets],
            "version": release,
            "licence": f"urn:widebridge:{release}:agreement",
            "accessRights": "INTERNAL",
            "securityClassification": "OFFICIAL",
            "modified": manifest["as_of"],
            "updateFrequency": "freq:irregular",
            "distribution": [d["identifier"] for d in distributions],
        },
        "distributions": distributions,
        "toBeFilledIn": list(CONTROLLER_FILLS),
    }


def _tables(facts: Facts) -> list[str]:
    return sorted(name for name, entry in facts.manifest["files"].items() if "rows" in entry)


def _distribution(release: str, name: str) -> dict[str, str]:
    return {
        "@type": "Distribution",
        "identifier": f"urn:widebridge:{release}:{name.replace('/', ':')}",
        "title": name,
        "licence": "DATA_SHARE_AGREEMENT",
        "accessRights": "INTERNAL",
        "accessService": f"urn:widebridge:{release}",
        "mediaType": PARQUET,
        "downloadURL": name,
    }
