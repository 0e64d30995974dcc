"""Check digits of the unified social credit code (GB 32100-2015) and the resident number (GB 11643-1999)."""

import pytest

from forms.codes import CREDIT_ALPHABET, code_fault, credit_code_fault, resident_code_fault

CREDIT = ["91350100M000100Y43", "91110000600037341L", "9144030071526726XG"]
RESIDENT = ["11010519491231002X", "440524188001010014"]


@pytest.mark.parametrize("code", CREDIT)
def test_a_right_credit_code_has_no_fault(code):
    assert credit_code_fault(code) is None
    assert code_fault(code, "any") is None


@pytest.mark.parametrize("code", CREDIT)
def test_every_other_last_character_of_a_credit_code_is_wrong(code):
    for character in CREDIT_ALPHABET.replace(code[-1], ""):
        assert "校验码不对" in credit_code_fault(code[:-1] + character)


@pytest.mark.parametrize("code", RESIDENT)
def test_a_right_resident_number_has_no_fault(code):
    assert resident_code_fault(code) is None
    assert code_fault(code, "any") is None


@pytest.mark.parametrize("code", RESIDENT)
def test_every_other_last_character_of_a_resident_number_is_wrong(code):
    for character in "0123456789X".replace(code[-1], ""):
        assert "校验码不对" in resident_code_fault(code[:-1] + character)


def test_what_is_wrong_is_told():
    assert "现为 17 位" in credit_code_fault("91350100M000100Y4")
    assert "第 9 位“I”不是允许的字符" in credit_code_fault("91350100I000100Y43")
    assert "出生日期不存在" in resident_code_fault("110105194902300021")
    assert "17 位数字" in resident_code_fault("１１０１０５１９４９１２３１００２X")
    assert "居民身份证" in code_fault("110105194912310021", "any")
    assert "统一社会信用代码" in code_fault("91350100M000100Y44", "any")
