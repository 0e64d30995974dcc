from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from applications import APPLICATION, CLERK, HANDED_IN, PASSWORD, sign_in
from flask import Flask
from flask.testing import FlaskClient

from processes.bureau import Bureau
from webapp import create_app
from webapp.settings import Settings


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demo people and the matters, made once and copied for each test."""
    file = tmp_path_factory.mktemp("prepared") / "chengban.db"
    bureau = Bureau.open(f"sqlite:///{file}")
    bureau.prepare(demo=True, password=PASSWORD)
    bureau.close()
    return file


class Clock:
    """The hour at which the tests play: the morning of the Mid-Autumn holiday 2026, moved only when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 25, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bureau(prepared: Path, tmp_path: Path, clock: Clock) -> Iterator[Bureau]:
    shutil.copy(prepared, tmp_path / "chengban.db")
    opened = Bureau.open(f"sqlite:///{tmp_path / 'chengban.db'}", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'chengban.db'}",
        folder=tmp_path,
        secret_key="k" * 40,
        sign_ins="1000 per minute",
    )


@pytest.fixture
def app(bureau: Bureau, settings: Settings) -> Flask:
    return create_app(settings, bureau)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def signed(app: Flask) -> Callable[[str], FlaskClient]:
    def as_user(user: str) -> FlaskClient:
        client = app.test_client()
        assert sign_in(client, user).status_code == 303
        return client

    return as_user


@pytest.fixture
def clerk(signed: Callable[[str], FlaskClient]) -> FlaskClient:
    return signed(CLERK)


@pytest.fixture
def case_id(bureau: Bureau) -> str:
    """A temporary-land application that the counter has received."""
    answer = bureau.start(CLERK, "temporary-land-use", {**APPLICATION, "materials": HANDED_IN}, key="first")
    return str(answer.case_id)


@pytest.fixture
def item(bureau: Bureau, case_id: str) -> str:
    """Its first work item, 受理审查, claimed by the clerk."""
    row = next(row for row in bureau.inbox(CLERK, "claimable").rows if row.case_id == case_id)
    bureau.claim(CLERK, case_id, row.item, key="claim-first")
    return str(row.item)
