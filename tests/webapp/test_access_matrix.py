"""Every route, asked by every kind of person and with every kind of token, against `access_table`.

What a person may not do is refused with 403 whatever else is wrong with the request; whoever has not signed in, or
whose account was closed, is led to the sign-in page. What he may do is not refused, and never breaks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import access_table as table
import pytest
from applications import APPLICATION, HANDED_IN, sign_in, token_in
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from processes import people, stand_in, tokens
from processes.bureau import Bureau
from webapp import create_app
from webapp.settings import Settings

pytestmark = pytest.mark.slow
API = "/api/v1"
LAST = (
    "signin.leave",
    "own_account.change",
    "own_account.end",
    "api_tokens.act",
)  # these end what others need


class World:
    """One case whose first step the holder has in hand while a deputy stands in for him."""

    def __init__(self, bureau: Bureau, app: Flask) -> None:
        self.bureau, self.app, now = bureau, app, bureau.cases.clock()
        given = {**APPLICATION, "materials": HANDED_IN}
        self.case_id = bureau.start(table.HOLDER, "temporary-land-use", given, key="first").case_id
        rows = bureau.inbox(table.HOLDER, "claimable").rows
        self.item = next(row.item for row in rows if row.case_id == self.case_id)
        bureau.claim(table.HOLDER, self.case_id, self.item, key="claim-first")
        stand_in.declare(
            bureau, table.HOLDER, table.HOLDER, starts=now, ends=now + timedelta(days=2), reason="休假",
            deputy=table.PEOPLE["deputy"],
        )  # fmt: skip
        places = {**table.PLACES, "case_id": self.case_id, "item": self.item}
        with app.test_request_context():
            self.urls = {
                rule.endpoint: url_for(rule.endpoint, **{name: places[name] for name in rule.arguments})
                for rule in app.url_map.iter_rules()
            }

    def rules(self, api: bool) -> list[Rule]:
        """Looking first, then doing, then what ends a session."""
        found = [rule for rule in self.app.url_map.iter_rules() if is_api(rule) == api]
        return sorted(found, key=lambda rule: (rule.endpoint in LAST, method(rule) != "GET", rule.endpoint))


def is_api(rule: Rule) -> bool:
    return rule.rule.startswith(API) and rule.endpoint.partition(".")[0] not in table.BLUEPRINTS


def method(rule: Rule) -> str:
    return next(one for one in ("GET", "POST", "PUT", "PATCH", "DELETE") if one in (rule.methods or ()))


@pytest.fixture
def world(bureau: Bureau, settings: Settings) -> World:
    fast = dataclasses.replace(settings, progress_queries="1000 per minute", api_calls="100000 per minute")
    return World(bureau, create_app(fast, bureau))


def test_the_table_names_every_route_and_no_other(world: World) -> None:
    rules = list(world.app.url_map.iter_rules())
    unnamed = [
        rule.endpoint for rule in rules
        if rule.endpoint not in (table.API if is_api(rule) else table.ENDPOINTS)
        and rule.endpoint.partition(".")[0] not in (table.API if is_api(rule) else table.BLUEPRINTS)
    ]  # fmt: skip
    assert unnamed == [], "say in access_table to whom these are open"
    ends = {rule.endpoint for rule in rules}
    named = {
        *table.ENDPOINTS,
        *table.COMMANDS,
        *table.ANSWERS,
        *table.MISSING,
        *table.SILENT,
        *table.REDIRECTS,
    }
    assert {one for one in {*named, *table.API} if "." in one} - ends == set()


def wrong_of_page(world: World, client: FlaskClient, role: str, token: str, rule: Rule) -> str:
    """What is not as the table says; "" where all is."""
    end, doing = rule.endpoint, method(rule) != "GET"
    if doing:
        given = {"csrf_token": token, "_key": f"{end}-{role}-key", **table.COMMANDS.get(end, {})}
        answer = client.post(world.urls[end], data=given)
    else:
        answer = client.get(world.urls[end])
    status, door = answer.status_code, (answer.location or "").startswith("/signin")
    told = f"{end}: {status}{' to the door' if door else ''}"
    open_to = table.ENDPOINTS.get(end) or table.BLUEPRINTS.get(end.partition(".")[0], table.NOBODY)
    if status >= 500:
        return told
    if end in table.REDIRECTS:
        return "" if status in (302, 303) else told
    if role in table.OUTSIDE and role not in open_to:
        asked = status == 401 if end in table.SILENT else status == 303 and door
        return "" if asked else told
    if end in table.MISSING:
        return "" if status in (400, 404) else told
    if role not in open_to:
        return "" if status == 403 else told
    if not doing:
        expected = table.ANSWERS.get(end, 200)
        return "" if status == expected or end == "signin.sign_in" else told
    refused = status in (401, 403, 405) and end != "signin.enter"
    return told if refused or (door and end != "signin.leave") else ""


@pytest.mark.parametrize("role", list(table.PEOPLE))
def test_every_page_answers_each_person_as_the_table_says(world: World, role: str) -> None:
    client, user = world.app.test_client(), table.PEOPLE[role]
    if user:
        assert sign_in(client, user).status_code == 303
    token = token_in(client.get("/inbox" if user else "/signin").get_data(as_text=True))
    if role == "disabled":
        people.disable(world.bureau, "caixia", user, "调离")
    wrong = [wrong_of_page(world, client, role, token, rule) for rule in world.rules(api=False)]
    assert [one for one in wrong if one] == []


def body_of(world: World, document: dict[str, Any], rule: Rule) -> Any:
    """The least that the API's own document asks for; None where it asks for nothing in JSON."""
    path = rule.rule.replace("<", "{").replace(">", "}")
    operation = document["paths"].get(path, {}).get(method(rule).lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else {**least(document, schema), **table.BODIES.get(rule.endpoint, {})}


def least(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return least(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if any(name in schema for name in ("oneOf", "anyOf", "allOf")):
        return least(
            document, next(schema[name][0] for name in ("oneOf", "anyOf", "allOf") if name in schema)
        )
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        return {name: least(document, schema["properties"][name]) for name in schema.get("required", ())}
    if kind == "array":
        return [least(document, schema["items"])] * schema.get("minItems", 0)
    plain = {
        "date": "2026-09-25",
        "date-time": "2026-09-25T08:00:00+08:00",
        "uri": "https://hooks.example.org/",
    }
    text = plain.get(schema.get("format", ""), "x" * max(schema.get("minLength", 1), 1))
    return {"string": text, "integer": schema.get("minimum", 1), "number": 1, "boolean": True}.get(kind)


def statuses_of_api(world: World, secret: str | None) -> Iterator[tuple[str, int]]:
    client = world.app.test_client()
    document = client.get(f"{API}/openapi.json").get_json()
    headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    for rule in world.rules(api=True):
        more: dict[str, Any] = {}
        body = body_of(world, document, rule) if method(rule) != "GET" else None
        if body is not None:
            more["json"] = body
        query = table.QUERIES.get(rule.endpoint, {})
        answer = client.open(
            world.urls[rule.endpoint], method=method(rule), headers=headers, query_string=query, **more
        )
        yield rule.endpoint, answer.status_code


def named(end: str) -> tuple[str, frozenset[str]]:
    """The scope that a route of the API asks for, and to whom it is open."""
    found: tuple[str, frozenset[str]] = table.API.get(end) or table.API[end.partition(".")[0]]
    return found


def scope_of(end: str, world: World) -> str:
    scope = named(end)[0]
    if scope:
        return scope
    rule = next(rule for rule in world.app.url_map.iter_rules() if rule.endpoint == end)
    return "read" if method(rule) == "GET" else "work"


@pytest.mark.parametrize("role", [role for role in table.PEOPLE if role not in table.OUTSIDE])
def test_the_api_answers_each_person_as_the_table_says(world: World, role: str) -> None:
    scopes = ["read", "work", *(["admin"] if role == "admin" else [])]
    _made, secret = tokens.create(world.bureau, table.PEOPLE[role], "矩阵", scopes, 7)
    wrong = []
    for end, status in statuses_of_api(world, secret):
        allowed = role in named(end)[1]
        if end in table.API_MISSING and status in (404, 409, 415, 422):
            continue
        if status >= 500 or (status in (401, 405)) or (status == 403) == allowed:
            wrong.append(f"{end}: {status}")
    assert wrong == []


@pytest.mark.parametrize("scope", ["read", "work", "admin"])
def test_a_token_does_what_its_scope_says_and_nothing_else(world: World, scope: str) -> None:
    user = "caixia" if scope == "admin" else table.HOLDER
    _made, secret = tokens.create(world.bureau, user, "矩阵", [scope], 7)
    wrong = [
        f"{end}: {status}"
        for end, status in statuses_of_api(world, secret)
        if status != 403 and scope_of(end, world) != scope
    ]
    assert wrong == []


def without(_world: World) -> str | None:
    return None


def forged(_world: World) -> str | None:
    return "cb_" + "x" * 43


def revoked(world: World) -> str | None:
    made, secret = tokens.create(world.bureau, table.HOLDER, "矩阵", ["read", "work"], 7)
    tokens.revoke(world.bureau, made.token)
    return secret


def of_a_closed_account(world: World) -> str | None:
    _made, secret = tokens.create(world.bureau, "linsen", "矩阵", ["read", "work"], 7)
    people.disable(world.bureau, "caixia", "linsen", "调离")
    return secret


@pytest.mark.parametrize("secret", [without, forged, revoked, of_a_closed_account])
def test_no_route_of_the_api_answers_a_token_that_is_not_good(
    world: World, secret: Callable[[World], str | None]
) -> None:
    given = secret(world)
    assert [f"{end}: {status}" for end, status in statuses_of_api(world, given) if status != 401] == []


def test_every_post_of_the_desk_needs_its_mark(world: World) -> None:
    client = world.app.test_client()
    assert sign_in(client, table.HOLDER).status_code == 303
    wrong = []
    for rule in world.rules(api=False):
        if method(rule) == "GET" or rule.endpoint in table.WITHOUT_MARK:
            continue
        given = {"_key": "k" * 20, **table.COMMANDS.get(rule.endpoint, {})}
        answer = client.post(world.urls[rule.endpoint], data=given)
        if answer.status_code != 400 or "安全标记" not in answer.get_data(as_text=True):
            wrong.append(f"{rule.endpoint}: {answer.status_code}")
    assert wrong == []
    assert client.get("/inbox").status_code == 200
