"""Which files may be handed in, told by the ending of their name and by what is in them; and how a name is cleaned.

A container is looked at by its table of contents alone: nothing in it is ever unpacked here, so that what it would
swell to does not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from engine.errors import InvalidInput

LONGEST = 120  # characters of a name, its ending included
CONTENTS, ENTRIES = 4 * 1024 * 1024, 20_000  # bytes and lines of a container's table of contents
_END = b"PK\x05\x06"
_LINE = b"PK\x01\x02"
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class Type(NamedTuple):
    """`begins`: the bytes at the head, one of them; `holds`: what the table of contents must name."""

    media_type: str
    begins: tuple[bytes, ...]
    holds: tuple[str, ...] = ()


_ZIP = (b"PK\x03\x04", _END)
_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "pdf": Type("application/pdf", (b"%PDF-",)),
    "jpg": Type("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": Type("image/jpeg", (b"\xff\xd8\xff",)),
    "png": Type("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "tif": Type("image/tiff", (b"II*\x00", b"MM\x00*")),
    "tiff": Type("image/tiff", (b"II*\x00", b"MM\x00*")),
    "docx": Type(f"{_OFFICE}.wordprocessingml.document", _ZIP, ("[Content_Types].xml", "word/document.xml")),
    "xlsx": Type(f"{_OFFICE}.spreadsheetml.sheet", _ZIP, ("[Content_Types].xml", "xl/workbook.xml")),
    "ofd": Type("application/ofd", _ZIP, ("OFD.xml",)),
    "dwg": Type("image/vnd.dwg", (b"AC10",)),
    "zip": Type("application/zip", _ZIP),
}
ACCEPT = ",".join(f".{ending}" for ending in TYPES)
TOLD = "PDF、JPG、PNG、TIF、DOCX、XLSX、OFD、DWG、ZIP（矢量数据打包）"


def cleaned(name: str) -> str:
    """A file's name without folders, control and direction characters, or anything a system reads specially."""
    text = unicodedata.normalize("NFC", name[:1000]).replace("\\", "/").rpartition("/")[2]
    text = "".join("_" if one in '<>:"|?*' else one for one in text if unicodedata.category(one)[0] != "C")
    text = re.sub(r"\s+", " ", text).strip(" .")
    stem, dot, ending = text.rpartition(".")
    if not dot:
        stem, ending = text, ""
    stem = stem.rstrip(" .")[: LONGEST - len(ending) - 1] or "附件"
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    return f"{stem}.{ending[:10]}" if ending else stem


def media_type(name: str, content: BinaryIO, size: int) -> str:
    """Raises InvalidInput where the ending is not taken, or the content is not what the ending says."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    found = TYPES.get(ending)
    if found is None:
        raise _wrong(f"“{name}”的类型不能接收；可以上传 {TOLD}")
    if size == 0:
        raise _wrong(f"“{name}”是空文件")
    content.seek(0)
    if not content.read(16).startswith(found.begins):
        raise _wrong(f"“{name}”的内容不是 {ending.upper()}，可能改过扩展名或者已经损坏")
    if found.begins is _ZIP:
        names = list(_contents(name, content, size))
        if any(wanted not in names for wanted in found.holds):
            raise _wrong(f"“{name}”的内容不是 {ending.upper()}，可能改过扩展名或者已经损坏")
        if found.holds and any(each.lower().endswith("vbaproject.bin") for each in names):
            raise _wrong(f"“{name}”带有宏，不能接收")
    return found.media_type


def _contents(name: str, content: BinaryIO, size: int) -> Iterator[str]:
    """The names in a ZIP's table of contents. Raises InvalidInput for one that is broken, huge or dangerous."""
    content.seek(max(0, size - 65_557))
    tail = content.read(65_557)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise _wrong(f"“{name}”不是完整的压缩文件")
    count, length, offset = (
        int.from_bytes(tail[at + start : at + end], "little") for start, end in ((10, 12), (12, 16), (16, 20))
    )
    if length > CONTENTS or count > ENTRIES or offset + length > size:
        raise _wrong(f"“{name}”里的文件太多，或者目录已经损坏，请分开打包后再上传")
    content.seek(offset)
    table = content.read(length)
    here = 0
    while here < length:
        head = table[here : here + 46]
        if len(head) < 46 or not head.startswith(_LINE):
            raise _wrong(f"“{name}”不是完整的压缩文件")
        lengths = [int.from_bytes(head[start : start + 2], "little") for start in (28, 30, 32)]
        raw = table[here + 46 : here + 46 + lengths[0]]
        each = raw.decode("utf-8" if head[9] & 8 else "gb18030", "replace").replace("\\", "/")
        if each.startswith("/") or ".." in each.split("/") or each[1:2] == ":" or "\0" in each:
            raise _wrong(f"“{name}”里有不安全的路径，不能接收")
        yield each
        here += 46 + sum(lengths)


def _wrong(message: str) -> InvalidInput:
    return InvalidInput(message, {"file": [message]})
