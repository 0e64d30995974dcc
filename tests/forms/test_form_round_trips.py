"""What is rendered reads back to the same values, and a form body says what JSON says."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_forms import form_of, parsed
from werkzeug.datastructures import MultiDict

from engine.codec import dumps

OPTIONS = ["旱地", "其他草地", "a b", "是", "1.0", '<x>&"']
KINDS = [
    "text",
    "longtext",
    "integer",
    "decimal",
    "money",
    "area",
    "date",
    "datetime",
    "time",
    "boolean",
    "choice",
]
CELLS = [
    {"name": kind, "label": kind, "type": kind, **({"options": OPTIONS} if kind == "choice" else {})}
    for kind in KINDS
]
FORM = form_of(
    *CELLS,
    {"name": "multichoice", "type": "multichoice", "options": OPTIONS},
    {"name": "people", "type": "user", "multiple": True},
    {"name": "phone", "type": "phone"},
    {"name": "code", "type": "idcode"},
    {"name": "boundary", "type": "geometry"},
    {"name": "files", "type": "file"},
    {"name": "rows", "type": "table", "columns": CELLS},
    materials=[{"id": "a", "name": "甲"}, {"id": "b", "name": "乙"}],
)  # fmt: skip

# Characters that no form takes are told apart elsewhere; lxml reads C1 controls as Windows-1252
letters = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"
)
word = st.text(letters, min_size=1, max_size=20).map(str.strip).filter(bool)
lines = st.lists(word, min_size=1, max_size=3).map("\n".join)
name = st.text(st.characters(categories=["Lo", "Ll", "Lu"]), min_size=1, max_size=4)


def number(places, fixed):
    found = st.decimals(-(10**9), 10**9, places=places, allow_nan=False, allow_infinity=False).map(abs)
    return found.map(lambda value: value.quantize(Decimal(1).scaleb(-places))) if fixed else found


ONE = {
    "text": word,
    "longtext": lines,
    "integer": st.integers(-(10**12), 10**12).map(Decimal),
    "decimal": number(5, False),
    "money": number(2, True),
    "area": number(4, True),
    "date": st.dates(),
    "datetime": st.datetimes(datetime(1900, 1, 2), datetime(9998, 1, 1), timezones=st.just(UTC)),
    "time": st.times().map(lambda value: value.replace(microsecond=0, fold=0)),
    "boolean": st.booleans(),
    "choice": st.sampled_from(OPTIONS),
}
corner = st.tuples(*(st.decimals(low, high, places=7) for low, high in (("73", "134"), ("3", "52"))))


def square(point):
    (x, y), side = point, Decimal("0.1000000")
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    hole = [
        [x + side / 4, y + side / 4],
        [x + side / 4, y + side / 2],
        [x + side / 2, y + side / 2],
        [x + side / 4, y + side / 4],
    ]
    return {"type": "Polygon", "coordinates": [ring, hole], "crs": "CGCS2000", "unit": "degree"}


row = st.fixed_dictionaries({kind: st.none() | ONE[kind] for kind in KINDS}).filter(
    lambda cells: any(value is not None for value in cells.values())
)
values_of_a_case = st.fixed_dictionaries(
    {},
    optional={
        **ONE,
        "multichoice": st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True).map(
            lambda found: sorted(found, key=OPTIONS.index)
        ),
        "people": st.lists(name, min_size=1, max_size=3, unique=True),
        "phone": st.sampled_from(["13800138000", "0351-1234567"]),
        "code": st.sampled_from(["11010519491231002X", "91350100M000100Y43"]),
        "boundary": corner.map(square),
        "files": st.lists(
            st.fixed_dictionaries({"id": word}, optional={"name": word, "size": st.integers(0, 10**9).map(Decimal)}),
            min_size=1, max_size=2, unique_by=lambda file: file["id"],
        ),
        "rows": st.lists(row, min_size=1, max_size=2),
        "materials": st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from("收缺补核"), min_size=1).map(
            lambda states: dict(sorted(states.items()))
        ),
    },
)  # fmt: skip


def sent_by(markup):
    """What a browser would send for the markup, every control as it stands."""
    pairs = []
    for control in parsed(markup).xpath("//input | //select | //textarea"):
        if control.get("type") == "file":
            continue
        if control.tag == "textarea":
            text = (control.text or "").removeprefix("\n")
            pairs.append((control.get("name"), text.replace("\n", "\r\n")))
        elif control.tag == "select":
            chosen = control.xpath("./option[@selected]/@value") or ([] if control.get("multiple") else [""])
            pairs += [(control.get("name"), value) for value in chosen]
        elif control.get("type") not in ("radio", "checkbox") or control.get("checked") is not None:
            pairs.append((control.get("name"), control.get("value")))
    return MultiDict(pairs)


def said(values):
    return {key: value for key, value in values.items() if value is not None and value != {}}


@settings(max_examples=120, deadline=None)
@given(values_of_a_case)
def test_what_is_rendered_reads_back_to_the_same_values(values):
    found = said(FORM.load(None, sent_by(FORM.render(None, values))))
    assert found == values
    assert dumps(found, canonical=True) == dumps(values, canonical=True)  # 1.20 is not 1.2


@settings(max_examples=80, deadline=None)
@given(values_of_a_case)
def test_a_form_body_decodes_to_what_the_same_json_decodes_to(values):
    body = sent_by(FORM.render(None, values))
    assert said(FORM.load(None, FORM.from_html(None, body))) == said(FORM.load(None, values))


@settings(max_examples=60, deadline=None)
@given(values_of_a_case)
def test_loading_typed_values_again_changes_nothing(values):
    once = FORM.load(None, values)
    assert FORM.load(None, once) == once


@settings(max_examples=60, deadline=None)
@given(values_of_a_case)
def test_a_page_shown_again_after_an_error_sends_the_same(values):
    body = sent_by(FORM.render(None, values))
    again = sent_by(FORM.render(None, {}, {"": ["有误"]}, posted=body))
    assert sorted(again.items(multi=True)) == sorted(body.items(multi=True))
