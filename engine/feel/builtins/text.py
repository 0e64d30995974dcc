"""String functions (DMN 1.5 §10.3.4.3); a character is a Unicode code point."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from engine.feel.builtins import regular
from engine.feel.builtins.signature import Library
from engine.feel.errors import Failure, FeelLimitError
from engine.feel.values import Run

library = Library()


@library.function("substring", "string:S", "start position:N", "length:N?")
def _substring(run: Run, text: str, start: Decimal, length: Decimal | None = None) -> str:
    position = int(start)
    if position == 0:
        raise Failure("起始位置不能为 0")
    begin = position - 1 if position > 0 else max(len(text) + position, 0)
    if length is None:
        return text[begin:]
    if length < 1:
        raise Failure("长度应不小于 1")
    return text[begin : begin + int(length)] if length.adjusted() < 12 else text[begin:]


@library.function("string length", "string:S")
def _length(run: Run, text: str) -> Decimal:
    return Decimal(len(text))


@library.function("upper case", "string:S")
def _upper(run: Run, text: str) -> str:
    run.charge_text(len(text))
    return text.upper()


@library.function("lower case", "string:S")
def _lower(run: Run, text: str) -> str:
    run.charge_text(len(text))
    return text.lower()


@library.function("substring before", "string:S", "match:S")
def _before(run: Run, text: str, match: str) -> str:
    return text.partition(match)[0] if match and match in text else ""


@library.function("substring after", "string:S", "match:S")
def _after(run: Run, text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@library.function("contains", "string:S", "match:S")
def _contains(run: Run, text: str, match: str) -> bool:
    return match in text


@library.function("starts with", "string:S", "match:S")
def _starts(run: Run, text: str, match: str) -> bool:
    return text.startswith(match)


@library.function("ends with", "string:S", "match:S")
def _ends(run: Run, text: str, match: str) -> bool:
    return text.endswith(match)


@library.function("matches", "input:S", "pattern:S", "flags:S?~")
def _matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    run.charge(100 + len(text) // 16)
    return regular.guarded(regular.compiled(pattern, flags or "").search, text) is not None


@library.function("replace", "input:S", "pattern:S", "replacement:S", "flags:S?~")
def _replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    run.charge(100 + len(text) // 16)
    compiled = regular.compiled(pattern, flags or "")
    if compiled.search(""):
        raise Failure("正则表达式匹配空文本，不能替换")
    parts = [replacement] if "q" in (flags or "") else _replacement(replacement, compiled.groups)
    total = 0

    def written(found: Any) -> str:
        nonlocal total
        made = "".join(found.group(part) or "" if isinstance(part, int) else part for part in parts)
        total += len(made)
        run.charge_text(total if total > 1_000_000 else len(made))
        return made

    result: str = regular.guarded(compiled.sub, written, text)
    run.charge_text(len(result))
    return result


def _replacement(text: str, groups: int) -> list[int | str]:
    r"""XPath's `$1`, `\$` and `\\`; the longest number that is a group counts (XPath Functions 3.1 §5.6.4)."""
    parts: list[int | str] = []
    at = 0
    while at < len(text):
        if text[at] == "\\":
            if text[at + 1 : at + 2] not in ("\\", "$"):
                raise Failure("替换文本中的“\\”后应为“\\”或“$”")
            parts.append(text[at + 1])
            at += 2
        elif text[at] == "$":
            found = re.compile(r"[0-9]+").match(text, at + 1)
            if not found:
                raise Failure("替换文本中的“$”后应为组号")
            digits = found.group()[:4]
            while len(digits) > 1 and int(digits) > groups:
                digits = digits[:-1]
            if int(digits) <= groups:
                parts.append(int(digits))
            at += 1 + len(digits)
        else:
            parts.append(text[at])
            at += 1
    return parts


@library.function("split", "string:S", "delimiter:S")
def _split(run: Run, text: str, delimiter: str) -> list[str]:
    run.charge(100 + len(text) // 4)
    compiled = regular.compiled(delimiter, "")
    if compiled.search(""):
        raise Failure("分隔符匹配空文本")
    pieces = []
    start = 0
    try:
        for found in regular.guarded(compiled.finditer, text):
            pieces.append(text[start : found.start()])
            start = found.end()
            run.charge_list(len(pieces) if len(pieces) % 1024 == 0 else 1)
    except TimeoutError as error:
        raise FeelLimitError("正则表达式匹配超时") from error
    return [*pieces, text[start:]]


@library.function("string join", "list:L", "delimiter:S?~")
def _join(run: Run, parts: list[Any], delimiter: str | None = None) -> str:
    texts = [part for part in parts if part is not None]
    for text in texts:
        if not isinstance(text, str):
            raise Failure("“string join” 的列表只能有文本")
    run.charge_text(sum(map(len, texts)) + len(delimiter or "") * len(texts))
    return (delimiter or "").join(texts)


@library.function("string join", "list:L", "delimiter:S~", "prefix:S~", "suffix:S~")
def _join_between(
    run: Run, parts: list[Any], delimiter: str | None, prefix: str | None, suffix: str | None
) -> str:
    return f"{prefix or ''}{_join(run, parts, delimiter)}{suffix or ''}"
