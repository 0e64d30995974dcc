"""A definition with faults is refused with all of them, each with its file, line and path."""

import pytest
from sample_forms import feel, survey_form

from forms.errors import DefinitionError
from forms.form import compile_form, read_form

HEAD = "id: x\ntitle: 表\nsections:\n- title: 甲\n  fields:\n  - {name: a, label: 甲, type: integer}\n"


def faults_of(content):
    with pytest.raises(DefinitionError) as caught:
        read_form(
            content if isinstance(content, bytes) else content.encode(), expressions=feel, file="x.yaml"
        )
    return caught.value.faults


@pytest.mark.parametrize(
    ("more", "line", "path", "said"),
    [
        ("  - {name: b, label: 乙, type: nope}", 7, "sections[0].fields[1].type", "没有“nope”这种字段"),
        ("  - {name: b, label: 乙, colour: red}", 7, "sections[0].fields[1].colour", "不认识“colour”"),
        ("  - {name: b}", 7, "sections[0].fields[1]", "缺少“label”"),
        ("  - {label: 乙}", 7, "sections[0].fields[1]", "缺少“name”"),
        ("  - {name: 1b, label: 乙}", 7, "sections[0].fields[1].name", "不以数字开头"),
        ("  - {name: _b, label: 乙}", 7, "sections[0].fields[1].name", "不能以下划线开头"),
        ("  - {name: a, label: 乙}", 4, "sections[0]", "字段“a”重复"),
        ("  - {name: b, label: 乙, required: 1}", 7, "sections[0].fields[1].required", "应为 true 或 false"),
        ("  - {name: b, label: [乙]}", 7, "sections[0].fields[1].label", "应为文字"),
        ("  - {name: b, label: 乙, type: choice}", 7, "sections[0].fields[1]", "缺少 options"),
        ("  - {name: b, label: 乙, type: choice, options: [一, 一]}", 7, "sections[0].fields[1].options[1]", "重复"),
        ("  - {name: b, label: 乙, type: choice, options: [true]}", 7, "sections[0].fields[1].options[0]", "应为文字"),
        ("  - {name: b, label: 乙, type: choice, options: {a: b}}", 7, "sections[0].fields[1].options", "应为列表"),
        ("  - {name: b, label: 乙, type: table}", 7, "sections[0].fields[1]", "缺少 columns"),
        ("  - {name: b, label: 乙, type: table, columns: [c, c]}", 7, "sections[0].fields[1].columns", "列名重复"),
        ("  - {name: b, label: 乙, type: table, columns: [{name: c, label: 丙, type: file}]}", 7,
         "sections[0].fields[1].columns[0].type", "表格的列不能是“file”"),
        ("  - {name: b, label: 乙, type: table, columns: [{name: c, label: 丙, visible_when: a > 1}]}", 7,
         "sections[0].fields[1].columns[0]", "不能有 visible_when"),
        ("  - {name: b, label: 乙, pattern: '('}", 7, "sections[0].fields[1].pattern", "不是正则表达式"),
        ("  - {name: b, label: 乙, type: idcode, scheme: tax}", 7, "sections[0].fields[1].scheme", "scheme 应为"),
        ("  - {name: b, label: 乙, maxlength: -1}", 7, "sections[0].fields[1].maxlength", "应为 0 到"),
        ("  - {name: b, label: 乙, type: date, min: 五月}", 7, "sections[0].fields[1].min", "不适用于 date 字段"),
        ("  - {name: b, label: 乙, type: area, max: .inf}", 7, "sections[0].fields[1].max", "不适用于 area 字段"),
        ("  - {name: b, label: 乙, min: 3}", 7, "sections[0].fields[1].min", "不适用于 text 字段"),
        ("  - {name: b, label: 乙, type: integer, max: 5, default: 6}", 7, "sections[0].fields[1].default", "不能大于 5"),
        ("  - {name: b, label: 乙, visible_when: a >}", 7, "sections[0].fields[1].visible_when", "FEEL 表达式“a >”有误"),
        ("  rows: [[]]", 7, "sections[0].rows[0]", "一到三个字段"),
        ("- {title: 乙}", 7, "sections[1]", "section 没有字段"),
        ("rules: [{message: 错}]", 7, "rules[0]", "规则缺少“check”"),
        ("rules: [{check: a > 1}]", 7, "rules[0]", "缺少“message”"),
        ("rules: [{check: a > 1, message: 错, field: z}]", 7, "rules[0].field", "字段“z”不存在"),
        ("rules: [{check: a > 1, message: 错, steps: [z]}]", 7, "rules[0].steps", "环节“z”不存在"),
        ("materials: [甲, {id: m1, name: 乙}]", 7, "materials[1].id", "材料“m1”重复"),
        ("steps: [a]", 7, "steps", "steps 应为"),
        ("steps: {s: {edit: [z]}}", 7, "steps.s.edit[0]", "“z”不是字段"),
        ("steps: {s: {edit: ['@z']}}", 7, "steps.s.edit[0]", "“@z”不是字段"),
        ("steps: {s: {edit: [a], hide: [a]}}", 7, "steps.s.edit", "同时写在 hide 和 edit 里"),
        ("steps: {s: {required: [a]}}", 7, "steps.s.required", "不能要求必填"),
        ("steps: {s: {others: show}}", 7, "steps.s.others", "应为 edit、read 或者 hide"),
        ("steps: {s: {outcomes: [同意, 同意]}}", 7, "steps.s.outcomes", "办理结果重复"),
        ("steps: {s: {outcomes: [{value: 同意, materials: all}]}}", 7, "steps.s.outcomes[0].materials", "只能是 complete"),
        ("steps: {a-b: {}}", 7, "steps.a-b", "环节名“a-b”"),
        ("  - {name: s_outcome, label: 乙}\nsteps: {s: {}}", 3, "sections", "由表单自己使用"),
        ("title: 又", 7, "title", "“title”写了两次"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_line(more, line, path, said):
    (fault,) = faults_of(HEAD + more)
    assert said in fault.message
    assert (fault.file, fault.line, fault.path) == ("x.yaml", line, path)
    assert str(fault).startswith(f"x.yaml:{line} [{path}]")


def test_all_faults_are_told_at_once():
    assert len(faults_of(HEAD + "  - {name: b, type: nope}\nrules: [{}]\nsteps: {s: {edit: [z]}}")) == 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "不是 UTF-8"),
        (b"a: [", "YAML 语法有误"),
        (b"a: !!python/object/apply:os.system [ls]", "不认识"),
        (b"a: &x [1]\nb: *x", "不能使用 YAML 别名"),
        (b"x" * 1_000_001, "文件过大"),
        (b"a: \x00", "YAML 语法有误"),
        (b"[" * 5000 + b"]" * 5000, "YAML"),
        (b"", "表单应为"),
        (b"- a", "表单应为"),
        (b"id: x\ntitle: y", "至少要有一个 section"),
        (b"id: x\ntitle: y\nsections: text", "应为列表"),
    ],
)
def test_what_is_no_definition_is_refused(content, said):
    assert any(said in fault.message for fault in faults_of(content))


def test_plain_data_compiles_without_lines():
    data = {"id": "x", "title": "y", "sections": [{"title": "z", "fields": [{"name": "a"}]}]}
    with pytest.raises(DefinitionError) as caught:
        compile_form(data, expressions=feel, file="x")
    assert str(caught.value) == "x [sections[0].fields[0]] 缺少“label”"


def test_fields_without_rows_stand_three_to_a_row_and_wide_ones_alone():
    rows = [[field.name for field in row] for row in survey_form().sections[1].rows]
    assert rows == [["survey_date", "surveyors"], ["opinion"], ["seen_at"]]
