"""What may be handed in is told by content as well as by name, and a name is only ever a name."""

from __future__ import annotations

import io
import zipfile

import pytest

from engine.errors import InvalidInput
from processes.file_types import TYPES, cleaned, media_type


def _zip(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return stream.getvalue()


def _type(name: str, content: bytes) -> str:
    return media_type(name, io.BytesIO(content), len(content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.4 and more"),
        ("a.JPG", b"\xff\xd8\xff\xe1 exif"),
        ("a.png", b"\x89PNG\r\n\x1a\n...."),
        ("a.tif", b"II*\x00...."),
        ("a.dwg", b"AC1032...."),
        ("a.docx", _zip("[Content_Types].xml", "word/document.xml")),
        ("a.xlsx", _zip("[Content_Types].xml", "xl/workbook.xml")),
        ("a.ofd", _zip("OFD.xml", "Doc_0/Document.xml")),
        ("用地范围.zip", _zip("用地范围.shp", "用地范围.dbf", "用地范围.shx")),
    ],
)
def test_a_file_that_is_what_its_name_says_is_taken(name: str, content: bytes) -> None:
    assert _type(name, content) == TYPES[name.rpartition(".")[2].lower()].media_type


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.pdf", b"MZ\x90\x00 a program", "不是 PDF"),
        ("a.pdf", b"<html><script>alert(1)</script>", "不是 PDF"),
        ("a.jpg", b"\x89PNG\r\n\x1a\n", "不是 JPG"),
        ("a.html", b"<html>", "类型不能接收"),
        ("a.svg", b"<svg/>", "类型不能接收"),
        ("a.pdf.exe", b"%PDF-1.4", "类型不能接收"),
        ("without-ending", b"%PDF-1.4", "类型不能接收"),
        ("a.pdf", b"", "空文件"),
        ("a.docx", _zip("readme.txt"), "不是 DOCX"),
        ("a.docx", _zip("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "宏"),
        ("a.zip", _zip("../../etc/passwd"), "不安全的路径"),
        ("a.zip", _zip("/etc/passwd"), "不安全的路径"),
        ("a.zip", _zip("..\\..\\windows\\x.dll"), "不安全的路径"),
        ("a.zip", _zip("a.shp")[:-30], "不是完整的压缩文件"),
        ("a.zip", b"PK\x03\x04" + b"\0" * 100, "不是完整的压缩文件"),
    ],
    ids=[str(number) for number in range(15)],  # contents hold the moment at which they were packed
)
def test_anything_else_is_refused_with_the_reason(name: str, content: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        _type(name, content)


def test_a_container_with_more_entries_than_anybody_hands_in_is_refused_unread() -> None:
    many = bytearray(_zip("a.shp"))
    end = many.rfind(b"PK\x05\x06")
    many[end + 10 : end + 12] = b"\xff\xff"
    with pytest.raises(InvalidInput, match="太多"):
        _type("a.zip", bytes(many))


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\wang\\申请书.pdf", "申请书.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("  申请   书 .pdf", "申请 书.pdf"),
        ("...pdf", "pdf"),
        ('a<b>"c".pdf', "a_b__c_.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("", "附件"),
        ("/", "附件"),
    ],
)
def test_a_name_keeps_nothing_but_a_name(given: str, clean: str) -> None:
    assert cleaned(given) == clean


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    found = cleaned("长" * 900 + ".pdf")
    assert len(found) == 120
    assert found.endswith(".pdf") is True
