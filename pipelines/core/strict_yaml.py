"""YAML read strictly: one mapping, no aliases, no repeated keys, plain words stay words."""

import re
from pathlib import Path
from typing import Any

import yaml

from pipelines.core.errors import BadContract


def read_yaml(path: Path) -> dict[str, Any]:
    """Read one YAML mapping with plain tags, no aliases and no repeated keys."""
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=_StrictLoader)  # noqa: S506 (safe)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" near line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not UTF-8 text"
    else:
        if isinstance(document, dict):
            return document
        place, problem = "", "it is not a mapping"
    raise BadContract(
        "yaml-unreadable",
        f"{path.parent.name}/{path.name} cannot be read{place}: {problem}.",
        "Correct the YAML.",
    )


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML that refuses aliases (a 271-byte file can grow to 9^8 items) and repeated keys."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.composer.ComposerError(None, None, "an alias is used", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


# Plain words and numbers as in YAML 1.2: a column may be called No, and 0123 keeps its nought.
_StrictLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"0|-?[1-9][0-9]*", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]+", "-0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    _StrictLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )
