from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from webapp.assets import FOR_EVER, marked


@pytest.fixture
def style(client: FlaskClient) -> str:
    """A file that is there without a build."""
    found = re.search(r'href="(/static/icon\.svg\?[^"]+)"', client.get("/signin").get_data(as_text=True))
    assert found
    return found[1]


def test_an_address_with_the_hash_of_the_content_is_kept_for_ever(client: FlaskClient, style: str) -> None:
    assert re.search(r"\?v=[0-9a-f]{16}$", style)
    answer = client.get(style)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == FOR_EVER


def test_an_address_of_another_version_is_answered_but_not_kept(client: FlaskClient, style: str) -> None:
    for other in (style.partition("?")[0], style[:-1] + ("0" if style[-1] != "0" else "1")):
        answer = client.get(other)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"
        tag = answer.headers["ETag"]
        assert client.get(other, headers={"If-None-Match": tag}).status_code == 304


def test_an_address_changes_with_the_content(tmp_path: Path) -> None:

    file = tmp_path / "a.css"
    file.write_text("a{}")
    first = marked(file)
    file.write_text("b{}")
    assert marked(file) != first
    assert marked(tmp_path / "none.css") == ""


def test_a_file_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/static/dist/none.css?v=0").status_code == 404
    assert client.get("/static/../settings.py").status_code == 404
