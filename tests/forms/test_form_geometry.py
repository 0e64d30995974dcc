"""Boundaries: points as survey results list them, GeoJSON, rings with holes, and shapes that are none."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_forms import refusal_of, value_of

from forms.geometry import BadGeometry, points_text, read_geometry

SQUARE = [["112.00", "37"], ["112.50", "37"], ["112.50", "37.5"], ["112.00", "37.5"], ["112.00", "37"]]
HOLE = [["112.1", "37.1"], ["112.1", "37.2"], ["112.2", "37.2"], ["112.10", "37.1"]]


def polygon(*rings):
    return {
        "type": "Polygon",
        "coordinates": [[list(map(Decimal, point)) for point in ring] for ring in rings],
    }


def test_points_in_degrees_become_a_closed_ring():
    found = value_of("J1,112.00,37\nJ2，112.5，37\nJ3 112.5 37.5", type="geometry")
    assert found == {
        "type": "Polygon",
        "coordinates": [[[Decimal("112.00"), Decimal(37)], [Decimal("112.5"), Decimal(37)],
                         [Decimal("112.5"), Decimal("37.5")], [Decimal("112.00"), Decimal(37)]]],
        "crs": "CGCS2000",
        "unit": "degree",
    }  # fmt: skip


def test_points_in_metres_are_north_first_as_survey_results_have_them():
    found = value_of("4123456.123,38512345.5\n4123556.1,38512345.5\n4123556.1,38512445.5", type="geometry")
    assert found["unit"] == "metre"
    assert found["coordinates"][0][0] == [Decimal("38512345.5"), Decimal("4123456.123")]


def test_blank_lines_part_the_pieces_of_a_boundary():
    found = value_of("112,37\n112.1,37\n112.1,37.1\n\n113,37\n113.1,37\n113.1,37.1", type="geometry")
    assert found["type"] == "MultiPolygon"
    assert [len(piece) for piece in found["coordinates"]] == [1, 1]


def test_geojson_is_taken_as_a_mapping_as_text_and_as_a_feature():
    shape = polygon(SQUARE)
    text = json.dumps(shape, default=float)
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    assert (
        value_of(shape, type="geometry")
        == value_of(text, type="geometry")
        == value_of(feature, type="geometry")
    )


def test_a_hole_keeps_every_decimal_when_written_and_read_again():
    found = read_geometry(polygon(SQUARE, HOLE))
    text = points_text(found)
    assert "112.50" in text
    assert "112.10" in text
    assert str(read_geometry(text)) == str(found)
    exact = read_geometry(
        polygon([["112.123456789012", "37"], *SQUARE[1:4], ["112.123456789012", "37"]], HOLE)
    )
    assert "112.123456789012" in points_text(exact)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("112,37\n113,38\n113,37\n112,38", "自相交：第 1 条边与第 3 条边相交"),
        ("112,37\n113,38", "至少要有三个不同的界址点"),
        ("112,37\n113,38\n114,39", "没有面积"),
        ("112,37\n113,37\n112.5,37\n112.5,38", "自相交"),
        ("112,37\n113,37\n113,38\n112.5,37\n112,38", "自相交"),
        ("112,37\n113,37\n112,37\n113,38", "重复的界址点"),
        ("112 37 1 2", "第 1 行应为两个坐标"),
        ("112,37\n东,北\n1,2", "第 2 行的坐标“东”不是数字"),
        ("112,37\n113,37\n1e9,38", "超出范围"),
        ("112,37\n113,37\n113,37.0000000000001", "小数位过多"),
        ("37,112\n37,113\n38,113", "经度应写在前"),
        ("2,48\n3,48\n3,49", "不在我国经纬度范围内"),
        ("4123456,38512345\n112,37\n113,37", "第 1 个环第 2 点不是 CGCS2000 平面坐标"),
        ("4123456,38512345\n4123456,38512445\n4123556,38512445\n\n112,37\n113,37\n113,38", "不能混用"),
        ("38512345,4123456\n38512345,4123556\n38512445,4123456", "纵坐标 X 在前"),
        ("{", "GeoJSON 文字不完整"),
        ("{" + '"a":[' * 50_000, "GeoJSON 文字不完整"),
        ('{"type": "Point", "coordinates": [112, 37]}', "应为 Polygon 或者 MultiPolygon"),
        ('{"type": "Polygon", "coordinates": []}', "面没有环"),
        ('{"type": "Polygon", "coordinates": [5]}', "环应为坐标列表"),
        ('{"type": "Polygon", "coordinates": [[[112,37],[113,37],[113,38]]]}', "没有闭合"),
        ('{"type": "Polygon", "coordinates": [[[112,37],[113,true],[113,38],[112,37]]]}', "第 2 点的坐标不是数字"),
        ('{"type": "Polygon", "coordinates": [[[112,37,9]]]}', "应为两个坐标"),
        ('{"type": "Feature"}', "没有 geometry"),
        ("\n".join(f"112.{n:05},37" for n in range(5001)), "界址点过多"),
        ("1" * 400_001, "坐标文字过长"),
        (7, "应为界址点坐标，现为数字"),
    ],
)  # fmt: skip
def test_what_is_no_boundary_is_refused_with_its_place(raw, said):
    assert said in refusal_of(raw, type="geometry")


degrees = st.tuples(
    st.decimals("73", "135", places=9, allow_nan=False), st.decimals("3", "53", places=9, allow_nan=False)
)


@given(st.lists(degrees, min_size=3, max_size=8))
def test_what_is_read_is_written_so_that_it_reads_the_same(points):
    try:
        found = read_geometry("\n".join(f"{x},{y}" for x, y in points))
    except BadGeometry:
        return
    assert str(read_geometry(points_text(found))) == str(found)
    assert read_geometry(found) == found
