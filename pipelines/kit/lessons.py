"""The questions of the datasets as a notebook, an R Markdown file and a SQL file.

All three are made of one page of questions, so that they answer the same ones.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.kit.staged import Staged

PAGE = Path(__file__).with_name("questions.md")
HEADING = re.compile(r"^## (?:(\w+): )?(.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KERNEL: Mapping[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Question:
    """One question: its dataset ("" for opening the release), its prose, its code by language."""

    dataset: str
    title: str
    prose: str
    code: Mapping[str, str]


def files(staged: Staged) -> dict[str, bytes]:
    """`questions.ipynb`, `questions.Rmd` and `questions.sql`."""
    asked = questions(staged)
    return {
        "questions.ipynb": _notebook(asked),
        "questions.Rmd": _r_markdown(asked, staged.release_id).encode(),
        "questions.sql": _sql(asked, staged.release_id).encode(),
    }


def questions(staged: Staged) -> list[Question]:
    """The questions about datasets that the release has, for its first ICB."""
    text = PAGE.read_text("utf-8").replace("<ICB>", staged.icbs[0].ods_code)
    present = {"", *(contract.name for contract in staged.outputs)}
    return [question for question in _read(text) if question.dataset in present]


def _read(text: str) -> Iterator[Question]:
    _, *parts = HEADING.split(text)
    for dataset, title, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        code = {found[1]: found[2].rstrip() for found in BLOCK.finditer(body)}
        yield Question(dataset or "", title, BLOCK.sub("", body).strip(), code)


def _notebook(asked: Iterable[Question]) -> bytes:
    cells = []
    for question in asked:
        cells.append(_cell("markdown", f"## {question.title}\n\n{question.prose}"))
        if "python" in question.code:
            cells.append(_cell("code", question.code["python"]))
    whole = {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _cell(kind: str, text: str) -> dict[str, Any]:
    # The id comes from the text, so that the same questions give the same bytes.
    named = hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()[:12]
    cell: dict[str, Any] = {"cell_type": kind, "id": named, "metadata": {}}
    cell["source"] = text.splitlines(keepends=True)
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


def _r_markdown(asked: Iterable[Question], release: str) -> str:
    head = f'---\ntitle: "Questions to release {release}"\noutput: html_document\n---'
    parts = [head]
    for question in asked:
        parts.append(f"## {question.title}\n\n{question.prose}")
        if "r" in question.code:
            parts.append(f"```{{r}}\n{question.code['r']}\n```")
    return "\n\n".join(parts) + "\n"


def _sql(asked: Iterable[Question], release: str) -> str:
    parts = [f"-- Questions to release {release}. Run DuckDB in this folder."]
    for question in asked:
        if "sql" in question.code:
            told = "\n".join(
                f"-- {line}".rstrip() for line in f"{question.title}\n{question.prose}".splitlines()
            )
            parts.append(f"{told}\n{question.code['sql']}")
    return "\n\n".join(parts) + "\n"
