"""XPath's regular expressions (XPath Functions 3.1 §5.6.1) on the `regex` library, stopped after 0.2 s."""

from __future__ import annotations

import functools
from typing import Any

import regex

from engine.feel.errors import Failure, FeelLimitError

MAX_PATTERN = 2_000
TIMEOUT = 0.2
_FLAGS = frozenset("smixq")
_PLAIN_ESCAPES = frozenset("nrt\\|.?*+(){}-[]^$dDwWsS")
_NAME_START = r"_:\p{L}"
_NAME_PART = _NAME_START + r"\-.\p{N}\p{M}\u00b7"


def _fault(pattern: str) -> Failure:
    return Failure(f"正则表达式“{pattern[:60]}”无效")


class _Translation:
    """Walks a pattern once, writing it as `regex` wants it."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.free_spacing = "x" in flags
        self.multiline = "m" in flags
        self.dot_all = "s" in flags
        self.at = 0
        self.result: list[str] = []
        self.groups = 0
        self.open: list[int] = []
        self.closed: set[int] = set()

    def run(self) -> str:
        pattern = self.pattern
        while self.at < len(pattern):
            character = pattern[self.at]
            if self.free_spacing and character in " \t\n\r":
                self.at += 1
            elif character == "\\":
                self.escape(False)
            elif character == "[":
                self.characters(0)
            elif character == "(":
                self.group()
            elif character == ")":
                if not self.open:
                    raise _fault(pattern)
                self.closed.add(self.open.pop())
                self.put(")")
            elif character == "{":
                self.quantity()
            elif character in "*+?":
                self.repeat(character)
            elif character in "]}":
                raise _fault(pattern)
            else:
                self.put(
                    {
                        "^": "^",
                        "$": "$" if self.multiline else r"\Z",
                        ".": "." if self.dot_all else r"[^\n\r]",
                    }.get(character, regex.escape(character) if character not in "|" else character)
                )
        if self.open:
            raise _fault(pattern)
        return "".join(self.result)

    def put(self, text: str) -> None:
        self.result.append(text)
        self.at += 1

    def repeat(self, character: str) -> None:
        # `a++` and `a*+` are possessive for `regex` and errors for XPath; `a*?` is reluctant for both.
        following = self.pattern[self.at + 1 : self.at + 2]
        self.put(character)
        if following == "?":
            self.put("?")
            following = self.pattern[self.at : self.at + 1]
        if following and following in "*+?{":
            raise _fault(self.pattern)

    def quantity(self) -> None:
        found = regex.compile(r"\{([0-9]{1,6})(,([0-9]{1,6})?)?\}").match(self.pattern, self.at)
        if not found:
            raise _fault(self.pattern)
        if max(int(found.group(1)), int(found.group(3) or 0)) > 1000:
            raise FeelLimitError("正则表达式的重复次数超过上限（1000）")
        self.at = found.end() - 1
        self.result.append(found.group()[:-1])
        self.repeat("}")

    def group(self) -> None:
        if self.pattern.startswith("(?:", self.at):
            self.open.append(0)
            self.result.append("(?:")
            self.at += 3
            return
        if self.pattern.startswith("(?", self.at):
            raise _fault(self.pattern)
        self.groups += 1
        self.open.append(self.groups)
        self.put("(")

    def escape(self, inside: bool) -> None:
        pattern = self.pattern
        code = pattern[self.at + 1 : self.at + 2]
        if not code:
            raise _fault(pattern)
        self.at += 2
        if code in _PLAIN_ESCAPES:
            self.result.append("\\" + code)
        elif code in "iIcC":
            letters = _NAME_START if code in "iI" else _NAME_PART
            negated = "^" if code in "IC" else ""
            self.result.append(f"[{negated}{letters}]" if not inside or negated else letters)
        elif code in "pP":
            found = regex.compile(r"\{([A-Za-z0-9\-]{1,40})\}").match(pattern, self.at)
            if not found:
                raise _fault(pattern)
            self.at = found.end()
            self.result.append(f"\\{code}{{{found.group(1)}}}")
        elif code.isdigit() and code != "0" and not inside:
            number = int(code)
            while (
                pattern[self.at : self.at + 1].isdigit()
                and number * 10 + int(pattern[self.at]) <= self.groups
            ):
                number = number * 10 + int(pattern[self.at])
                self.at += 1
            if number not in self.closed:
                raise _fault(pattern)
            self.result.append(f"(?:\\{number})")
        elif self.free_spacing and code in " \t":
            self.result.append(regex.escape(code))
        else:
            raise _fault(pattern)

    def characters(self, depth: int) -> None:
        pattern = self.pattern
        self.put("[")
        if depth > 20:
            raise _fault(pattern)
        if pattern.startswith("^", self.at):
            self.put("^")
        first = True
        while True:
            character = pattern[self.at : self.at + 1]
            if not character:
                raise _fault(pattern)
            if character == "]" and not first:
                self.put("]")
                return
            if character == "\\":
                self.escape(True)
            elif character == "-" and pattern.startswith("-[", self.at):
                self.put("--")
                self.characters(depth + 1)
                if not pattern.startswith("]", self.at):
                    raise _fault(pattern)
            elif character in "[]":
                raise _fault(pattern)
            elif character == "-" and not first and not pattern.startswith("-]", self.at):
                self.put("-")
            else:
                self.put(
                    regex.escape(character, literal_spaces=True)
                    if character.isascii() and not character.isalnum()
                    else character
                )
            first = False


@functools.lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Any:
    """The compiled pattern; Failure when it or its flags are not XPath's."""
    if not _FLAGS.issuperset(flags):
        raise Failure(f"正则表达式的标志“{flags[:20]}”无效")
    if len(pattern) > MAX_PATTERN:
        raise FeelLimitError(f"正则表达式过长（超过 {MAX_PATTERN} 个字符）")
    options = regex.VERSION1 | regex.UNICODE
    options |= regex.IGNORECASE if "i" in flags else 0
    options |= regex.MULTILINE if "m" in flags else 0
    options |= regex.DOTALL if "s" in flags else 0
    source = regex.escape(pattern) if "q" in flags else _Translation(pattern, flags).run()
    if source.count("{") and _expansion(source) > 100_000:
        raise FeelLimitError("正则表达式的重复次数超过上限")
    try:
        return regex.compile(source, options, cache_pattern=False)
    except (regex.error, RecursionError, OverflowError) as error:
        raise _fault(pattern) from error


def _expansion(source: str) -> int:
    total = 1
    for found in regex.finditer(r"\{([0-9]+)(?:,([0-9]*))?\}", source):
        total *= max(int(found.group(1)), int(found.group(2) or 0), 1)
    return total


def guarded(call: Any, *arguments: Any) -> Any:
    """Run a matching call within the time bound; FeelLimitError when it is exceeded."""
    try:
        return call(*arguments, timeout=TIMEOUT)
    except TimeoutError as error:
        raise FeelLimitError("正则表达式匹配超时") from error
