"""What a wheel carries: a form, a drawing or a page left out would be missed only after installation."""

from pathlib import Path

import pytest
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution

ROOT = Path(__file__).parent.parent
CODE = ("engine", "forms", "processes", "webapp")
LEFT_OUT = (
    "webapp/node_modules/",
    "webapp/frontend/",
    "webapp/static/dist/.built",
)  # the last is make's own mark
DATA = (
    "bpmn/chengban.json",
    "bpmn/**/*.bpmn",
    "bpmn/**/*.dmn",
    "forms/**/*.yaml",
    "forms/templates/**/*.html",
    "processes/**/*.yaml",
    "engine/store/migrations/*.mako",
    "webapp/templates/**/*.html",
    "webapp/static/**/*.*",
)


@pytest.fixture
def built(monkeypatch):
    monkeypatch.chdir(ROOT)
    distribution = Distribution({"script_name": "setup.py"})
    distribution.parse_config_files(["setup.cfg"])
    command = build_py(distribution)
    command.finalize_options()
    return command


def test_every_file_that_the_product_reads_travels_in_the_wheel(built):
    carried = {(Path(folder) / name).as_posix() for _, folder, _, names in built.data_files for name in names}
    for pattern in DATA:
        found = {path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern)} - set(LEFT_OUT)
        assert found or "static" in pattern, pattern
        assert found <= carried


def test_every_module_travels_and_what_is_only_built_with_does_not(built):
    packages = set(built.distribution.packages)
    for top in CODE:
        folders = {
            path.parent.relative_to(ROOT).as_posix() + "/" for path in ROOT.joinpath(top).rglob("*.py")
        }
        kept = {folder for folder in folders if not folder.startswith(LEFT_OUT)}
        assert {folder.strip("/").replace("/", ".") for folder in kept} <= packages
    assert not [name for name in packages if "node_modules" in name or "__pycache__" in name]
    assert not [name for name in packages if name.startswith(("tests", "docs", "webapp.frontend"))]
