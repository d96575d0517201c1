"""Pages rendered from a finished release folder and nothing else.

They are rendered from the folder just before its rename, with the sign-off in the manifest, so
the release lists their SHA-256 too; rendering again later gives the same bytes. The governance
papers need no sign-off: they are part of the candidate that officers read.
"""

from pipelines.report.governance import papers, processing_of
from pipelines.report.page import as_html
from pipelines.report.summary import render, summarise

__all__ = ["as_html", "papers", "processing_of", "render", "summarise"]
