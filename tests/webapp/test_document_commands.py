"""`chengban document`: what the desk does with papers, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from applications import CLERK
from click.testing import CliRunner

from engine.cases.documents import content_hash, documents
from processes.bureau import Bureau
from webapp.cli import main
from webapp.settings import Settings

pytestmark = pytest.mark.slow


def run(settings: Settings, *arguments: str) -> Any:
    environment = {"CHENGBAN_DATABASE_URL": settings.database_url, "CHENGBAN_FOLDER": str(settings.folder)}
    return CliRunner().invoke(main, ["document", *arguments, "--user", CLERK], env=environment)


def test_a_paper_is_issued_served_saved_and_voided_from_the_command_line(
    bureau: Bureau, settings: Settings, case_id: str, item: str, tmp_path: Path
) -> None:
    made = run(settings, "issue", case_id, "补正告知书", "--set", "correction_items=缺合同", "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["number"].endswith("号")
    on = documents(bureau.store, case_id)[0].issued_at.date().isoformat()
    file = tmp_path / "paper.pdf"
    assert run(settings, "save", case_id, "d1", str(file)).exit_code == 0
    assert content_hash(file.read_bytes()) == documents(bureau.store, case_id)[0].files["pdf"]
    assert run(settings, "serve", case_id, "d1", "--mode", "留置", "--on", on).exit_code == 2
    assert run(settings, "void", case_id, "d1", "--reason", "名称有误").exit_code == 0
    listed = run(settings, "list", case_id)
    assert "补正告知书" in listed.output
    assert "已作废" in listed.output


def test_what_may_not_be_issued_is_told_on_stderr_with_its_exit_code(
    bureau: Bureau, settings: Settings, case_id: str, item: str
) -> None:
    refused = run(settings, "issue", case_id, "临时用地批准书", "--set", "expiry_date=2027-09-24")
    assert refused.exit_code == 1
    assert "尚未作出准予的决定" in refused.output
    assert run(settings, "issue", case_id, "没有的文书").exit_code == 1
    assert documents(bureau.store, case_id) == []
