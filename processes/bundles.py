"""One matter, whole: its BPMN and the called processes it uses, its tables, its form, itself, its limits.

What a case is pinned to. Paths inside a bundle are those of the repository; `limits.json` stands at its top.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.deployment import LIMITS, Bundle, called_by
from engine.errors import DeploymentError, Fault
from engine.model import read_bpmn
from processes.matters import Matter, read_limits, read_matter

ROOT = Path(__file__).parent.parent
COMMON = "common"


def bundle_of(matter: Matter, root: Path = ROOT) -> Bundle:
    """Raises DeploymentError where a file is missing or a called process is nowhere."""
    name = matter.process
    files = {
        f"bpmn/{matter.folder}/{name}.bpmn": root / "bpmn" / matter.folder / f"{name}.bpmn",
        f"forms/{matter.folder}/{name}.yaml": root / "forms" / matter.folder / f"{name}.yaml",
    }
    table = root / "bpmn" / matter.folder / f"{name}.dmn"
    if table.exists():
        files[f"bpmn/{matter.folder}/{name}.dmn"] = table
    contents = {path: _read(path, file) for path, file in files.items()}
    contents[f"processes/{matter.folder}/{name}.yaml"] = matter.text
    contents |= _document_files(root, matter.folder)
    limits = list(matter.limits)
    pending = sorted(called_by(read_bpmn(contents[f"bpmn/{matter.folder}/{name}.bpmn"], f"{name}.bpmn")))
    while pending:
        called = pending.pop(0)
        path = f"bpmn/{COMMON}/{called}.bpmn"
        if path in contents:
            continue
        contents[path] = _read(path, root / "bpmn" / COMMON / f"{called}.bpmn")
        pending.extend(sorted(called_by(read_bpmn(contents[path], f"{called}.bpmn"))))
        shared = root / "processes" / COMMON / f"{called}.yaml"
        if shared.exists():
            limits.extend(read_limits(shared.read_bytes(), f"processes/{COMMON}/{called}.yaml"))
    contents[LIMITS] = json.dumps(limits, ensure_ascii=False, indent=1).encode()
    return Bundle(contents)


def matter_in(bundle: Bundle) -> Matter:
    """The matter of a bundle, as pinned. Raises DeploymentError."""
    for path, content in bundle.files.items():
        if re.fullmatch(r"processes/(?!common/)[^/]+/[^/]+\.yaml", path):
            return read_matter(content, path)
    raise DeploymentError(
        [Fault("版本包", 0, "", "missing", "版本包里没有事项文件 processes/<科室>/<事项>.yaml")]
    )


def form_in(bundle: Bundle) -> tuple[str, bytes]:
    """Path and content of the form of a bundle. Raises DeploymentError."""
    for path, content in bundle.files.items():
        if path.startswith("forms/") and path.endswith(".yaml"):
            return path, content
    raise DeploymentError(
        [Fault("版本包", 0, "", "missing", "版本包里没有表单文件 forms/<科室>/<事项>.yaml")]
    )


def bundle_from(folder: Path) -> Bundle:
    """A bundle from a folder that holds one matter in the repository's layout: what `deploy` takes from a designer."""
    found: list[Path] = sorted(
        path for path in folder.glob("processes/*/*.yaml") if path.parent.name != COMMON
    )
    if len(found) != 1:
        raise DeploymentError(
            [Fault(str(folder), 0, "", "missing", f"应恰有一个事项文件，而有 {len(found)} 个")]
        )
    file = found[0]
    return bundle_of(read_matter(file.read_bytes(), str(file.relative_to(folder))), folder)


def limits_in(bundle: Bundle) -> list[Mapping[str, Any]]:
    """The limits of a bundle as plain data."""
    content: list[Mapping[str, Any]] = json.loads(bundle.files[LIMITS])
    return content


def _document_files(root: Path, section: str) -> dict[str, bytes]:
    """The templates of documents, common ones and the section's: a case keeps those it began with."""
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for folder in (COMMON, section)
        for file in sorted((root / "processes" / folder / "documents").rglob("*"))
        if file.is_file() and not file.name.startswith(".")
    }


def _read(path: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise DeploymentError([Fault(path, 0, "", "missing", "没有这个文件")]) from None
