"""People and sections from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from processes import ledger
from processes.bureau import Bureau
from webapp.cli import main

pytestmark = pytest.mark.slow


def run(bureau: Bureau, *words: str) -> Result:
    return CliRunner().invoke(main, ["--database-url", bureau.store.address, *words, "--json"])


def test_the_first_administrator_is_made_on_the_server(bureau: Bureau) -> None:
    made = run(
        bureau,
        "user",
        "add",
        "lina",
        "李娜",
        "--post",
        "办公室/经办人",
        "--role",
        "admin",
        "--reason",
        "首个管理员",
    )
    assert made.exit_code == 0, made.output
    account = bureau.authenticate("lina", json.loads(made.output)["password"])
    assert account is not None
    assert (account.roles, account.must_change) == ({"admin"}, True)
    assert ledger.lines(bureau, "lina")[0][0].actor_name == "系统"


def test_a_password_is_reset_and_an_account_closed(bureau: Bureau) -> None:
    made = run(bureau, "user", "password", "linsen", "--reason", "忘记口令")
    assert bureau.authenticate("linsen", json.loads(made.output)["password"]) is not None
    assert run(bureau, "user", "disable", "linsen", "--reason", "调离").exit_code == 0
    told = json.loads(run(bureau, "user", "list").output)
    assert next(one for one in told if one["user"] == "linsen")["active"] is False
    refused = run(bureau, "user", "disable", "caixia", "--reason", "x")
    assert refused.exit_code == 1
    assert "最后一个系统管理员" in refused.stderr
    assert run(bureau, "user", "enable", "linsen", "--reason", "调回").exit_code == 0
    assert run(bureau, "user", "roles", "linsen", "--role", "designer", "--reason", "x").exit_code == 0


def test_a_file_with_a_fault_adds_nobody_and_says_where(bureau: Bureau, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("用户名,姓名,岗位\nlina,李娜,没有/岗位\n", encoding="utf-8")
    refused = run(bureau, "user", "import", str(file), "--reason", "x")
    assert refused.exit_code == 2
    assert json.loads(refused.stderr)["faults"] == ["2：没有岗位“没有/岗位”"]
    file.write_text("用户名,姓名\nlina,李娜\n", encoding="utf-8")
    assert list(json.loads(run(bureau, "user", "import", str(file), "--reason", "x").output)) == ["lina"]


def test_a_section_is_added_and_closed(bureau: Bureau) -> None:
    assert run(bureau, "section", "add", "marine", "海洋科", "--reason", "x").exit_code == 0
    told = json.loads(run(bureau, "section", "list").output)
    assert next(one for one in told if one["section"] == "marine")["active"] is True
    assert run(bureau, "section", "close", "marine", "--reason", "x").exit_code == 0
    assert run(bureau, "section", "close", "land_use_control", "--reason", "x").exit_code == 1
