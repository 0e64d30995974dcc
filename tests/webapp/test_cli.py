from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from applications import APPLICATION, CLERK, HANDED_IN
from click.testing import CliRunner, Result

from webapp.cli import main

pytestmark = pytest.mark.slow


class Shell:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(main, words, input=stdin, env={"CHENGBAN_FOLDER": str(self.folder)})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def json(self, *words: str, stdin: str | None = None) -> Any:
        result = self(*words, "--json", stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture
def shell(prepared: Path, tmp_path: Path) -> Shell:
    shutil.copy(prepared, tmp_path / "chengban.db")
    return Shell(tmp_path)


FILLED = json.dumps({**APPLICATION, "materials": HANDED_IN}, ensure_ascii=False)


def start(shell: Shell) -> str:
    return str(
        shell.json("start", "temporary-land-use", "--as", CLERK, "--values", "-", stdin=FILLED)["case_id"]
    )


def test_init_makes_everything_ready_and_may_be_repeated(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    first = shell.json("init", "--demo")
    assert "temporary-land-use" in first["matters"]
    assert shell.json("init", "--demo") == first
    assert json.loads((tmp_path / "demo.json").read_text())["password"]


def test_a_case_is_begun_listed_completed_and_told(shell: Shell) -> None:
    case = start(shell)
    row = shell.json("inbox", CLERK, "--box", "claimable")["rows"][0]
    assert (row["case_id"], row["step"]) == (case, "受理审查")
    values = {"accept_outcome": "齐全且属本级权限", "told_on": "2026-09-25", "acceptance_doc_no": "1号"}
    done = shell.json(
        "complete", case, row["item"], "--as", CLERK, "--values", json.dumps(values), "--key", "once"
    )
    again = shell.json(
        "complete", case, row["item"], "--as", CLERK, "--values", json.dumps(values), "--key", "once"
    )
    assert done == again
    told = shell.json("case", case, "--as", CLERK)
    assert told["status"] == "running"
    assert any("受理审查" in line["sentence"] for line in told["history"])


@pytest.mark.parametrize(
    ("words", "stdin", "code", "said"),
    [
        (("start", "nope", "--as", CLERK), None, 1, "没有这个事项"),
        (("start", "temporary-land-use", "--as", "nobody"), None, 1, "没有这个用户"),
        (("start", "temporary-land-use", "--as", CLERK), None, 2, "填报内容有误"),
        (("start", "temporary-land-use", "--as", CLERK, "--values", "{"), None, 2, "不是合法的 JSON"),
        (("start", "temporary-land-use", "--as", CLERK, "--values", "[1]"), None, 2, "应为一个 JSON 对象"),
        (
            ("start", "temporary-land-use", "--as", CLERK, "--values", "-"),
            '{"nope": 1}',
            2,
            "没有“nope”这个字段",
        ),
        (
            ("start", "temporary-land-use", "--as", CLERK, "--values", "@/does/not/exist"),
            None,
            1,
            "/does/not/exist",
        ),
        (("complete", "nope", "i1", "--as", CLERK), None, 1, "错误"),
        (("case", "nope", "--as", CLERK), None, 1, "错误"),
        (("inbox", "nobody"), None, 1, "没有这个用户"),
        (("run", "--bind", "somewhere"), None, 2, "监听地址"),
        (("inbox",), None, 2, ""),
        (("inbox", CLERK, "--limit", "0"), None, 2, ""),
        (("nope",), None, 2, ""),
    ],
)
def test_what_is_wrong_is_said_on_stderr_with_an_honest_exit_code(
    shell: Shell, words: tuple[str, ...], stdin: str | None, code: int, said: str
) -> None:
    result = shell(*words, stdin=stdin)
    assert result.exit_code == code, result.output
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


def test_errors_are_json_where_json_was_asked_for(shell: Shell) -> None:
    result = shell("start", "temporary-land-use", "--as", CLERK, "--json")
    told = json.loads(result.stderr)
    assert "applicant_name" in told["fields"]


def test_another_posts_step_is_not_done_from_the_command_line_either(shell: Shell) -> None:
    case = start(shell)
    item = shell.json("inbox", CLERK, "--box", "claimable")["rows"][0]["item"]
    surveyor = "wangjianguo"
    assert shell("complete", case, item, "--as", surveyor, "--values", "{}").exit_code in (1, 2)
    assert shell.json("inbox", CLERK, "--box", "claimable")["rows"]


def test_verify_names_case_and_entry_of_one_changed_byte(shell: Shell) -> None:
    case = start(shell)
    assert shell.json("verify") == {"intact": True, "breaks": []}
    with sqlite3.connect(shell.folder / "chengban.db") as database:
        changed = "UPDATE entry SET data = replace(data, '便道', '便路') WHERE seq = 1"
        assert database.execute(changed).rowcount == 1
    result = shell("verify")
    assert result.exit_code == 1
    assert case in result.stderr
    assert "1" in result.stderr.split(case)[1]


def test_the_worker_does_one_round_and_says_how_much(shell: Shell) -> None:
    start(shell)
    assert shell.json("worker", "--once")["done"] >= 0


def test_a_setting_of_the_wrong_type_is_bad_input(tmp_path: Path) -> None:
    env = {"CHENGBAN_FOLDER": str(tmp_path), "CHENGBAN_IDLE_MINUTES": "soon"}
    result = CliRunner().invoke(main, ["verify"], env=env)
    assert result.exit_code == 2
    assert "环境变量有误" in result.stderr


def test_the_command_line_runs_as_a_module_too(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "webapp.cli", "inbox", "nobody", "--json"]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "CHENGBAN_FOLDER": str(tmp_path)}, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 1
    assert "error" in json.loads(done.stderr)
    listed = subprocess.run([*words[:3], "--help"], capture_output=True, text=True, timeout=60, check=True)
    assert "check" in listed.stdout
