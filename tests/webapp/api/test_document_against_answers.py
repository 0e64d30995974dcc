"""Schemathesis over the OpenAPI document: every operation is reached, and answers nothing that the document does not name.

`CHENGBAN_API_EXAMPLES` is how many examples an operation gets of what the document allows, and of what it does not;
with `CHENGBAN_API_POSTGRES` they are tried on PostgreSQL.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from applications import PASSWORD
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.webapp.api.world import GOOD, STRANGER, Good, Seeds, World

pytestmark = pytest.mark.slow
CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, ignored_auth,
)  # fmt: skip
OWN = ("get_draft", "drop_draft")  # of whoever asks, of nobody else
EXAMPLES = int(os.environ.get("CHENGBAN_API_EXAMPLES", "4"))


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    folder = Path(tempfile.mkdtemp())
    if os.environ.get("CHENGBAN_API_POSTGRES"):
        url = request.getfixturevalue("postgres_server").create()
    else:
        shutil.copy(request.getfixturevalue("prepared"), folder / "chengban.db")
        url = f"sqlite:///{folder / 'chengban.db'}"
    made = World(folder, url)
    if "sqlite" not in url:
        made.bureau.prepare(demo=True, password=PASSWORD)
    yield made
    made.bureau.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def operations(world: World) -> dict[str, Any]:
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)
    found = [one.ok() for one in document.get_all_operations()]
    return {one.definition.raw["operationId"]: one for one in found}


def test_every_operation_has_a_call_that_succeeds(operations: dict[str, Any]) -> None:
    assert operations.keys() == GOOD.keys()


@pytest.mark.parametrize("name", GOOD)
def test_an_operation_refuses_strangers_succeeds_and_never_surprises(
    world: World, operations: dict[str, Any], name: str
) -> None:
    operation, seeds = operations[name], Seeds(world)
    good = GOOD[name](seeds)
    headers = world.headers(good.user)
    case = operation.Case(
        path_parameters=named(operation, good, seeds), query=dict(good.query), headers=headers
    )
    if "case_id" in case.path_parameters and name not in OWN:
        answer = called(world, case, good, world.headers(STRANGER))
        assert answer.status_code == 403, answer.get_data(as_text=True)
        case.validate_response(answer, checks=CHECKS, headers=headers)
    answer = called(world, case, good, headers)
    assert 200 <= answer.status_code < 300, answer.get_data(as_text=True)
    case.validate_response(answer, checks=CHECKS, headers=headers)
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        try_some(operation, good, seeds, mode, headers)


def called(world: World, case: Any, good: Good, headers: dict[str, str]) -> Any:
    return world.app.test_client().open(
        case.formatted_path, method=case.method, query_string=good.query, headers=headers, **sent(good.body)
    )


def sent(body: Any) -> dict[str, Any]:
    if body is None:
        return {}
    if "file" not in body:
        return {"json": body}
    name, content = body["file"]
    return {"data": {**body, "file": (io.BytesIO(content), name)}}


def named(operation: Any, good: Good, seeds: Seeds) -> dict[str, str]:
    names = [one.name for one in operation.path_parameters]
    return {name: good.path.get(name) or seeds[name] for name in names}


def try_some(operation: Any, good: Good, seeds: Seeds, mode: Any, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        # Three of four examples name what exists, so that they get past 404.
        if (len(repr(case.body)) + len(repr(case.query))) % 4:
            case.path_parameters.update(named(operation, good, seeds))
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS, headers=headers)

    try:
        run()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing about it can be wrong
