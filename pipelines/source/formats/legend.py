"""Legend/Xplor's feeds (usage, members, consents): JSON arrays of flat records."""

from pipelines.source.formats.json_records import read

__all__ = ["read"]
