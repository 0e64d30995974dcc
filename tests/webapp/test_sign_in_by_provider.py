"""Signing in by the provider of the house, over real HTTP, and every way in which its word must not be taken."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from applications import token_in
from flask import Flask
from flask.testing import FlaskClient
from house_provider import CLIENT, SECRET, HouseProvider
from joserfc.jwk import RSAKey

from engine.errors import InvalidInput
from processes import people
from processes.bureau import Bureau
from webapp import create_app
from webapp.settings import Provider, Settings, from_environment

pytestmark = pytest.mark.slow


@pytest.fixture
def house() -> Iterator[HouseProvider]:
    with HouseProvider().serving() as provider:
        yield provider


@pytest.fixture
def app(house: HouseProvider, bureau: Bureau, settings: Settings) -> Flask:
    return create_app(dataclasses.replace(settings, oidc=Provider(house.issuer, CLIENT, SECRET)), bureau)


def to_the_house(client: FlaskClient, target: str = "") -> str:
    """Begin, and let the browser ask the provider; the address that it leads back to."""
    begun = client.get("/signin/oidc", query_string={"next": target} if target else None)
    assert begun.status_code == 302, begun.get_data(as_text=True)
    back = requests.get(begun.location, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def refused(client: FlaskClient, back: str) -> str:
    answer = client.get(back)
    assert answer.status_code == 403
    assert client.get("/inbox").status_code == 303
    return answer.get_data(as_text=True)


def test_whom_the_house_names_is_signed_in_and_goes_where_he_wanted(
    client: FlaskClient, house: HouseProvider
) -> None:
    assert "用统一身份认证登录" in client.get("/signin").get_data(as_text=True)
    answer = client.get(to_the_house(client, "/messages"))
    assert (answer.status_code, answer.location) == (303, "/messages")
    assert "张慧" in client.get("/inbox").get_data(as_text=True)
    asked = house.asked[0]
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["state"]
    assert asked["nonce"]


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param({"nonce": "another"}, id="wrong nonce"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"exp": int(time.time()) - 600}, id="expired"),
        pytest.param({"exp": None}, id="no expiry"),
        pytest.param({"aud": "another-client"}, id="for another client"),
        pytest.param({"iss": "https://elsewhere.example"}, id="by another issuer"),
        pytest.param({"iat": int(time.time()) + 600}, id="of the future"),
    ],
)
def test_a_token_that_says_something_else_is_not_believed(
    client: FlaskClient, house: HouseProvider, lie: dict[str, object]
) -> None:
    house.lie = lie
    assert "统一身份认证没有成功" in refused(client, to_the_house(client))


def test_a_token_with_anothers_signature_is_not_believed(client: FlaskClient, house: HouseProvider) -> None:
    house.key = RSAKey.generate_key(2048, {"kid": "k1"})
    refused(client, to_the_house(client))


def test_a_token_without_signature_is_not_believed(client: FlaskClient, house: HouseProvider) -> None:
    house.algorithm = "none"
    refused(client, to_the_house(client))


def test_an_answer_is_taken_once(app: Flask, client: FlaskClient, house: HouseProvider) -> None:
    back = to_the_house(client)
    assert client.get(back).status_code == 303
    stranger = app.test_client()
    refused(stranger, back)
    page = client.get("/inbox").get_data(as_text=True)
    client.post("/signout", data={"csrf_token": token_in(page)})
    refused(client, back)


def test_a_code_that_was_used_is_refused_by_the_house(client: FlaskClient, house: HouseProvider) -> None:
    back = to_the_house(client)
    house.codes.clear()
    refused(client, back)


def test_an_answer_to_another_browser_is_refused(app: Flask, client: FlaskClient) -> None:
    back = to_the_house(client)
    victim = app.test_client()
    to_the_house(victim)
    refused(victim, back)


def test_a_code_slipped_under_another_state_is_refused(client: FlaskClient) -> None:
    back = to_the_house(client)
    assert client.get(back.replace("state=", "state=x")).status_code == 403
    assert client.get("/signin/oidc/callback").status_code == 403
    assert client.get("/signin/oidc/callback?error=access_denied&state=x").status_code == 403


def test_whom_nobody_knows_here_is_told_so(client: FlaskClient, house: HouseProvider, bureau: Bureau) -> None:
    house.user = "stranger"
    assert "没有“stranger”的账号" in refused(client, to_the_house(client))
    assert "stranger" not in bureau.accounts.names()


def test_an_account_is_made_where_that_is_wanted(
    house: HouseProvider, bureau: Bureau, settings: Settings
) -> None:
    provider = Provider(house.issuer, CLIENT, SECRET, create=True)
    client = create_app(dataclasses.replace(settings, oidc=provider), bureau).test_client()
    house.user = "stranger"
    assert client.get(to_the_house(client)).status_code == 303
    assert bureau.person("stranger").posts == ()
    assert bureau.authenticate("stranger", "") is None
    assert client.get("/inbox").status_code == 200
    house.user, other = (
        "no/login",
        create_app(dataclasses.replace(settings, oidc=provider), bureau).test_client(),
    )
    assert "不能作为承办系统的用户名" in refused(other, to_the_house(other))


def test_whose_account_is_closed_stays_out(client: FlaskClient, house: HouseProvider, bureau: Bureau) -> None:
    people.disable(bureau, "caixia", "zhanghui", "调离", anyway=True)
    assert "账号已停用" in refused(client, to_the_house(client))


def test_another_claim_can_be_the_login(house: HouseProvider, bureau: Bureau, settings: Settings) -> None:
    provider = Provider(house.issuer, CLIENT, SECRET, claim="employee")
    client = create_app(dataclasses.replace(settings, oidc=provider), bureau).test_client()
    assert "没有给出用户名" in refused(client, to_the_house(client))
    house.lie = {"employee": "linsen"}
    assert client.get(to_the_house(client)).status_code == 303
    assert "林森" in client.get("/inbox").get_data(as_text=True)


def test_signing_out_here_goes_on_to_the_house(client: FlaskClient, house: HouseProvider) -> None:
    client.get(to_the_house(client))
    page = client.get("/inbox").get_data(as_text=True)
    assert client.post("/signout", data={"csrf_token": token_in(page)}).location == "/signedout"
    assert client.get("/inbox").status_code == 303
    page = client.get("/signedout").get_data(as_text=True)
    target = page.split('href="' + house.issuer)[1].split('"')[0].replace("&amp;", "&")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
    assert asked["client_id"] == CLIENT
    assert asked["post_logout_redirect_uri"].endswith("/signin")
    assert len(asked["id_token_hint"].split(".")) == 3
    assert client.get("/signedout").location == "/signin"


def test_who_came_by_password_does_not_go_to_the_house(signed: Callable[[str], FlaskClient]) -> None:
    client = signed("linsen")
    page = client.get("/inbox").get_data(as_text=True)
    assert client.post("/signout", data={"csrf_token": token_in(page)}).location == "/signin"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere"])
def test_the_way_back_never_leads_elsewhere(client: FlaskClient, target: str) -> None:
    assert client.get(to_the_house(client, target)).location == "/inbox"


def test_a_discovery_document_of_another_issuer_is_not_followed(
    client: FlaskClient, house: HouseProvider
) -> None:
    house.named = "https://elsewhere.example"
    assert client.get("/signin/oidc").status_code == 503


def test_a_house_that_does_not_answer_leaves_the_password(bureau: Bureau, settings: Settings) -> None:
    gone = dataclasses.replace(settings, oidc=Provider("http://127.0.0.1:9", CLIENT, SECRET))
    answer = create_app(gone, bureau).test_client().get("/signin/oidc")
    assert answer.status_code == 503
    assert "用口令登录" in answer.get_data(as_text=True)


def test_without_a_provider_there_is_no_such_way_in(bureau: Bureau, settings: Settings) -> None:
    client = create_app(settings, bureau).test_client()
    assert client.get("/signin/oidc").status_code == 404
    assert client.get("/signin/oidc/callback").status_code == 404
    assert "统一身份认证" not in client.get("/signin").get_data(as_text=True)


def test_an_issuer_without_https_is_refused_when_the_server_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_OIDC_ISSUER", "http://sso.example.org")
    with pytest.raises(InvalidInput, match="https"):
        from_environment()
