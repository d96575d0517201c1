"""The kit's own first page: which file is for whom."""

from pipelines.kit.staged import Staged

PAGE = """# Analyst's kit of release {release}

{period}. ICBs: {icbs}. The tables are beside this folder: `../<ICB>/<dataset>.parquet`.

| you use | open | what to know |
| --- | --- | --- |
| Excel | `workbooks/<ICB>.xlsx` | every dataset of one ICB, one table per sheet |
| Power BI | `power-bi/release.pbip` | set the parameter ReleaseFolder, then refresh |
| Python | `questions.ipynb` | needs pandas and pyarrow |
| R | `questions.Rmd` | needs nanoparquet |
| SQL | `questions.sql` | run DuckDB in this folder |
| anything | `dictionary.html`, `indicators.csv`, `columns.csv` | what each number means |
| | `CHANGES.md`, `changes.json` | what changed since the release before |

Read provider_coverage first: a falling line may be a missing feed. An empty number is hidden or
does not apply; it is never nought. Do not work hidden numbers out from totals.

Text that begins with =, +, - or @ has an apostrophe before it in the workbook and the CSV files, so
that no spreadsheet takes it for a formula.
"""


def contents(staged: Staged) -> bytes:
    """The first page."""
    icbs = ", ".join(f"{icb.ods_code} ({icb.name})" for icb in staged.icbs)
    return PAGE.format(release=staged.release_id, period=staged.period, icbs=icbs).encode()
