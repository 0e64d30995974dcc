"""Every text of the pages, for whoever translates them: `python -m webapp.words > webapp.pot`, or `make words`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment

HERE = Path(__file__).parent
MARK = "_"


def words() -> dict[str, list[str]]:
    """Each text that goes through gettext, with the places (file and line) where it stands."""
    found: dict[str, list[str]] = {}
    for place, text in (*_of_templates(), *_of_modules()):
        found.setdefault(text, []).append(place)
    return found


def template(found: dict[str, list[str]]) -> str:
    """As a catalogue without translations (the POT file of gettext)."""
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    return head + "".join(
        f'\n#: {" ".join(places)}\nmsgid {_quoted(text)}\nmsgstr ""\n'
        for text, places in sorted(found.items())
    )


def _of_templates() -> Iterator[tuple[str, str]]:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for file in sorted((HERE / "templates").rglob("*.html")):
        for line, _function, text in environment.extract_translations(file.read_text(encoding="utf-8")):  # type: ignore[attr-defined]
            if isinstance(text, str):
                yield f"{file.relative_to(HERE.parent)}:{line}", text


def _of_modules() -> Iterator[tuple[str, str]]:
    """Literals given to `_`, and those of tables at the head of a module, whose values `_` is given later."""
    for file in sorted(HERE.rglob("*.py")):
        place = file.relative_to(HERE.parent)
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == MARK
                and node.args
            ):
                yield from ((f"{place}:{one.lineno}", one.value) for one in _literals(node.args[0]))
        for statement in tree.body:
            if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
                yield from (
                    (f"{place}:{one.lineno}", one.value)
                    for one in _literals(statement.value)
                    if chinese(one.value)
                )


def _literals(node: ast.AST) -> list[ast.Constant]:
    return [one for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    print(template(words()))
