"""A bundle: the files of one deployment, named by the hash of their content.

A case is pinned to the bundle that it began with. The engine reads `*.bpmn`, `*.dmn` and `limits.json` from it;
every other file (forms, the matter's own description, templates) is carried along unread.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

LIMITS = "limits.json"


@dataclass(frozen=True)
class Bundle:
    """`files` by their path within the bundle, `/` between folders. Equal content has an equal `hash`."""

    files: Mapping[str, bytes]

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", MappingProxyType(dict(sorted(self.files.items()))))

    @cached_property
    def hash(self) -> str:
        """SHA-256 over names and contents, each preceded by its length: 64 hexadecimal digits."""
        digest = hashlib.sha256()
        for name, content in self.files.items():
            for part in (name.encode(), content):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
        return digest.hexdigest()

    def of_kind(self, suffix: str) -> dict[str, bytes]:
        """The files whose names end in `suffix`, in the order of their names."""
        return {name: content for name, content in self.files.items() if name.endswith(suffix)}
