"""Programs that know nothing of us read a release: data package, RO-Crate, in-toto statement."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.envelope import open_envelope

Content = dict[str, Any]


def read(path: Path) -> Content:
    content: Content = json.loads(path.read_bytes())
    return content


@pytest.fixture
def manifest(published: Path) -> Content:
    return read(published / "manifest.json")


@pytest.fixture
def package(published: Path) -> Content:
    return read(published / "datapackage.json")


@pytest.fixture
def crate(published: Path) -> dict[str, Content]:
    return {e["@id"]: e for e in read(published / "ro-crate-metadata.json")["@graph"]}


def test_a_data_package_has_every_table(published: Path, package: Content) -> None:
    paths = {resource["path"] for resource in package["resources"]}
    assert paths == {p.relative_to(published).as_posix() for p in published.rglob("*.parquet")}


def test_a_resource_has_its_hash_and_size(published: Path, package: Content) -> None:
    told = {r["path"]: (r["hash"], r["bytes"]) for r in package["resources"]}
    real = {
        name: (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
        for name in told
        for data in [(published / name).read_bytes()]
    }
    assert (told, len(told) > 4) == (real, True)


def test_every_column_of_a_resource_is_described(package: Content) -> None:
    fields = [f for r in package["resources"] for f in r["schema"]["fields"]]
    assert fields
    assert [f["name"] for f in fields if not f.get("description")] == []


def test_the_names_of_resources_differ(package: Content) -> None:
    names = [resource["name"] for resource in package["resources"]]
    assert len(names) == len(set(names))


def test_every_reference_of_the_crate_leads_somewhere(crate: dict[str, Content]) -> None:
    def refs(value: object) -> set[str]:
        if isinstance(value, dict):
            inner = [refs(v) for v in value.values()]
            own = {str(value["@id"])} if set(value) == {"@id"} else set()
            return own.union(*inner)
        return set().union(*map(refs, value)) if isinstance(value, list) else set()

    outside = ("https://w3id.org/shp#", "https://w3id.org/ro/crate/")
    lost = {
        r for e in crate.values() for r in refs(e) if r not in crate and not r.startswith(outside)
    }
    assert lost == set()


def test_the_crate_lists_every_file_of_the_manifest(
    crate: dict[str, Content], manifest: Content
) -> None:
    listed = {*manifest["files"], *manifest["beside"]} - {"ro-crate-metadata.json"}
    assert {e["@id"] for e in crate.values() if e["@type"] == "File"} == listed


def test_the_crate_tells_the_phases_of_the_five_safes(crate: dict[str, Content]) -> None:
    kinds = [
        e["additionalType"]["@id"].split("#")[1]
        for e in crate.values()
        if e["@type"] == "AssessAction"
    ]
    assert sorted(kinds) == [
        "CheckValue", "DisclosureCheck", "SignOff", "SignOff", "ValidationCheck",
    ]  # fmt: skip


def test_the_crate_names_both_officers(crate: dict[str, Content]) -> None:
    assert {e["name"] for e in crate.values() if e["@type"] == "Person"} == {
        "Ada Officer", "Grace Keeper",
    }  # fmt: skip


def test_the_statement_is_of_every_file_and_of_the_manifest(
    published: Path, manifest: Content
) -> None:
    key = bytes.fromhex(manifest["signing_keys"]["release"]["public_key"])
    envelope = (published / "attestation.dsse.json").read_bytes()
    statement = json.loads(open_envelope(envelope, [key], "application/vnd.in-toto+json"))
    subjects = {s["name"] for s in statement["subject"]}
    assert subjects == {*manifest["files"], *manifest["beside"], "manifest.json"}


def test_the_approvals_sign_the_digest_of_the_approved_manifest(
    published: Path, manifest: Content
) -> None:
    digest = hashlib.sha256((published / "candidate.json").read_bytes()).hexdigest()
    said = [
        json.loads(base64.b64decode(read(published / a["envelope"])["payload"]))
        for a in manifest["approvals"]
    ]
    assert [s["candidate_sha256"] for s in said] == [digest, digest]


@pytest.mark.parametrize(
    "fact",
    [
        "datasets", "geography_vintage", "key_id", "refused_for_consent", "hidden", "expectations",
        "made_by", "approvals", "published_at", "silent_providers", "store_state", "agreements",
    ],
)  # fmt: skip
def test_the_manifest_tells(manifest: Content, fact: str) -> None:
    assert manifest[fact]


def test_the_candidate_tells_neither_times_nor_approvals(published: Path) -> None:
    told = set(read(published / "candidate.json"))
    assert told & {"published_at", "approvals", "signing_keys", "keys", "demo"} == set()


def test_expectations_are_told_by_dataset_with_their_result(manifest: Content) -> None:
    results = [r for told in manifest["expectations"].values() for r in told]
    assert all(set(r) == {"expectation", "column", "critical", "held"} for r in results)
    assert len(results) > 20
