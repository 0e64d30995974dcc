from __future__ import annotations

from pathlib import Path

import pytest
from environs import EnvError

from webapp.settings import demo_password, from_environment, keep_demo_password, kept_secret


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "var")
    assert len(secret) >= 43
    assert kept_secret(tmp_path / "var") == secret
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o077 == 0


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGBAN_FOLDER", str(tmp_path))
    monkeypatch.setenv("CHENGBAN_IDLE_MINUTES", "5")
    settings = from_environment()
    assert settings.database_url == f"sqlite:///{tmp_path}/chengban.db"
    assert settings.idle_minutes == 5
    monkeypatch.setenv("CHENGBAN_SECRET_KEY", "s")
    assert from_environment().secret_key == "s"


def test_a_setting_of_the_wrong_type_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGBAN_FOLDER", str(tmp_path))
    monkeypatch.setenv("CHENGBAN_IDLE_MINUTES", "soon")
    with pytest.raises(EnvError):
        from_environment()


def test_only_a_demo_installation_has_a_demo_password(tmp_path: Path) -> None:
    assert demo_password(tmp_path) is None
    keep_demo_password(tmp_path, "p")
    assert demo_password(tmp_path) == "p"
