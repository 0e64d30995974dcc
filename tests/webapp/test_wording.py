"""The words of the pages go through gettext, with the Chinese text as what is looked up."""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, nodes

import webapp
from processes.bureau import Bureau
from webapp import create_app, wording
from webapp.settings import Settings
from webapp.words import chinese, template, words

FOLDER = Path(webapp.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
# What is said in a terminal or by the API's own document is not on a page.
PAGES = [
    file
    for file in sorted(FOLDER.glob("*.py"))
    if not file.name.startswith("commands_")
    and file.name not in ("cli.py", "command_words.py", "words.py", "settings.py", "serving.py")
]
# Compared with, sent back or parsed, never shown: states of materials, kinds that the processes name.
DATA = {"收", "缺", "补", "核"}


def compiled(texts: dict[str, str]) -> bytes:
    """A catalogue as msgfmt writes it."""
    texts = {"": "Content-Type: text/plain; charset=UTF-8\n", **texts}
    pairs = sorted((one.encode(), other.encode()) for one, other in texts.items())
    at, tables, content = 28 + 16 * len(pairs), [b"", b""], b""
    for place in (0, 1):
        for pair in pairs:
            tables[place] += struct.pack("<II", len(pair[place]), at + len(content))
            content += pair[place] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + tables[0] + tables[1] + content


def unmarked(file: Path) -> Iterator[str]:
    environment = Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, autoescape=True)
    source = file.read_text(encoding="utf-8")
    for line, kind, text in environment.lexer.tokeniter(source, file.name):
        if kind == "data" and chinese(text):
            yield f"{line}: {text.strip()[:60]}"
    tree = environment.parse(source)
    passed = {
        id(one)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "_"
        for one in call.find_all(nodes.Const)
    }
    passed |= {id(one) for compared in tree.find_all(nodes.Compare) for one in compared.find_all(nodes.Const)}
    for chosen in tree.find_all(nodes.Filter):
        if chosen.name in ("selectattr", "rejectattr"):
            passed |= {id(one) for argument in chosen.args for one in argument.find_all(nodes.Const)}
            passed |= {id(argument) for argument in chosen.args}
    for one in tree.find_all(nodes.Const):
        if isinstance(one.value, str) and chinese(one.value) and id(one) not in passed:
            yield f"{one.lineno}: {one.value[:60]}"


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(FOLDER / "templates")))
def test_a_template_says_nothing_past_gettext(file: Path) -> None:
    assert list(unmarked(file)) == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_a_page_s_code_says_nothing_past_gettext(file: Path) -> None:
    """Tables at the head of a module hold texts that go through `_` where they are used."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))  # a docstring
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            passed |= {id(one) for one in ast.walk(node)}
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            passed |= {id(one) for one in ast.walk(node)}
        if isinstance(node, ast.Compare):
            passed |= {id(one) for one in ast.walk(node)}
    said = [
        f"{one.lineno}: {one.value[:60]}"
        for within in ast.walk(tree)
        if isinstance(within, ast.FunctionDef)
        for one in ast.walk(within)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and chinese(one.value)
        and id(one) not in passed and one.value not in DATA
    ]  # fmt: skip
    assert sorted(set(said)) == []


def test_a_catalogue_changes_what_pages_and_code_say(
    settings: Settings, bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "locale"
    (folder / "xx" / "LC_MESSAGES").mkdir(parents=True)
    texts = {"用户名": "Name of user", "用户名或口令不正确。": "Neither this nor that."}
    (folder / "xx" / "LC_MESSAGES" / "webapp.mo").write_bytes(compiled(texts))
    monkeypatch.setattr(wording, "_TRANSLATIONS", wording.translations(folder, ["xx"]))
    app: Flask = create_app(settings, bureau)
    shown = app.test_client().get("/signin").get_data(as_text=True)
    assert "Name of user" in shown
    assert "口令" in shown  # what nobody translated stays Chinese
    assert wording.translations(folder, ["xx"]).gettext("用户名或口令不正确。") == "Neither this nor that."
    assert wording.translations(folder, ["yy"]).gettext("用户名") == "用户名"


def test_the_list_of_words_names_texts_of_templates_of_code_and_of_tables() -> None:
    found = words()
    assert any(place.startswith("webapp/templates/signin.html:") for place in found["用户名"])
    assert any(place.startswith("webapp/signin.py:") for place in found["用户名或口令不正确。"])
    assert any(place.startswith("webapp/wording.py:") for place in found["临近到期"])
    assert 'msgid "用户名"\nmsgstr ""' in template(found)
