"""FEEL's tokens. Names may hold spaces, keywords and operators (DMN 1.5 §10.3.1.2, rules 27-31), so that only
the names in scope can say where one ends: the longest known name wins, else words in a row are one name."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lark import Token

from engine.feel.errors import FeelSyntaxError, FeelTooComplexError

MAX_TEXT = 100_000
MAX_BRACKETS = 80
MAX_ODD_NAMES = 1_000

_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_BLANK = r"[\s\u0085\u180e\u200b\ufeff]"
_WORD = re.compile(rf"(?!{_BLANK})[{_START}](?:(?!{_BLANK})[{_PART}])*")
_SPACE = re.compile(rf"(?:{_BLANK}|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_AT = re.compile(r'@\s*("(?:[^"\\]|\\.)*")', re.DOTALL)
_KEY = re.compile(rf"([{_START}][{_PART}\s./\-'+*]*?)\s*(?=:)")
_LOOP_NAME = re.compile(rf"([{_START}][{_PART}\s./\-'+*]*?)(?=\s+in(?![{_PART}]))")
_INTERVAL_AHEAD = re.compile(r"\][^\[\],]*?\.\.")
_AFTER_CLOSE = re.compile(rf"\[\s*(?:$|[)\],}}.=!<>]|(?:and|or|then|else|return|satisfies|in)(?![{_PART}]))")
_PIECES = re.compile(rf"[{_PART}]+|[^\s]")
_ESCAPE = re.compile(
    r"\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)",
    re.DOTALL,
)

KEYWORDS = {
    "if": "IF",
    "then": "THEN",
    "else": "ELSE",
    "for": "FOR",
    "in": "IN",
    "return": "RETURN",
    "some": "SOME",
    "every": "EVERY",
    "satisfies": "SATISFIES",
    "and": "AND",
    "or": "OR",
    "between": "BETWEEN",
    "instance": "INSTANCE_OF",
    "function": "FUNCTION",
    "external": "EXTERNAL",
    "true": "TRUE",
    "false": "FALSE",
    "null": "NULL",
}
_SYMBOLS = {  # longest first
    "..": "DOTDOT",
    "**": "POW",
    "<=": "LE",
    ">=": "GE",
    "!=": "NE",
    "->": "ARROW",
    "(": "LPAR",
    ")": "RPAR",
    "[": "LSQB",
    "]": "RSQB",
    "{": "LBRACE",
    "}": "RBRACE",
    ",": "COMMA",
    ":": "COLON",
    ".": "DOT",
    "=": "EQ",
    "<": "LT",
    ">": "GT",
    "+": "PLUS",
    "-": "MINUS",
    "*": "STAR",
    "/": "SLASH",
}
_OPERAND_END = {
    "NUMBER",
    "STRING",
    "AT",
    "NAME",
    "TRUE",
    "FALSE",
    "NULL",
    "RPAR",
    "RSQB",
    "RBRACE",
    "CLOSE_LSQB",
    "TYPE_CLOSE",
}
_GENERIC = {"list": "LIST_OF", "range": "RANGE_OF", "context": "CONTEXT_OF", "function": "FUNCTION_OF"}
_SIMPLE_ESCAPES = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "b": "\b",
    "f": "\f",
    '"': '"',
    "'": "'",
    "\\": "\\",
    "/": "/",
}
# Names of the standard that hold a keyword; every other name of several words needs no list.
STANDARD_NAMES = (
    "date and time",
    "days and time duration",
    "years and months duration",
    "working days between",
)


def normal_name(text: str) -> str:
    """The one spelling of a name: single blanks between words, none around operators."""
    pieces = _PIECES.findall(text)
    result = ""
    for piece in pieces:
        if result and _WORD_CHARACTER.match(piece) and _WORD_CHARACTER.match(result[-1]):
            result += " "
        result += piece
    return result


_WORD_CHARACTER = re.compile(rf"[{_PART}]")


def unescape(text: str) -> str:
    """The string that a literal's inside stands for (DMN 1.5 §10.3.1.2, rule 66)."""
    return _ESCAPE.sub(_escaped, text) if "\\" in text else text


def _escaped(match: re.Match[str]) -> str:
    code = match.group(1)
    if code[0] == "u" and len(code) == 11:
        high, low = int(code[1:5], 16), int(code[7:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    if code[0] in "uU" and len(code) > 1:
        point = int(code[1:], 16)
        # Half a surrogate pair is no character: the escape stays as written.
        whole = point < 0x110000 and not 0xD800 <= point <= 0xDFFF
        return chr(point) if whole else match.group(0)
    return _SIMPLE_ESCAPES.get(code, match.group(0))


@functools.lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    pieces = _PIECES.findall(name)
    pattern = ""
    for before, piece in zip(["", *pieces], pieces, strict=False):
        both = before and _WORD_CHARACTER.match(before[-1]) and _WORD_CHARACTER.match(piece[0])
        pattern += (r"\s+" if both else r"\s*" if before else "") + re.escape(piece)
    if _WORD_CHARACTER.match(pieces[-1][-1]):
        pattern += rf"(?![{_PART}])"
    return re.compile(pattern)


@dataclass
class KnownNames:
    """Names that hold operators or keywords, found by their first word; words alone need no list."""

    by_first: dict[str, list[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def add(self, name: str) -> None:
        """Know `name` from here on. Raises FeelTooComplexError when there are more than anyone writes."""
        if name in self.seen or name.isalnum():
            return
        pieces = _PIECES.findall(name)
        if len(pieces) < 2 or not _WORD.fullmatch(pieces[0]):
            return
        if all(_WORD_CHARACTER.match(piece) and piece not in KEYWORDS for piece in pieces):
            return
        self.seen.add(name)
        if len(self.seen) > MAX_ODD_NAMES:
            raise FeelTooComplexError(f"含运算符或关键字的名称过多（超过 {MAX_ODD_NAMES} 个）")
        entries = self.by_first.setdefault(pieces[0], [])
        entries.append(name)
        entries.sort(key=len, reverse=True)

    def match(self, word: str, text: str, position: int) -> tuple[str, int] | None:
        """The longest known name at `position`, whose first word is `word`, and its end."""
        for name in self.by_first.get(word, ()):
            if found := _pattern(name).match(text, position):
                return name, found.end()
        return None


@dataclass
class _Bracket:
    opener: str
    dots: bool = False
    loop: bool = False


class Lexer:
    """Cuts one text into tokens; raises FeelSyntaxError where no token can begin."""

    def __init__(self, text: str, names: Iterable[str], unary: bool) -> None:
        if len(text) > MAX_TEXT:
            raise FeelTooComplexError(f"表达式过长（超过 {MAX_TEXT} 个字符）")
        self.text = text
        self.position = 0
        self.line = 1
        self.line_start = 0
        self.brackets: list[_Bracket] = [_Bracket("")]
        self.previous = ""
        self.unary = unary
        self.known = KnownNames()
        for name in (*STANDARD_NAMES, *names):
            self.known.add(name)

    def tokens(self) -> Iterator[Token]:
        """All tokens in order."""
        while True:
            self._skip_space()
            if self.position >= len(self.text):
                return
            token = self._next()
            self.previous = token.type
            yield token

    def _skip_space(self) -> None:
        if found := _SPACE.match(self.text, self.position):
            self._move(found.end())

    def _move(self, end: int) -> None:
        breaks = self.text.count("\n", self.position, end)
        if breaks:
            self.line += breaks
            self.line_start = self.text.rindex("\n", self.position, end) + 1
        self.position = end

    def _token(self, kind: str, value: str, end: int) -> Token:
        token = Token(kind, value, line=self.line, column=self.position - self.line_start + 1)
        self._move(end)
        return token

    def fault(self, message: str) -> FeelSyntaxError:
        """A syntax error at the place reached."""
        return FeelSyntaxError(message, self.line, self.position - self.line_start + 1)

    def _next(self) -> Token:
        text, at = self.text, self.position
        top = self.brackets[-1]
        if top.opener == "{" and self.previous in ("LBRACE", "COMMA") and text[at] != "}":
            return self._key()
        character = text[at]
        if found := _NUMBER.match(text, at):
            if not (character == "." and text.startswith("..", at)):
                return self._token("NUMBER", found.group(), found.end())
        elif character == '"':
            if not (found := _STRING.match(text, at)):
                raise self.fault("字符串缺少结束引号")
            return self._token("STRING", unescape(found.group()[1:-1]), found.end())
        elif character == "@":
            if not (found := _AT.match(text, at)):
                raise self.fault("“@” 后应为带引号的日期、时间或时长")
            return self._token("AT", unescape(found.group(1)[1:-1]), found.end())
        elif found := _WORD.match(text, at):
            return self._word(found)
        return self._symbol(top)

    def _key(self) -> Token:
        text, at = self.text, self.position
        if text[at] == '"' and (found := _STRING.match(text, at)):
            return self._token("KEY", unescape(found.group()[1:-1]), found.end())
        if found := _KEY.match(text, at):
            name = normal_name(found.group(1))
            self.known.add(name)
            return self._token("KEY", name, found.end())
        raise self.fault("上下文的条目应为“名称: 表达式”")

    def _word(self, found: re.Match[str]) -> Token:
        text, at, word = self.text, self.position, found.group()
        top = self.brackets[-1]
        begins_loop = self.previous in ("FOR", "SOME", "EVERY") or (self.previous == "COMMA" and top.loop)
        if begins_loop and (loop := _LOOP_NAME.match(text, at)):
            name = normal_name(loop.group(1))
            self.known.add(name)
            return self._token("NAME", name, loop.end())
        in_type = self.previous in ("INSTANCE_OF", "ARROW", "LIST_OF", "RANGE_OF", "FUNCTION_OF") or (
            self.previous in ("COLON", "COMMA") and top.opener in ("<", "(")
        )
        if in_type and word in _GENERIC:
            opening = re.compile(r"\s*<").match(text, found.end())
            if opening:
                self._push("<")
                return self._token(_GENERIC[word], word, opening.end())
            if word == "function" and self.previous == "INSTANCE_OF":
                return self._token("NAME", word, found.end())
        if known := self.known.match(word, text, at):
            return self._token("NAME", known[0], known[1])
        if word in KEYWORDS and self.previous != "DOT":
            return self._keyword(word, found.end())
        if self.unary and not self.previous and word == "not" and self._negates(found.end()):
            return self._token("NOT", word, found.end())
        end, words = found.end(), [word]
        while True:
            blank = _SPACE.match(text, end)
            following = _WORD.match(text, blank.end()) if blank else None
            if following is None or following.group() in KEYWORDS:
                break
            words.append(following.group())
            end = following.end()
        return self._token("NAME", " ".join(words), end)

    def _keyword(self, word: str, end: int) -> Token:
        if word == "instance":
            found = re.compile(rf"\s+of(?![{_PART}])").match(self.text, end)
            if not found:
                return self._token("NAME", word, end)
            end = found.end()
        if word in ("for", "some", "every"):
            self.brackets[-1].loop = True
        elif word in ("return", "satisfies"):
            self.brackets[-1].loop = False
        return self._token(KEYWORDS[word], word, end)

    def _negates(self, end: int) -> bool:
        """Whether the parenthesis after `not` closes at the end of the text: a negated test, not a call."""
        depth = 0
        for token in Lexer(self.text[end:], (), False).tokens():
            if depth < 0 or (depth == 0 and token.type != "LPAR"):
                return False
            depth += (token.type in ("LPAR", "LSQB", "OPEN_RSQB", "LBRACE")) - (
                token.type in ("RPAR", "RSQB", "CLOSE_LSQB", "RBRACE")
            )
            if depth == 0:
                depth = -1
        return depth == -1

    def _push(self, opener: str) -> None:
        if len(self.brackets) > MAX_BRACKETS:
            raise FeelTooComplexError(
                f"括号嵌套过深（超过 {MAX_BRACKETS} 层）", self.line, self.position - self.line_start + 1
            )
        self.brackets.append(_Bracket(opener))

    def _pop(self) -> None:
        if len(self.brackets) > 1:
            self.brackets.pop()

    def _symbol(self, top: _Bracket) -> Token:
        text, at = self.text, self.position
        symbol = next((symbol for symbol in _SYMBOLS if text.startswith(symbol, at)), None)
        if symbol is None:
            raise self.fault(f"此处不应出现字符“{text[at]}”")
        kind = _SYMBOLS[symbol]
        if kind in ("GT", "GE") and top.opener == "<":
            self._pop()
            return self._token("TYPE_CLOSE", ">", at + 1)
        if kind == "DOTDOT":
            top.dots = True
        elif kind == "ARROW" and self.previous != "TYPE_CLOSE":
            kind, symbol = "MINUS", "-"
        elif kind == "LSQB" and self.previous in _OPERAND_END and top.dots and _AFTER_CLOSE.match(text, at):
            kind = "CLOSE_LSQB"
        elif kind == "RSQB" and self._opens_interval(top):
            kind = "OPEN_RSQB"
        if kind in ("LPAR", "LSQB", "LBRACE", "OPEN_RSQB"):
            self._push(symbol)
        elif kind in ("RPAR", "RSQB", "RBRACE", "CLOSE_LSQB"):
            self._pop()
        return self._token(kind, symbol, at + len(symbol))

    def _opens_interval(self, top: _Bracket) -> bool:
        if self.previous == "LSQB" and top.opener == "[":
            return _INTERVAL_AHEAD.match(self.text, self.position) is not None
        return self.previous not in _OPERAND_END
