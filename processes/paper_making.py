"""From a template and the facts of a case to the paper: HTML, then PDF and DOCX. The same facts give the same bytes.

Templates run in Jinja2's sandbox with autoescape, and see plain values only. WeasyPrint fetches nothing but the fonts
named in `FONTS`, which the Debian package texlive-lang-chinese brings; without them Noto stands in.
"""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import NotFound, Refused

FONT_FOLDERS = (
    Path("/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"),
    Path("/usr/share/texmf/fonts/opentype/public/fandol"),
    Path("/usr/share/fonts/opentype/fandol"),
)
FONTS = (
    ("FandolFang", "FandolFang-Regular.otf", 400), ("FandolKai", "FandolKai-Regular.otf", 400),
    ("FandolHei", "FandolHei-Regular.otf", 400), ("FandolSong", "FandolSong-Regular.otf", 400),
    ("FandolSong", "FandolSong-Bold.otf", 600),
)  # fmt: skip
STAMP = (1980, 1, 1, 0, 0, 0)  # of every member of a DOCX: its bytes depend on the content alone
_missing: ContextVar[set[str] | None] = ContextVar("missing", default=None)
_printing = threading.Lock()  # Pango's font map is one for the process


class Day(date):
    """A day that reads as documents write it: 2026年9月1日, without leading zeros (GB/T 9704 7.3.5.4)."""

    def __str__(self) -> str:
        return f"{self.year}年{self.month}月{self.day}日"

    def __html__(self) -> str:
        return str(self)


class Blank(Undefined):
    """A fact that the case does not have yet: told on the preview, and the reason why a paper is not issued."""

    def __str__(self) -> str:
        missing = _missing.get()
        if missing is not None and self._undefined_name is not None:
            missing.add(str(self._undefined_name))
        return "〔待填〕"

    def __html__(self) -> str:
        return f'<span class="blank">{self}</span>'


class Templates:
    """The templates of one published version. Safe to share between threads."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        texts = {path: content.decode() for path, content in files.items() if not path.endswith(".docx")}
        self._words = {path: content for path, content in files.items() if path.endswith(".docx")}
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(texts), autoescape=True, undefined=Blank, trim_blocks=True, lstrip_blocks=True,
            finalize=_written,
        )  # fmt: skip
        self._environment.filters.update(lines=_lines, money=_money)
        if "layout/words.html" in texts:
            self._environment.globals["words"] = self._environment.get_template("layout/words.html").module

    def html(self, template: str, facts: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
        """The paper as HTML, and the names of the facts it wanted and did not have."""
        told = _missing.set(set())
        try:
            text = self._environment.get_template(template).render(facts)
            missing = _missing.get() or set()
        finally:
            _missing.reset(told)
        return text, frozenset(missing)

    def word(self, layout: str, html: str, facts: Mapping[str, Any]) -> bytes:
        """The same paper as DOCX, to be worked on in a word processor; `layout` names a `layout/*.docx`."""
        from docxtpl.template import DocxTemplate

        source = self._words.get(f"layout/{layout}.docx")
        if source is None:
            raise NotFound(f"没有文书版式“{layout}.docx”")
        template = DocxTemplate(io.BytesIO(source))
        told = blocks(html)
        environment = ImmutableSandboxedEnvironment(autoescape=True)
        template.render({**facts, **told}, environment, autoescape=True)
        made = io.BytesIO()
        template.save(made)
        return _still(made.getvalue())


def pdf(html: str) -> bytes:
    """A4 pages. Raises Refused where a template asks for anything from outside."""
    from weasyprint import CSS, HTML  # its libraries are loaded by those alone who print
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class FontsAlone(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:
            return URLFetcherResponse(url, _font(url), {"Content-Type": "font/otf"})

    fetcher = FontsAlone(fail_on_errors=True)
    with _printing:
        configuration = FontConfiguration()
        fonts = CSS(string=_faces(), font_config=configuration, url_fetcher=fetcher)
        document = HTML(string=html, url_fetcher=fetcher)
        try:
            written: bytes = document.write_pdf(stylesheets=[fonts], font_config=configuration)
        except FatalURLFetchingError as error:
            raise Refused("文书不取外部资源，请检查模板") from error
    return written


class _Blocks(HTMLParser):
    """What stands in `<article>` and the header, as paragraphs and tables in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self._text: list[str] = []
        self._kinds: list[str] = []
        self._rows: list[list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = (dict(attrs).get("class") or "").split()
        if tag == "div":
            self._kinds.append(words[0] if words else "")
        elif tag == "table":
            self._rows = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("p", "h1", "h2", "h3", "td", "th"):
            if tag != "p" or self._rows is None:
                self._text = []
            self._kind = tag if tag != "p" else words[0] if words else "p"
        elif tag == "br":
            self._text.append("\n")

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = "\n".join(" ".join(line.split()) for line in "".join(self._text).split("\n") if line.strip())
        if tag == "div":
            self._kinds.pop()
        elif tag == "table" and self._rows is not None:
            width = max((len(row) for row in self._rows), default=0)
            rows = [[*row, *[""] * (width - len(row))] for row in self._rows]
            self.found.append({"kind": "table", "rows": rows, "text": ""})
            self._rows = None
        elif tag in ("td", "th") and self._rows:
            self._rows[-1].append(text)
            self._text = []
        elif tag in ("p", "h1", "h2", "h3") and self._rows is None:
            kind = "sign" if "sign" in self._kinds else "imprint" if "imprint" in self._kinds else self._kind
            if text:
                self.found.append({"kind": kind, "text": text, "rows": []})
            self._text = []


def blocks(html: str) -> dict[str, Any]:
    """`mark`, `number`, `title` and the rest as `blocks` (`kind`, `text`, `rows`) of a paper in HTML."""
    parser = _Blocks()
    parser.feed(html[html.index("<body") :])
    single = {"mark": "mark", "organ": "mark", "number": "number", "h1": "title"}
    told: dict[str, Any] = {"mark": "", "number": "", "title": "", "blocks": []}
    for block in parser.found:
        if block["kind"] in single:
            told[single[block["kind"]]] = block["text"]
        else:
            told["blocks"].append(block)
    return told


def _written(value: Any) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, date) and type(value) is date:
        return Day(value.year, value.month, value.day)
    return "" if value is None else value


def _lines(value: Any) -> list[Any]:
    """The lines of a long text, blank ones left out."""
    if isinstance(value, Undefined):
        return [value]
    return [line.strip() for line in str(value or "").splitlines() if line.strip()]


def _money(value: Any) -> Any:
    """12,000.00, with the fraction always there."""
    return f"{value:,.2f}" if isinstance(value, Decimal | int) else value


@cache
def _font_folder() -> Path | None:
    return next((folder for folder in FONT_FOLDERS if (folder / FONTS[0][1]).exists()), None)


def _faces() -> str:
    folder = _font_folder()
    if folder is None:
        return ""
    return "".join(
        f"@font-face {{ font-family: {family}; font-weight: {weight}; src: url({(folder / file).as_uri()}); }}"
        for family, file, weight in FONTS
    )


def _font(url: str) -> bytes:
    folder = _font_folder()
    for _, file, _ in FONTS if folder is not None else ():
        if folder is not None and url == (folder / file).as_uri():
            return (folder / file).read_bytes()
    raise Refused(f"文书不取外部资源：{url}")


def _still(content: bytes) -> bytes:
    """The same archive with no moment in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for name in sorted(source.namelist(), key=lambda each: (each != "[Content_Types].xml", each)):
            target.writestr(zipfile.ZipInfo(name, STAMP), source.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()


__all__ = ["Day", "Templates", "blocks", "pdf"]
