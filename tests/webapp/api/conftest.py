from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from applications import CLERK
from flask import Flask

from processes import tokens
from processes.bureau import Bureau

ADMIN = "caixia"  # 办公室/网站管理员


class Caller:
    """A program with a token."""

    def __init__(self, app: Flask, secret: str) -> None:
        self.client = app.test_client()
        self.secret = secret

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.secret}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(f"/api/v1{path}", method=method, json=json, headers=sent)


@pytest.fixture
def calling(app: Flask, bureau: Bureau) -> Callable[..., Caller]:
    def as_user(user: str = CLERK, *scopes: str) -> Caller:
        _made, secret = tokens.create(bureau, user, "测试", scopes or ("read", "work"))
        return Caller(app, secret)

    return as_user


@pytest.fixture
def call(calling: Callable[..., Caller]) -> Caller:
    return calling()
