"""Raw input to typed values, one decoder a kind of field; what is wrong is said in Chinese.

Every number comes out as Decimal, a moment as an aware UTC datetime (input without zone is Asia/Shanghai).
More decimal places than the field has are an error: nothing is rounded. Blank is None everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError

from forms.codes import code_fault
from forms.definition import KINDS, NUMBERS, REFERENCES, Field
from forms.geometry import BadGeometry, read_geometry

SHANGHAI = ZoneInfo("Asia/Shanghai")
DIGITS = 18
GEOMETRY_LENGTH = 400_000
Decoder = Callable[[Any], Any]

_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_PHONE = re.compile(
    r"(?:\+?86[- ]?)?(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|[48]00-?\d{3}-?\d{4}|\d{7,8}|1\d{4})",
    re.ASCII,
)
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_TRUE = frozenset({"true", "是", "on", "1"})
_FALSE = frozenset({"false", "否", "off", "0"})
_FILE_KEYS = frozenset({"id", "name", "size", "media_type", "sha256"})


def decoder(field: Field) -> Decoder:
    """The function that turns what was sent for `field` into its value, or raises ValidationError."""
    kind = field.kind
    if kind == "table":
        return _table(field)
    if kind == "file":
        return _items(field, _file(field))
    if kind == "multichoice":
        return _items(field, _choice(field))
    if kind in NUMBERS:
        one = _number(field)
    elif kind in REFERENCES:
        one = _choice(field) if field.options else _text(field)
    else:
        one = {
            "text": _text, "longtext": _text, "date": _date, "datetime": _datetime, "time": _time,
            "boolean": _boolean, "choice": _choice, "phone": _phone, "email": _email, "idcode": _idcode,
            "geometry": _geometry,
        }[kind](field)  # fmt: skip
    return _items(field, one) if field.multiple else one


def _expected(field: Field, raw: Any) -> ValidationError:
    shown = f"“{raw[:30]}{'…' if len(raw) > 30 else ''}”" if isinstance(raw, str) else _kind_of(raw)
    return ValidationError(f"{field.label}：应为{KINDS[field.kind]}，现为{shown}")


def _kind_of(raw: Any) -> str:
    if isinstance(raw, bool):
        return "是否值"
    if isinstance(raw, (int, float, Decimal)):
        return "数字"
    if isinstance(raw, Mapping):
        return "对象"
    if isinstance(raw, (list, tuple)):
        return "列表"
    return "日期" if isinstance(raw, date) else type(raw).__name__


def _text(field: Field) -> Decoder:
    label, longest = field.label, field.max_length
    long = field.kind == "longtext"
    forbidden = _CONTROL if long else _LINE_CONTROL
    pattern = re.compile(field.pattern) if field.pattern else None

    def decode(raw: Any) -> str | None:
        if raw is None:
            return None
        if not isinstance(raw, str):
            raise _expected(field, raw)
        if len(raw) > longest * 2 + 1000:
            raise ValidationError(f"{label}：最多 {longest} 字，现有 {len(raw)} 字")
        text = raw.strip()
        if not text:
            return None
        if long and "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > longest:
            raise ValidationError(f"{label}：最多 {longest} 字，现有 {len(text)} 字")
        if forbidden.search(text):
            raise ValidationError(f"{label}：含有不能使用的控制字符" + ("" if long else "或者换行"))
        if pattern and not pattern.fullmatch(text):
            raise ValidationError(f"{label}：{field.pattern_message or '格式不对'}")
        return text

    return decode


def _short(field: Field, raw: Any) -> str | None:
    """A short text of characters as typed on any input method, trimmed."""
    if not isinstance(raw, str):
        raise _expected(field, raw)
    text = raw.strip() if len(raw) < 200 else raw
    if not text:
        return None
    if len(text) > 100:
        raise _expected(field, text)
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _number(field: Field) -> Decoder:
    places = 0 if field.kind == "integer" else field.places
    fixed = Decimal(1).scaleb(-places) if places is not None and field.kind in ("money", "area") else None
    low, high = field.minimum, field.maximum
    allowed = 10 if places is None else places
    unit = field.unit

    def decode(raw: Any) -> Decimal | None:
        if raw is None:
            return None
        if isinstance(raw, str):
            text = _short(field, raw)
            if text is None:
                return None
            if not _NUMBER.fullmatch(text):
                raise _expected(field, raw)
            number = Decimal(text.replace(",", "") if "," in text else text)
        elif isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
            raise _expected(field, raw)
        else:
            number = raw if isinstance(raw, Decimal) else Decimal(str(raw) if isinstance(raw, float) else raw)
            if not number.is_finite():
                raise _expected(field, raw)
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)
        if number and number.adjusted() >= DIGITS - max(allowed - 6, 0):
            raise ValidationError(f"{field.label}：数字过大")
        if exponent > 0:
            number, exponent = number + Decimal(0), 0
            number = number.quantize(Decimal(1))
        if -exponent > allowed and not (
            not isinstance(raw, str) and number == number.to_integral_value() and not allowed
        ):
            what = "应为整数" if not allowed else f"最多 {allowed} 位小数，现有 {-exponent} 位"
            raise ValidationError(f"{field.label}：{what}")
        if low is not None and number < low:  # type: ignore[operator]
            raise ValidationError(f"{field.label}：不能小于 {low}{unit and ' ' + unit}")
        if high is not None and number > high:  # type: ignore[operator]
            raise ValidationError(f"{field.label}：不能大于 {high}{unit and ' ' + unit}")
        if not number:
            number = abs(number)
        if fixed is not None:
            return number.quantize(fixed)
        return number if allowed or exponent == 0 else number.quantize(Decimal(1))

    return decode


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    try:
        hour, minute, second = (int(part or 0) for part in found.groups()) if found else (99, 0, 0)
        return time(hour, minute, second)
    except ValueError:
        return None


def _date(field: Field) -> Decoder:
    low, high = field.minimum, field.maximum

    def decode(raw: Any) -> date | None:
        if raw is None:
            return None
        if isinstance(raw, date) and not isinstance(raw, datetime):
            day: date | None = raw
        else:
            text = _short(field, raw)
            if text is None:
                return None
            day = _day(text)
            if day is None:
                raise _expected(field, raw)
        if low is not None and day < low:  # type: ignore[operator]
            raise ValidationError(f"{field.label}：不能早于 {low}")
        if high is not None and day > high:  # type: ignore[operator]
            raise ValidationError(f"{field.label}：不能晚于 {high}")
        return day

    return decode


def _datetime(field: Field) -> Decoder:
    def decode(raw: Any) -> datetime | None:
        if raw is None:
            return None
        if isinstance(raw, datetime):
            moment = raw
        else:
            text = _short(field, raw)
            if text is None:
                return None
            try:
                moment = datetime.fromisoformat(text)
                if len(text) < 16:
                    raise _expected(field, raw)
            except ValueError:
                raise _expected(field, raw) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=SHANGHAI)
        try:
            moment = moment.astimezone(UTC)
            day = moment.astimezone(SHANGHAI).date()
        except (OverflowError, ValueError):
            raise _expected(field, raw) from None
        if field.minimum is not None and day < field.minimum:  # type: ignore[operator]
            raise ValidationError(f"{field.label}：不能早于 {field.minimum}")
        if field.maximum is not None and day > field.maximum:  # type: ignore[operator]
            raise ValidationError(f"{field.label}：不能晚于 {field.maximum}")
        return moment

    return decode


def _time(field: Field) -> Decoder:
    def decode(raw: Any) -> time | None:
        if raw is None or isinstance(raw, time):
            return raw
        text = _short(field, raw)
        if text is None:
            return None
        clock = _clock(text)
        if clock is None:
            raise _expected(field, raw)
        return clock

    return decode


def _boolean(field: Field) -> Decoder:
    def decode(raw: Any) -> bool | None:
        if raw is None or raw is True or raw is False:
            return raw
        text = _short(field, raw)
        if text is None:
            return None
        text = text.lower()
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        raise _expected(field, raw)

    return decode


def _choice(field: Field) -> Decoder:
    values = frozenset(option.value for option in field.options)

    def decode(raw: Any) -> str | None:
        if isinstance(raw, str):
            if raw in values:
                return raw
            text = raw.strip()
            if not text:
                return None
            if text in values:
                return text
        elif raw is None:
            return None
        listed = "、".join(option.label for option in field.options[:20])
        shown = f"“{raw[:30]}”" if isinstance(raw, str) else _kind_of(raw)
        raise ValidationError(f"{field.label}：{shown}不在选项之内（{listed}）")

    return decode


def _matching(field: Field, pattern: re.Pattern[str]) -> Decoder:
    def decode(raw: Any) -> str | None:
        if raw is None:
            return None
        text = _short(field, raw)
        if text is not None and not pattern.fullmatch(text):
            raise _expected(field, raw)
        return text

    return decode


def _phone(field: Field) -> Decoder:
    return _matching(field, _PHONE)


def _email(field: Field) -> Decoder:
    return _matching(field, _EMAIL)


def _idcode(field: Field) -> Decoder:
    def decode(raw: Any) -> str | None:
        if raw is None:
            return None
        text = _short(field, raw)
        if text is None:
            return None
        code = text.upper()
        fault = code_fault(code, field.scheme)
        if fault:
            raise ValidationError(f"{field.label}：{fault}")
        return code

    return decode


def _geometry(field: Field) -> Decoder:
    def decode(raw: Any) -> dict[str, Any] | None:
        if raw is None:
            return None
        if isinstance(raw, str):
            if len(raw) > GEOMETRY_LENGTH:
                raise ValidationError(f"{field.label}：坐标文字过长，最多 {GEOMETRY_LENGTH} 字")
            if not raw.strip():
                return None
        elif not isinstance(raw, dict):
            raise _expected(field, raw)
        try:
            return read_geometry(raw)
        except BadGeometry as wrong:
            raise ValidationError(f"{field.label}：{wrong}") from None

    return decode


def _file(field: Field) -> Decoder:
    def decode(raw: Any) -> dict[str, Any] | None:
        if isinstance(raw, str):
            reference = raw.strip()
            if not reference:
                return None
            raw = {"id": reference}
        if raw is None:
            return None
        if not isinstance(raw, Mapping) or not isinstance(raw.get("id"), str) or set(raw) - _FILE_KEYS:
            raise _expected(field, raw)
        size = raw.get("size")
        texts = [value for key, value in raw.items() if key != "size"]
        if not all(isinstance(text, str) and len(text) <= 300 for text in texts):
            raise ValidationError(f"{field.label}：附件信息有误")
        if size is not None and (isinstance(size, bool) or not isinstance(size, (int, Decimal)) or size < 0):
            raise ValidationError(f"{field.label}：附件大小有误")
        return dict(raw) if size is None else {**raw, "size": Decimal(size)}

    return decode


def _items(field: Field, one: Decoder) -> Decoder:
    """A list without blanks or repetitions. References typed as one text are parted by 、，；or a comma."""
    least, most = field.min_items, field.max_items or 500
    parted = field.kind in REFERENCES and not field.options

    def decode(raw: Any) -> list[Any] | None:
        if raw is None:
            return None
        if isinstance(raw, (str, Mapping)):
            raw = [raw]
        if not isinstance(raw, (list, tuple)):
            raise _expected(field, raw)
        if len(raw) > most:
            raise ValidationError(f"{field.label}：最多 {most} 项")
        items: list[Any] = []
        for item in raw:
            parts = re.split(r"[、，,；;]", item) if parted and isinstance(item, str) else [item]
            for part in parts:
                value = one(part)
                if value is not None and value not in items:
                    items.append(value)
        if not items:
            return None
        if len(items) > most:
            raise ValidationError(f"{field.label}：最多 {most} 项")
        if least is not None and len(items) < least:
            raise ValidationError(f"{field.label}：至少填写 {least} 项")
        return items

    return decode


def _table(field: Field) -> Decoder:
    """Rows as dicts of all columns; rows that are blank throughout are left out."""
    columns = [(column.name, column, decoder(column)) for column in field.columns]
    names = frozenset(column.name for column in field.columns)
    least, most = field.min_items, field.max_items or 500

    def decode(raw: Any) -> list[dict[str, Any]] | None:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        if not isinstance(raw, (list, tuple)):
            raise _expected(field, raw)
        if len(raw) > most:
            raise ValidationError(f"{field.label}：最多 {most} 行，现有 {len(raw)} 行")
        rows: list[dict[str, Any]] = []
        wrong: dict[str, list[str]] = {}
        for number, cells in enumerate(raw):
            if not isinstance(cells, Mapping):
                wrong[str(number)] = [f"{field.label}第 {number + 1} 行：应为各列的值"]
                continue
            for name in cells.keys() - names:
                wrong[f"{number}-{str(name)[:50]}"] = [
                    f"{field.label}第 {number + 1} 行：没有“{str(name)[:50]}”这一列"
                ]
            row: dict[str, Any] = {}
            bad = False
            for name, _, decode_cell in columns:
                try:
                    row[name] = decode_cell(cells.get(name))
                except ValidationError as fault:
                    bad = True
                    wrong[f"{number}-{name}"] = [
                        f"{field.label}第 {number + 1} 行，{text}" for text in fault.messages
                    ]
            if bad or any(value is not None for value in row.values()):
                rows.append(row)
                for name, column, _ in columns:
                    if column.required and name in row and row[name] is None:
                        wrong[f"{number}-{name}"] = [f"{field.label}第 {number + 1} 行：请填写{column.label}"]
        if wrong:
            raise ValidationError(wrong)
        if not rows:
            return None
        if least is not None and len(rows) < least:
            raise ValidationError(f"{field.label}：至少 {least} 行")
        return rows

    return decode
