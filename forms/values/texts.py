"""Texts, and entries of a fixed form: telephone, e-mail, identity codes."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError

from forms.codes import code_fault
from forms.definition import Field
from forms.values.expected import Decoder, expected, short

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_PHONE = re.compile(
    r"(?:\+?86[- ]?)?(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|[48]00-?\d{3}-?\d{4}|\d{7,8}|1\d{4})",
    re.ASCII,
)
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def text(field: Field) -> Decoder:
    """Trimmed; a long text may have lines, ended by a line feed alone. Not cut, not cleaned: refused."""
    label, longest = field.label, field.max_length
    lines = field.kind == "longtext"
    forbidden = _CONTROL if lines else _LINE_CONTROL
    pattern = re.compile(field.pattern) if field.pattern else None

    def decode(raw: Any) -> str | None:
        if raw is None:
            return None
        if not isinstance(raw, str):
            raise expected(field, raw)
        if len(raw) > longest * 2 + 1000:
            raise ValidationError(f"{label}：最多 {longest} 字，现有 {len(raw)} 字")
        found = raw.strip()
        if not found:
            return None
        if lines and "\r" in found:
            found = found.replace("\r\n", "\n").replace("\r", "\n")
        if len(found) > longest:
            raise ValidationError(f"{label}：最多 {longest} 字，现有 {len(found)} 字")
        if forbidden.search(found):
            raise ValidationError(f"{label}：含有不能使用的控制字符" + ("" if lines else "或者换行"))
        if pattern and not pattern.fullmatch(found):
            raise ValidationError(f"{label}：{field.pattern_message or '格式不对'}")
        return found

    return decode


def phone(field: Field) -> Decoder:
    """A mobile, a landline with or without area code and extension, a 400 number, a short service number."""
    return _matching(field, _PHONE)


def email(field: Field) -> Decoder:
    return _matching(field, _EMAIL)


def _matching(field: Field, pattern: re.Pattern[str]) -> Decoder:
    def decode(raw: Any) -> str | None:
        if raw is None:
            return None
        found = short(field, raw)
        if found is not None and not pattern.fullmatch(found):
            raise expected(field, raw)
        return found

    return decode


def identity_code(field: Field) -> Decoder:
    """A code of the field's scheme with its right check digit, in capitals."""

    def decode(raw: Any) -> str | None:
        if raw is None:
            return None
        found = short(field, raw)
        if found is None:
            return None
        code = found.upper()
        fault = code_fault(code, field.scheme)
        if fault:
            raise ValidationError(f"{field.label}：{fault}")
        return code

    return decode
