from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import policy
from pathlib import Path

import pytest
from applications import CLERK
from click.testing import CliRunner

from engine.errors import InvalidInput
from processes import mail
from processes.bureau import Bureau
from processes.mail import Postbox
from webapp import settings as configuration
from webapp.cli import main
from webapp.serving import post

WARNED = 3  # the handlers' post, the chief of their section, the chief of the section whose matter it is


class Server(socketserver.ThreadingTCPServer):
    """As much of SMTP (RFC 5321) as it takes to receive a letter; `refuses` says no to every recipient."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.letters: list[tuple[list[str], bytes]] = []
        self.refuses = False

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class Talk(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.say("220 here")
        to: list[str] = []
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"RCPT":
                if self.server.refuses:
                    self.say("550 no such person")
                    continue
                to.append(line.split(b"<")[1].split(b">")[0].decode())
            if word == b"DATA":
                self.say("354 go on")
                letter = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    letter += part
                self.server.letters.append((to, letter))
                to = []
            if word == b"QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def warned(bureau: Bureau, case_id: str, clock: Callable[[], datetime]) -> str:
    """The last day of the correction notice: its handlers, a post of two people, and two chiefs are warned."""
    clock.now = datetime(2026, 10, 9, 1, tzinfo=UTC)  # type: ignore[attr-defined]
    bureau.tick()
    return case_id


def postbox(server: Server) -> Postbox:
    return Postbox(server.url, "chengban@example.test", "example.test", "https://desk.example.test/")


def test_a_warning_goes_once_to_everybody_who_holds_the_post(
    bureau: Bureau, warned: str, server: Server
) -> None:
    assert mail.send(bureau, postbox(server)) == (WARNED, [])
    assert mail.send(bureau, postbox(server)) == (0, [])
    assert len(server.letters) == WARNED
    handlers = ["lixiaoyan@example.test", f"{CLERK}@example.test"]
    (letter,) = [letter for to, letter in server.letters if to == handlers]
    read = email.message_from_bytes(letter, policy=policy.default)
    assert read["Subject"].startswith("期限提醒：LSYD-2026-0001")
    assert "一次告知补正" in read.get_content()
    assert f"https://desk.example.test/cases/{warned}/clocks/correct-notice" in read.get_content()


def test_while_the_server_is_away_nothing_is_lost(bureau: Bureau, warned: str, server: Server) -> None:
    away = Postbox("smtp://127.0.0.1:9", "chengban@example.test", "example.test")
    assert post(bureau, away) == 0
    assert post(bureau, postbox(server)) == WARNED


def test_a_refused_letter_is_told_and_not_sent_again(bureau: Bureau, warned: str, server: Server) -> None:
    server.refuses = True
    sent, refused = mail.send(bureau, postbox(server))
    assert (sent, len(refused)) == (0, WARNED)
    server.refuses = False
    assert mail.send(bureau, postbox(server)) == (0, [])


def test_mail_is_off_until_a_server_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGBAN_FOLDER", str(tmp_path))
    assert configuration.from_environment().postbox is None
    monkeypatch.setenv("CHENGBAN_SMTP_URL", "smtp://mail.example.test")
    monkeypatch.setenv("CHENGBAN_MAIL_FROM", "chengban@example.test")
    monkeypatch.setenv("CHENGBAN_MAIL_DOMAIN", "example.test")
    found = configuration.from_environment().postbox
    assert found == Postbox("smtp://mail.example.test", "chengban@example.test", "example.test")


@pytest.mark.parametrize(
    ("url", "sender", "domain"),
    [
        ("mail.example.test", "a@b", "b"), ("http://x", "a@b", "b"), ("smtp://x", "nobody", "b"),
        ("smtp://x", "a@b", ""), ("smtp://x", "a@b\r\nBcc: all", "b"),
    ],
)  # fmt: skip
def test_a_mail_setting_that_is_none_is_refused(url: str, sender: str, domain: str) -> None:
    with pytest.raises(InvalidInput):
        Postbox(url, sender, domain)


def test_a_wrong_mail_setting_is_bad_input_on_the_command_line(tmp_path: Path) -> None:
    env = {"CHENGBAN_FOLDER": str(tmp_path), "CHENGBAN_SMTP_URL": "mail.example.test"}
    result = CliRunner().invoke(main, ["verify"], env=env)
    assert result.exit_code == 2
    assert "CHENGBAN_SMTP_URL" in result.stderr
