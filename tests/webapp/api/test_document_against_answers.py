"""Schemathesis over the OpenAPI document: no failure inside, no answer that the document does not name."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from applications import APPLICATION, CLERK, HANDED_IN
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

from processes import tokens
from processes.bureau import Bureau
from webapp import create_app
from webapp.settings import Settings

pytestmark = pytest.mark.slow
CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, ignored_auth,
)  # fmt: skip
ADMIN = "caixia"
EXAMPLES = 20  # an operation, of what the document allows, and as many of what it does not


class World:
    """One application with a case under way; every example of the run meets what the earlier ones left."""

    def __init__(self, folder: Path, prepared: Path) -> None:
        shutil.copy(prepared, folder / "chengban.db")
        self.bureau = Bureau.open(f"sqlite:///{folder / 'chengban.db'}")
        self.app = create_app(
            Settings(f"sqlite:///{folder / 'chengban.db'}", folder, "k" * 40, api_calls="100000 per minute"),
            self.bureau,
        )
        # The clerk's own work and the administrator's: one person with both posts' tokens.
        self.secrets = {
            scope: tokens.create(self.bureau, user, "schemathesis", scopes)[1]
            for scope, user, scopes in (("work", CLERK, ("read", "work")), ("admin", ADMIN, ("admin",)))
        }
        self.case_id = self.bureau.start(
            CLERK, "temporary-land-use", {**APPLICATION, "materials": HANDED_IN}, key="schemathesis"
        ).case_id
        self.item = next(
            row.item for row in self.bureau.inbox(CLERK, "claimable").rows if row.case_id == self.case_id
        )
        self.statuses: set[int] = set()
        made = self.app.test_client().post(
            "/api/v1/webhooks", json={"url": "https://example.org/told", "events": ["case_started"]},
            headers={"Authorization": f"Bearer {self.secrets['admin']}"},
        )  # fmt: skip
        self.webhook = made.json["webhook"]  # type: ignore[index]

    def known(self, name: str) -> str | None:
        """What exists, so that every other example gets past 404."""
        process = "temporary_land_use"
        return {
            "case_id": self.case_id, "item": self.item, "matter": "temporary-land-use", "limit": "accept",
            "process": process, "webhook": self.webhook,
        }.get(name)  # fmt: skip


@pytest.fixture(scope="module")
def world(prepared: Path) -> Iterator[World]:
    folder = Path(tempfile.mkdtemp())
    made = World(folder, prepared)
    yield made
    made.bureau.close()
    shutil.rmtree(folder, ignore_errors=True)


def as_asked(case: Any, world: World) -> Any:
    """Three of four examples name what exists, so that they get past 404."""
    if (len(repr(case.body)) + len(repr(case.query))) % 4:
        for name in list(case.path_parameters or {}):
            known = world.known(name)
            if known is not None:
                case.path_parameters[name] = known
    if case.method.upper() == "DELETE":
        case.path_parameters["webhook"] = "w0"  # the others are still to be asked about
    return case


def test_no_answer_surprises(world: World) -> None:
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)
    tried: Counter[str] = Counter()
    for found in document.get_all_operations():
        operation = found.ok()
        admin = "webhooks" in operation.path or operation.path == "/api/v1/verification"
        headers = {"Authorization": f"Bearer {world.secrets['admin' if admin else 'work']}"}
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try_all(world, operation, mode, headers, tried)
    assert len(tried) == 29
    assert {200, 201, 401, 403, 404, 422} <= world.statuses


def try_all(world: World, operation: Any, mode: Any, headers: dict[str, str], tried: Counter[str]) -> None:
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
        tried[operation.label] += 1
        answer = as_asked(case, world).call(headers=headers)
        world.statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS, headers=headers)

    try:
        run()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing about it can be wrong
