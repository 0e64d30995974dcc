"""`chengban due` and `chengban calendar` as a script uses them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.calendar.seed import seed
from engine.store import Store
from webapp.cli import main


class Shell:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str) -> Result:
        result = CliRunner().invoke(main, words, env={"CHENGBAN_FOLDER": str(self.folder)})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def json(self, *words: str) -> Any:
        result = self(*words, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def stored(shell: Shell) -> Shell:
    with Store.open(f"sqlite:///{shell.folder / 'chengban.db'}") as store:
        store.migrate()
    return shell


def due(shell: Shell, amount: int, unit: str, start: str, *more: str) -> Any:
    return shell.json("due", "--amount", str(amount), "--unit", unit, "--from", start, *more)


def test_due_needs_no_database_and_makes_none(shell: Shell) -> None:
    answer = due(shell, 20, "working_day", "2026-09-25")
    assert (answer["due"], answer["provisional"], answer["calendar"]) == ("2026-10-29", False, seed().version)
    assert answer["days"][0]["count"] == 0
    assert (answer["days"][-1]["date"], answer["days"][-1]["count"]) == ("2026-10-29", 20)
    assert not (shell.folder / "chengban.db").exists()


def test_due_suspends_extends_and_counts_back(shell: Shell) -> None:
    plain = due(shell, 5, "working_day", "2026-03-02")
    held = due(shell, 5, "working_day", "2026-03-02", "--suspend", "2026-03-03/2026-03-05")
    twice = due(
        shell, 5, "working_day", "2026-03-02", "--suspend", "2026-03-03/2026-03-05", "--suspend",
        "2026-03-04/2026-03-05", "--extend", "3",
    )  # fmt: skip
    assert [answer["due"] for answer in (plain, held, twice)] == ["2026-03-09", "2026-03-11", "2026-03-16"]
    assert due(shell, 7, "working_day", "2026-10-09", "--before")["due"] == "2026-09-22"
    assert due(shell, 48, "hour", "2026-09-30T09:30")["due"] == "2026-10-02T09:30:00+08:00"
    assert due(shell, 20, "working_day", "2027-12-20")["provisional"]


@pytest.mark.parametrize(
    "words",
    [
        ["--amount", "-1", "--unit", "day", "--from", "2026-09-25"],
        ["--amount", "1", "--unit", "week", "--from", "2026-09-25"],
        ["--amount", "1", "--unit", "day", "--from", "25.9.2026"],
        ["--amount", "1", "--unit", "day", "--from", "2026-09-25", "--suspend", "2026-09-26"],
    ],
)
def test_due_refuses_what_it_cannot_read(shell: Shell, words: list[str]) -> None:
    assert shell("due", *words).exit_code == 2


def test_an_unknown_calendar_version_is_named(shell: Shell, stored: Shell) -> None:
    for folder in (shell, stored):
        result = folder("due", "--amount", "1", "--unit", "day", "--from", "2026-09-25", "--calendar", "2099")
        assert result.exit_code == 1
        assert "2099" in result.stderr


def test_a_notice_is_imported_counted_by_and_published(stored: Shell) -> None:
    file = stored.folder / "2027.csv"
    file.write_text("日期,类型,名称\n2027-01-01/2027-01-03,放假,元旦\n", encoding="utf-8")
    assert stored("calendar", "import", str(file)).exit_code == 2  # a CSV does not say whose it is
    told = ("--source", "国办发明电〔2026〕7号", "--published", "2026-11-20", "--year", "2027")
    answer = stored.json("calendar", "import", str(file), *told)
    assert answer == {"version": "2027.1", "published": False}
    before = due(stored, 3, "working_day", "2026-12-29")
    drafted = due(stored, 3, "working_day", "2026-12-29", "--calendar", "2027.1")
    assert (before["due"], before["provisional"]) == ("2027-01-01", True)
    assert (drafted["due"], drafted["provisional"]) == ("2027-01-04", False)
    assert stored.json("calendar", "publish", "2027.1") == {
        "version": "2027.1", "published": True, "moved": [],
    }  # fmt: skip
    assert due(stored, 3, "working_day", "2026-12-29") == drafted
    listed = stored.json("calendar", "list")
    assert [(one["version"], one["current"]) for one in listed] == [(seed().version, False), ("2027.1", True)]
    assert "* 2027.1" in stored("calendar", "list").stdout


def test_a_notice_may_come_as_json_and_its_faults_are_told_by_entry(stored: Shell) -> None:
    file = stored.folder / "2027.json"
    notice = {"source": "通知", "published": "2026-11-20", "years": [2027]}
    file.write_text(
        json.dumps({**notice, "days": [{"date": "2027-01-01", "type": "休息"}]}), encoding="utf-8"
    )
    result = stored("calendar", "import", str(file))
    assert result.exit_code == 2
    assert "第1项" in result.stderr
    file.write_text(
        json.dumps({**notice, "days": [{"date": "2027-01-01", "type": "放假"}]}), encoding="utf-8"
    )
    assert stored.json("calendar", "import", str(file), "--publish")["published"]


def test_a_local_order_closes_days_under_its_number(stored: Shell) -> None:
    assert stored("calendar", "local", "--order", "市政府通知〔2026〕3号").exit_code == 2
    order = ("--order", "市政府通知〔2026〕3号", "--name", "台风停工", "--closed", "2026-09-28")
    assert stored.json("calendar", "local", *order, "--publish")["version"] == "2026-local.1"
    answer = due(stored, 1, "working_day", "2026-09-24")
    assert answer["due"] == "2026-09-29"
    assert answer["days"][-2]["why"] == "台风停工（市政府通知〔2026〕3号）"
    assert stored("calendar", "publish", seed().version).exit_code == 1
