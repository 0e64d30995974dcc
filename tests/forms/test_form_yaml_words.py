"""Found: YAML 1.1 read the words no, on, yes as truth values, 010 as eight and 9:30 as 570; 1.2 does not."""

from datetime import time
from decimal import Decimal

from sample_forms import feel

from forms.form import read_form


def form(field):
    text = f"id: x\ntitle: y\nsections:\n- title: z\n  fields:\n  - {{{field}}}\n"
    return read_form(text.encode(), expressions=feel)


def test_the_words_no_on_yes_are_words_wherever_they_stand():
    made = form("name: no, label: on, type: choice, options: [yes, no, on, off, y, n], default: off")
    assert made.fields["no"].label == "on"
    assert [option.value for option in made.fields["no"].options] == ["yes", "no", "on", "off", "y", "n"]
    assert made.load(None, {}) == {"no": "off"}


def test_columns_may_be_called_no():
    made = form("name: plots, label: 地块, type: table, columns: [{name: no, label: 编号, type: boolean}]")
    assert made.load(None, {"plots": [{"no": "是"}]}) == {"plots": [{"no": True}]}


def test_true_and_false_stay_truth_values():
    assert form("name: a, label: b, type: boolean, required: true, default: False").load(None, {}) == {
        "a": False
    }


def test_codes_with_a_leading_zero_and_times_stay_as_written():
    made = form("name: a, label: b, type: choice, options: [010, 0x1F, 1_000, 9:30, 12]")
    assert [option.value for option in made.fields["a"].options] == ["010", "0x1F", "1_000", "9:30", "12"]
    assert form("name: a, label: b, type: time, default: 9:30").load(None, {}) == {"a": time(9, 30)}


def test_numbers_with_a_point_are_exact():
    assert form("name: a, label: b, type: decimal, default: 0.10").load(None, {}) == {"a": Decimal("0.10")}
    assert form("name: a, label: b, type: area, min: 0.0001").fields["a"].minimum == Decimal("0.0001")
