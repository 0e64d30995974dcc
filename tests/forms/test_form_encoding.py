"""A form-encoded body gives the same values as JSON; the bodies are werkzeug's own."""

import pytest
from sample_forms import APPLICATION, errors_of, form_of, survey_form
from werkzeug.datastructures import MultiDict

FILES = [{"name": "photos", "type": "file"}, {"name": "plots", "type": "table", "columns": ["no", "area"]}]


def posted(*pairs):
    return MultiDict(pairs)


def test_form_encoding_and_json_load_to_the_same():
    body = posted(
        ("applicant", "甲"), ("area_ha", "1"), ("kinds", "旱地"), ("kinds", "草地"), ("plots-0-no", "1"),
        ("plots-0-area", "0.5"), ("plots-1-no", ""), ("infrastructure", "true"), ("approval", "12号"),
        ("surveyors", "李文、王强"), ("boundary", ""), ("csrf_token", "x"), ("_key", "y"), ("materials-contract", "收"),
    )  # fmt: skip
    plain = {
        "applicant": "甲",
        "area_ha": 1,
        "kinds": ["旱地", "草地"],
        "plots": [{"no": "1", "area": "0.5"}],
        "infrastructure": True,
        "approval": "12号",
        "surveyors": ["李文", "王强"],
        "materials": {"contract": "收"},
    }
    found = {name: value for name, value in survey_form().load(None, body).items() if value is not None}
    assert found == survey_form().load(None, plain)


def test_lists_that_a_browser_leaves_out_were_emptied():
    known = {"applicant": "甲", "area_ha": 1, "kinds": ["旱地"], "surveyors": ["甲", "乙"]}
    values = survey_form().load(None, posted(("applicant", "甲")), known)
    assert values["kinds"] is None
    assert "area_ha" not in values
    assert "kinds" not in survey_form().load(None, {"applicant": "甲"}, known)
    assert "kinds" not in survey_form().from_html("survey", posted())


def test_rows_keep_their_order_whatever_the_order_of_the_body():
    raw = form_of(*FILES).from_html(None, posted(("plots-2-no", "三"), ("plots-0-no", "一")))
    assert raw["plots"] == [{"no": "一"}, {}, {"no": "三"}]


def test_references_to_files_travel_as_json():
    body = posted(("photos", '{"id": "a", "size": 3}'), ("photos", "b"), ("photos", "{broken"))
    assert form_of(*FILES).from_html(None, body)["photos"] == [{"id": "a", "size": 3}, "b", "{broken"]


@pytest.mark.parametrize(
    "pairs",
    [
        [("plots-99999-no", "x")],
        [("plots-٣-no", "x")],
        [("plots-0-", "x")],
        [("plots--no", "x")],
        [("area_ha-0-no", "x")],
        [("materials-", "x"), ("nobody", "y")],
        [("plots-0-colour", "red")],
        [("area_ha", "1"), ("area_ha", "2")],
    ],
)
def test_names_that_fit_nothing_are_refused(pairs):
    assert errors_of(survey_form(), None, MultiDict([*APPLICATION.items(), *pairs]))


def test_a_row_far_down_is_refused_as_too_many_rows():
    errors = errors_of(survey_form(), None, MultiDict([*APPLICATION.items(), ("plots-4999-no", "x")]))
    assert errors == {"plots": ["地块：最多 500 行，现有 5000 行"]}


def test_materials_given_twice_in_two_ways_do_no_harm():
    body = posted(("materials", "全部"), ("materials-contract", "收"))
    assert survey_form().from_html("survey", body)["materials"] == {"contract": "收"}


def test_a_name_without_values_counts_as_not_sent():
    body = MultiDict()
    body.setlist("applicant", [])
    assert "applicant" not in survey_form().from_html(None, body)


def test_rows_are_added_and_removed_by_submit_buttons():
    rows = [("plots-0-no", "1"), ("plots-1-no", "2")]
    form = survey_form()
    assert form.table_action(None, posted(*rows, ("_table", "remove:plots:0")))["plots"] == [{"no": "2"}]
    assert form.table_action(None, posted(*rows, ("_table", "add:plots")))["plots"][2:] == [{}]
    assert form.table_action(None, posted(("plots", "text"), ("_table", "add:plots")))["plots"] == [{}]


def test_a_table_button_keeps_what_is_typed_elsewhere():
    typed = form_of(*FILES).table_action(None, posted(("photos", "a"), ("_table", "add:plots")))
    assert typed == {"photos": ["a"], "plots": [{}]}


@pytest.mark.parametrize("action", ["", "add", "add:nobody", "add:applicant", "remove", ":plots"])
def test_other_buttons_are_no_table_buttons(action):
    found = survey_form().table_action(None, posted(("_table", action)))
    assert found is None or found["plots"] == []


@pytest.mark.parametrize("row", ["", "x", "-1", "9", "٠", "99999999999"])
def test_removing_a_row_that_is_not_there_changes_nothing(row):
    body = posted(("plots-0-no", "1"), ("_table", f"remove:plots:{row}"))
    assert survey_form().table_action(None, body)["plots"] == [{"no": "1"}]


def test_a_table_of_another_step_cannot_be_changed():
    assert survey_form().table_action("survey", posted(("_table", "add:plots"))) is None
