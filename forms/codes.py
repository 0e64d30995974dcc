"""Check digits of the two identity codes that applicants give."""

from __future__ import annotations

from datetime import date

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code_fault(code: str) -> str | None:
    """What is wrong with a 统一社会信用代码 (GB 32100-2015), or None."""
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现为 {len(code)} 位"
    total = 0
    for position, character in enumerate(code[:17]):
        digit = CREDIT_ALPHABET.find(character)
        if digit < 0:
            return f"统一社会信用代码第 {position + 1} 位“{character}”不是允许的字符"
        total += digit * pow(3, position, 31)
    if CREDIT_ALPHABET[-total % 31] != code[17]:
        return "统一社会信用代码的校验码不对，请核对"
    return None


def resident_code_fault(code: str) -> str | None:
    """What is wrong with a 居民身份证号码 (GB 11643-1999: date of birth and check digit), or None."""
    if len(code) != 18 or not code[:17].isdecimal() or not code.isascii():
        return "居民身份证号码应为 17 位数字加 1 位校验码"
    try:
        date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError:
        return "居民身份证号码中的出生日期不存在"
    total = sum(int(digit) * pow(2, 17 - position, 11) for position, digit in enumerate(code[:17]))
    if "10X98765432"[total % 11] != code[17]:
        return "居民身份证号码的校验码不对，请核对"
    return None


def code_fault(code: str, scheme: str) -> str | None:
    """`scheme` is credit, resident or any (either of the two)."""
    if scheme == "credit":
        return credit_code_fault(code)
    if scheme == "resident":
        return resident_code_fault(code)
    credit, resident = credit_code_fault(code), resident_code_fault(code)
    if credit is None or resident is None:
        return None
    return (
        resident if code[:17].isdecimal() and code[:1] in "123456" and code[6:8] in ("19", "20") else credit
    )
