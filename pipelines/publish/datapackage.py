"""The release as a Frictionless data package: its tables, their columns, their SHA-256.

Data Package 2.0 (datapackage.org). Columns and their descriptions are read from the Parquet files.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.publish.manifest import encoded

NAME = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
RESOURCE = "https://datapackage.org/profiles/2.0/dataresource.json"


def datapackage(folder: Path, content: Mapping[str, Any]) -> bytes:
    """The descriptor of the tables that a manifest lists."""
    period = content["period"]
    tables = {name: entry for name, entry in content["files"].items() if name.endswith(".parquet")}
    return encoded(
        {
            "$schema": PROFILE,
            "name": content["release_id"].lower(),
            "title": f"Physical activity and health, {period['start']} to {period['end']}",
            "description": "Protected counts and indicators per Integrated Care Board.",
            "version": content["made_by"]["version"],
            "resources": [_resource(folder, name, tables[name]) for name in sorted(tables)],
        }
    )


def _resource(folder: Path, name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    schema = pq.read_schema(folder / name)
    return {
        "$schema": RESOURCE,
        "name": name.removesuffix(".parquet").lower().replace("/", "-"),
        "path": name,
        "type": "table",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": (folder / name).stat().st_size,
        "hash": f"sha256:{entry['sha256']}",
        "schema": {"fields": [_field(field) for field in schema]},
    }


def _field(field: pa.Field) -> dict[str, Any]:
    described = (field.metadata or {}).get(b"description", b"").decode()
    told: dict[str, Any] = {"name": field.name, "type": _type(field.type)}
    if described:
        told["description"] = described
    if not field.nullable:
        told["constraints"] = {"required": True}
    return told


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_date(kind):
        return "date"
    return "datetime" if pa.types.is_timestamp(kind) else "string"
