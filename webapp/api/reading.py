"""Reading a JSON body: numbers exact, no text that no database keeps, and every fault a refusal in Chinese."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from flask import Request
from webargs.flaskparser import FlaskParser

from webapp.api.access import Refusal
from webapp.api.problems import problem

DEEPEST = 64


class ExactParser(FlaskParser):
    """As webargs reads, but a number with a point stays the number that was written."""

    def load_json(self, req: Request, schema: Any) -> Any:
        body = req.get_data(cache=True)
        if not body:
            raise Refusal(problem(400, "请求正文为空，应为一个 JSON 对象"))
        if req.mimetype != "application/json":
            raise Refusal(problem(415, "请求正文应为 application/json"))
        try:
            found = json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, InvalidOperation, RecursionError):
            raise Refusal(problem(400, "请求正文不是合法的 JSON（UTF-8）")) from None
        _check(found)
        return found

    def handle_error(self, error: Any, *given: Any, **named: Any) -> NoReturn:
        raise Refusal(problem(422, fields=_by_field(error.messages)))


def _by_field(messages: Any) -> dict[str, Any]:
    """Without the place (`json`, `query`) that webargs puts around, and `_schema` called what it is."""
    found: dict[str, Any] = {}
    for place, said in messages.items() if isinstance(messages, dict) else ():
        fields = said if isinstance(said, dict) else {place: said}
        found.update({"body" if name == "_schema" else str(name): one for name, one in fields.items()})
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _check(value: Any) -> None:
    """NUL and halves of characters are kept by no database; nobody fills in what is nested for ever."""
    waiting: list[tuple[Any, int]] = [(value, 0)]
    take: Callable[[], tuple[Any, int]] = waiting.pop
    while waiting:
        one, depth = take()
        if depth > DEEPEST:
            raise Refusal(problem(400, f"请求正文嵌套超过 {DEEPEST} 层"))
        if isinstance(one, str):
            if "\x00" in one or any("\ud800" <= sign <= "\udfff" for sign in one):
                raise Refusal(problem(400, "请求正文中有不能使用的字符"))
        elif isinstance(one, dict):
            waiting.extend((key, depth + 1) for key in one)
            waiting.extend((each, depth + 1) for each in one.values())
        elif isinstance(one, list):
            waiting.extend((each, depth + 1) for each in one)
