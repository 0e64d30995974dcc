"""The markup of a form, parsed: what a screen reader gets, what is kept as typed, what stays harmless."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_forms import APPLICATION, form_of, parsed, survey_form
from werkzeug.datastructures import MultiDict

from forms.definition import KINDS
from forms.errors import InvalidForm

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}&lt;"
OPTIONS = ["旱地", {"value": "grass", "label": "草地"}]
EVERY = [
    {
        "name": f"f_{kind}",
        "label": f"{kind}栏",
        "type": kind,
        "help": "说明",
        "required": place % 2 == 0,
        **({"options": OPTIONS} if "choice" in kind else {}),
        **({"columns": [{"name": "a", "label": "甲", "required": True}, {"name": "b", "label": "乙", "type": "boolean"}]}
           if kind == "table" else {}),
    }
    for place, kind in enumerate(KINDS)
]  # fmt: skip


def every():
    return form_of(
        *EVERY,
        materials=[{"id": "m", "name": "合同", "required": True}],
        steps={
            "s": {"edit": "all", "materials": "edit", "outcomes": ["同意", {"value": "退回", "reason": True}]}
        },
    )


def assert_accessible(tree):
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for control in tree.xpath("//input | //select | //textarea"):
        labels = [label for label in tree.xpath("//label/@for") if label == control.get("id")]
        assert labels or len(list(control.iterancestors("label"))) or control.get("aria-label"), (
            control.attrib
        )
    for group in tree.xpath("//fieldset"):
        assert group[0].tag == "legend"
        assert group[0].text_content().strip()
    for button in tree.xpath("//button"):
        assert button.text_content().strip()
        assert button.get("type") == "submit"
    for table in tree.xpath("//table"):
        assert table.xpath("./caption")
        assert all(head.get("scope") in ("col", "row") for head in table.xpath(".//th"))
    assert {word for about in tree.xpath("//@aria-describedby") for word in about.split()} <= set(ids)
    assert {link.removeprefix("#") for link in tree.xpath("//a/@href")} <= set(ids)
    # ARIA 1.2: these roles may say that they are required; a plain group may not, its legend does
    for control in tree.xpath("//*[@aria-required]"):
        assert control.tag in ("input", "select", "textarea") or control.get("role") == "radiogroup"
    assert not tree.xpath("//@style | //script | //style | //@onclick | //img | //b")


def test_every_type_is_labelled_described_and_grouped():
    form = every()
    errors = {f"f_{kind}": ["有误"] for kind in KINDS} | {
        "f_table-0-a": ["有误"],
        "materials-m": ["缺"],
        "": ["全表"],
    }
    tree = parsed(form.render("s", {}, errors))
    assert_accessible(tree)
    for kind in KINDS:
        control = tree.get_element_by_id(f"f-f_{kind}")
        assert control.get("aria-invalid") == "true", kind
        assert control.get("aria-describedby") == f"f-f_{kind}-help f-f_{kind}-error", kind
        assert f"{kind}栏" in tree.get_element_by_id("error-summary").getparent().text_content()


def test_what_is_required_is_marked_in_words_for_every_type():
    tree = parsed(every().render("s", {}))
    for field in EVERY:
        control = tree.get_element_by_id(f"f-{field['name']}")
        if control.tag == "fieldset":
            caption = control.xpath("./legend")[0].text_content()
        else:
            caption = tree.xpath(f"//label[@for='{control.get('id')}']")[0].text_content()
        assert ("（必填）" in caption) is field["required"], field["name"]
        said = control.get("role") == "radiogroup" or control.tag != "fieldset"
        assert (control.get("aria-required") == "true") is (field["required"] and said)


def test_an_upload_is_required_only_while_no_file_is_there():
    form = form_of({"name": "photos", "type": "file", "required": True})
    assert parsed(form.render(None)).xpath("//input[@type='file']/@aria-required") == ["true"]
    tree = parsed(form.render(None, {"photos": [{"id": "a", "name": "照片.jpg", "size": Decimal(3)}]}))
    assert not tree.xpath("//input[@type='file']/@aria-required")
    assert tree.xpath("//input[@name='photos']/@value") == ['{"id": "a", "name": "照片.jpg", "size": 3}']


def test_yes_or_no_is_asked_with_radio_buttons():
    form = form_of({"name": "a", "type": "boolean", "required": True}, {"name": "b", "type": "boolean"})
    tree = parsed(form.render(None, {"a": False}))
    assert tree.xpath("//fieldset[@id='f-a'][@role='radiogroup']//input[@type='radio']/@value") == [
        "true",
        "false",
    ]
    assert tree.xpath("//input[@name='a'][@checked]/@value") == ["false"]
    assert tree.xpath("//input[@name='b']/@value") == ["true", "false", ""]
    assert tree.xpath("//input[@name='b'][@checked]/@value") == [""]
    assert not tree.xpath("//select")


def test_marks_follow_what_was_just_posted():
    form = survey_form()
    before = parsed(form.render(None, {}))
    after = parsed(
        form.render(None, {}, posted=MultiDict([("infrastructure", "true"), ("area_ha", "不知道")]))
    )
    for tree, expected in ((before, False), (after, True)):
        box = tree.get_element_by_id("f-approval")
        assert (box.get("aria-required") == "true") is expected
        assert ("is-inactive" not in box.getparent().get("class")) is expected
        label = tree.xpath("//label[@for='f-materials-consent']")[0].text_content()
        assert ("（必填）" in label) is expected


def test_what_was_typed_is_kept_to_the_letter():
    typed = {"applicant": " 甲 ", "area_ha": "一公顷", "kinds": ["草地"], "plots": [{"no": "x", "area": "?"}, "行"],
             "boundary": "\n112,37", "materials": {"contract": "补"}}  # fmt: skip
    tree = parsed(survey_form().render(None, {"applicant": "乙", "fee": Decimal("12.50")}, posted=typed))
    assert tree.xpath("//input[@name='applicant']/@value") == [" 甲 "]
    assert tree.xpath("//input[@name='area_ha']/@value") == ["一公顷"]
    assert tree.xpath("//input[@name='fee']/@value") == ["12.50"]
    assert tree.xpath("//input[@name='kinds'][@checked]/@value") == ["草地"]
    assert tree.xpath("//input[@name='plots-0-area']/@value") == ["?"]
    assert tree.xpath("//select[@name='materials-contract']/option[@selected]/@value") == ["补"]
    assert tree.xpath("//textarea[@name='boundary']")[0].text.endswith("\n112,37")


def test_fields_that_may_only_be_read_show_the_case_and_never_what_was_posted():
    markup = survey_form().render("survey", {"applicant": "甲"}, posted={"applicant": "冒名"})
    assert "<dd>甲</dd>" in markup
    assert "冒名" not in markup


def test_hidden_fields_are_not_in_the_page():
    markup = survey_form().render("archive", {"fee": Decimal("99.50"), "applicant": "甲"})
    assert "99.50" not in markup
    assert "补偿费" not in markup


def test_the_summary_lists_errors_in_the_order_of_the_page_and_links_only_to_what_is_there():
    errors = {"": ["全表有误"], "opinion": ["乙"], "plots-7-no": ["远"], "plots-0-no": ["近"], "applicant": ["甲"],
              "ghost": ["鬼"], "survey_outcome": ["未选"]}  # fmt: skip
    tree = parsed(survey_form().render(None, {}, errors))
    assert [link.get("href") for link in tree.xpath("//div[@id='error-summary']//a")] == [
        "#f-applicant",
        "#f-plots",
        "#f-plots-0-no",
        "#f-opinion",
    ]
    assert "鬼" in tree.get_element_by_id("error-summary").text_content()
    assert_accessible(tree)


def test_beside_the_field_its_name_is_not_said_again():
    form = survey_form()
    with pytest.raises(InvalidForm) as caught:
        form.load(None, APPLICATION | {"fee": "x", "plots": [{"no": "1", "area": "x"}, {"area": "1"}]})
    tree = parsed(form.render(None, {}, caught.value.errors, posted={"plots": [{}, {}]}))
    assert tree.get_element_by_id("f-fee-error").text == "应为金额（元，最多两位小数），现为“x”"
    assert tree.get_element_by_id("f-plots-0-area-error").text == "应为面积（最多四位小数），现为“x”"
    assert tree.get_element_by_id("f-plots-1-no-error").text == "请填写编号"
    assert "补偿费：应为金额" in tree.get_element_by_id("error-summary").text_content()


def test_hostile_text_stays_text_wherever_it_stands():
    form = form_of(
        {"name": "a", "label": HOSTILE, "help": HOSTILE, "unit": HOSTILE, "source": HOSTILE},
        {"name": "b", "label": "b", "type": "choice", "options": [HOSTILE]},
        {"name": "c", "label": "c", "type": "multichoice", "options": [HOSTILE]},
        {"name": "d", "label": "d", "type": "longtext"},
        {"name": "e", "label": HOSTILE, "type": "table", "columns": [{"name": "n", "label": HOSTILE}]},
        {"name": "f", "label": "f", "type": "file", "accept": HOSTILE},
        materials=[{"id": "m", "name": HOSTILE, "help": HOSTILE}],
        steps={
            "s": {"edit": "all", "materials": "edit", "outcomes": [{"value": HOSTILE, "reason": True}]},
            "r": {"read": "all", "materials": "read"},
        },
    )
    values = {"a": HOSTILE, "b": HOSTILE, "c": [HOSTILE], "d": HOSTILE, "e": [{"n": HOSTILE}],
              "f": [{"id": HOSTILE, "name": HOSTILE}], "materials": {"m": HOSTILE}}  # fmt: skip
    errors = {"a": [HOSTILE], "e-0-n": [HOSTILE], HOSTILE: [HOSTILE], "materials-m": HOSTILE, "": [HOSTILE]}
    for markup in (
        form.render("s", values, errors, posted={"s_reason": HOSTILE}, choices={"b": [(HOSTILE, HOSTILE)]}, table_url=HOSTILE),
        form.render("s", {}, errors, posted=values),
        form.render("r", values),
        form.read_view(values),
    ):  # fmt: skip
        tree = parsed(markup)
        assert_accessible(tree)
        assert "<script" not in markup
        assert not tree.xpath("//*[@onerror]")
        assert HOSTILE in {
            value for node in tree.iter() for value in (*node.attrib.values(), (node.text or "").strip())
        }
    assert "49" not in markup


def test_people_and_posts_are_chosen_from_those_given():
    form = form_of(
        {"name": "a", "type": "user"},
        {"name": "b", "type": "user", "multiple": True},
        {"name": "c", "type": "post"},
    )
    people = [("liwen", "李文"), ("wang", "王强")]
    tree = parsed(
        form.render(None, {"a": "wang", "b": ["liwen"]}, choices={"user": people, "c": [("p", "窗口")]})
    )
    assert tree.xpath("//select[@name='a']/option[@selected]/@value") == ["wang"]
    assert tree.xpath("//select[@name='b'][@multiple]/option[@selected]/@value") == ["liwen"]
    assert tree.xpath("//select[@name='c']/option/text()") == ["请选择", "窗口"]


def test_table_buttons_work_without_script_and_carry_htmx_where_asked():
    rows = {"plots": [{"no": "1"}]}
    plain, live = survey_form().render(None, rows), survey_form().render(None, rows, table_url="/rows")
    assert parsed(plain).xpath("//button[@name='_table']/@value") == ["remove:plots:0", "add:plots"]
    assert "hx-post" not in plain
    assert parsed(live).xpath("//button[@name='_table']/@hx-post") == ["/rows", "/rows"]


def test_buttons_of_a_step_name_its_outcomes_and_can_be_left_to_the_page():
    tree = parsed(survey_form().render("survey"))
    assert tree.xpath("//div[@role='group'][@id='f-survey_outcome']/button/@value") == [
        "完成踏勘",
        "退回补正",
    ]
    assert tree.xpath("//button[@class='outcome primary']/text()") == ["提交：完成踏勘"]
    assert "退回补正时必填" in tree.xpath("//label[@for='f-survey_reason']")[0].text
    assert not parsed(survey_form().render("survey", buttons=False)).xpath("//div[@id='f-survey_outcome']")


def test_values_are_read_as_people_write_them():
    form = form_of(*EVERY)
    view = parsed(form.read_view({
        "f_money": Decimal("1234567.50"), "f_area": Decimal("1.2460"), "f_integer": Decimal(18), "f_boolean": False,
        "f_date": date(2026, 9, 21), "f_datetime": datetime(2026, 9, 21, 1, 30, tzinfo=UTC), "f_time": time(9, 30),
        "f_choice": "grass", "f_multichoice": ["旱地", "grass"], "f_file": [{"id": "a", "name": "照片.jpg"}],
        "f_table": [{"a": "甲一", "b": True}], "f_text": "",
    }))  # fmt: skip
    shown = dict(
        zip(view.xpath("//dt/text()"), [node.text_content() for node in view.xpath("//dd")], strict=True)
    )
    assert shown["money栏"] == "1,234,567.50 元"
    assert shown["area栏"] == "1.2460 公顷"
    assert shown["boolean栏"] == "否"
    assert shown["datetime栏"] == "2026-09-21 09:30"
    assert shown["time栏"] == "09:30"
    assert shown["choice栏"] == "草地"
    assert shown["multichoice栏"] == "旱地、草地"
    assert shown["file栏"] == "照片.jpg"
    assert shown["text栏"] == shown["email栏"] == "—"
    assert view.xpath("//table//td/text()") == ["甲一", "是"]
    assert not view.xpath("//input | //select | //textarea | //button")


def test_a_read_view_of_a_step_shows_what_that_step_may_see():
    values = {"fee": Decimal("99.50"), "applicant": "甲", "opinion": "同意"}
    assert "99.50" in survey_form().read_view(values)
    seen = survey_form().read_view(values, "archive")
    assert "99.50" not in seen
    assert "同意" in seen
    assert "踏勘记录" not in survey_form().read_view({"applicant": "甲"})


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1E+999999999", "-1E-999999999"])
def test_numbers_without_measure_are_shown_again_without_being_written_out(number):
    sent = {
        "f_integer": Decimal(number),
        "f_area": Decimal(number),
        "f_file": [{"id": "a", "size": Decimal(number)}],
    }
    markup = every().render("s", {}, posted=sent)
    assert parsed(markup).xpath("//input[@name='f_area']/@value") == [number]
    assert len(markup) < 50_000


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.just("coordinates"), inner, max_size=3)
    ),
    max_leaves=6,
)
names = st.sampled_from([field["name"] for field in EVERY] + ["materials", "s_outcome", "s_reason", "ghost"])
EVERY_FORM = every()


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(names, anything, max_size=8))
def test_whatever_is_sent_is_either_taken_or_refused_and_can_be_shown_again(data):
    errors = {}
    try:
        EVERY_FORM.load("s", data)
    except InvalidForm as refused:
        errors = refused.errors
    assert "<fieldset" in EVERY_FORM.render("s", {}, errors, posted=data)
