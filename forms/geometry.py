"""Boundaries in CGCS2000: rings of points in degrees (longitude, latitude) or metres (north X, east Y)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

POINTS = 5000
Point = tuple[Decimal, Decimal]
_SEPARATOR = re.compile(r"[\s,，;；]+")


class BadGeometry(ValueError):
    """The message says, in Chinese, which ring or point is wrong."""


def read_geometry(raw: Any) -> dict[str, Any]:
    """A GeoJSON Polygon or MultiPolygon with Decimal coordinates, x (longitude or east) first.

    Takes GeoJSON (mapping or text) or text of one point a line, an optional point name first, rings apart by
    a blank line: longitude latitude in degrees, or X (north) Y (east) in metres as survey results list them.
    """
    if isinstance(raw, str):
        text = raw.strip()
        if text.startswith("{"):
            try:
                raw = json.loads(text, parse_float=Decimal, parse_int=Decimal)
            except (ValueError, RecursionError):
                raise BadGeometry("GeoJSON 文字不完整或有误") from None
        else:
            parts = [[ring] for ring in _rings_of_text(text)]
            return _checked(parts)
    if not isinstance(raw, dict):
        raise BadGeometry("应为每行一个界址点的文字，或者 GeoJSON")
    if raw.get("type") == "Feature":
        raw = raw.get("geometry")
        if not isinstance(raw, dict):
            raise BadGeometry("GeoJSON 的 Feature 没有 geometry")
    coordinates = raw.get("coordinates")
    kind = raw.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise BadGeometry("GeoJSON 应为 Polygon 或者 MultiPolygon")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise BadGeometry("GeoJSON 没有坐标")
    return _checked([_rings_of_json(polygon) for polygon in polygons])


def _rings_of_text(text: str) -> list[list[Point]]:
    rings: list[list[Point]] = [[]]
    for number, line in enumerate(text.splitlines(), 1):
        words = [word for word in _SEPARATOR.split(line.strip()) if word]
        if not words:
            if rings[-1]:
                rings.append([])
            continue
        if len(words) not in (2, 3):
            raise BadGeometry(f"第 {number} 行应为两个坐标（前面可加点号）")
        first, second = (_number(word, f"第 {number} 行") for word in words[-2:])
        degrees = abs(first) <= 180 and abs(second) <= 180
        rings[-1].append((first, second) if degrees else (second, first))
    found = [ring for ring in rings if ring]
    for ring in found:
        if ring[0] != ring[-1]:
            ring.append(ring[0])
    return found


def _rings_of_json(polygon: Any) -> list[list[Point]]:
    if not isinstance(polygon, list) or not polygon:
        raise BadGeometry("GeoJSON 的面没有环")
    rings = []
    for ring in polygon:
        if not isinstance(ring, list):
            raise BadGeometry("GeoJSON 的环应为坐标列表")
        points: list[Point] = []
        for place, pair in enumerate(ring, 1):
            if not isinstance(pair, (list, tuple)) or len(pair) != 2:
                raise BadGeometry(f"第 {place} 点应为两个坐标")
            points.append((_number(pair[0], f"第 {place} 点"), _number(pair[1], f"第 {place} 点")))
        if points and points[0] != points[-1]:
            raise BadGeometry("GeoJSON 的环没有闭合：末点应与首点相同")
        rings.append(points)
    return rings


def _number(value: Any, where: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise BadGeometry(f"{where}的坐标不是数字")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadGeometry(f"{where}的坐标“{str(value)[:30]}”不是数字") from None
    if not number.is_finite() or abs(number) > 100_000_000:
        raise BadGeometry(f"{where}的坐标超出范围")
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -12:
        raise BadGeometry(f"{where}的坐标小数位过多（最多 12 位）")
    return number


def _checked(polygons: Sequence[list[list[Point]]]) -> dict[str, Any]:
    rings = [ring for polygon in polygons for ring in polygon]
    if not rings:
        raise BadGeometry("没有界址点")
    if sum(map(len, rings)) > POINTS:
        raise BadGeometry(f"界址点过多，最多 {POINTS} 个")
    units = {_unit(ring, place) for place, ring in enumerate(rings, 1)}
    if len(units) > 1:
        raise BadGeometry("经纬度和平面坐标不能混用")
    for place, ring in enumerate(rings, 1):
        _check_ring(ring, place)
    data: list[Any] = [[[list(point) for point in ring] for ring in polygon] for polygon in polygons]
    single = len(data) == 1
    return {
        "type": "Polygon" if single else "MultiPolygon",
        "coordinates": data[0] if single else data,
        "crs": "CGCS2000",
        "unit": units.pop(),
    }


def _unit(ring: Iterable[Point], place: int) -> str:
    """Degrees within China's extent, or Gauss-Krüger metres with or without the zone before the easting."""
    points = list(ring)
    if all(abs(x) <= 180 and abs(y) <= 180 for x, y in points):
        for number, (x, y) in enumerate(points, 1):
            if not (73 <= x <= 136 and 3 <= y <= 54):
                hint = "（经度应写在前，纬度在后）" if 73 <= y <= 136 and 3 <= x <= 54 else ""
                raise BadGeometry(f"第 {place} 个环第 {number} 点不在我国经纬度范围内{hint}")
        return "degree"
    for number, (x, y) in enumerate(points, 1):
        easting = x % 1_000_000
        zone = x // 1_000_000
        right = (zone == 0 or 13 <= zone <= 23 or 25 <= zone <= 45) and 100_000 <= easting <= 900_000
        if not (right and 300_000 <= y <= 6_000_000):
            raise BadGeometry(
                f"第 {place} 个环第 {number} 点不是 CGCS2000 平面坐标（纵坐标 X 在前，横坐标 Y 在后）"
            )
    return "metre"


def _check_ring(ring: Sequence[Point], place: int) -> None:
    corners = ring[:-1]
    if len(set(corners)) < 3:
        raise BadGeometry(f"第 {place} 个环至少要有三个不同的界址点")
    if len(set(corners)) != len(corners):
        raise BadGeometry(f"第 {place} 个环有重复的界址点")
    scale = Decimal(10) ** 12
    points = [(int(x * scale), int(y * scale)) for x, y in ring]
    if not any(_turn(points[0], points[1], point) for point in points):
        raise BadGeometry(f"第 {place} 个环没有面积")
    crossing = _crossing(points)
    if crossing:
        one, other = crossing
        raise BadGeometry(f"第 {place} 个环自相交：第 {one + 1} 条边与第 {other + 1} 条边相交")


Whole = tuple[int, int]


def _crossing(points: Sequence[Whole]) -> tuple[int, int] | None:
    """The first two edges that are no neighbours and touch, or neighbours that fold back; exact integers."""
    count = len(points) - 1
    edges = sorted(range(count), key=lambda i: min(points[i][0], points[i + 1][0]))
    active: list[int] = []
    for edge in edges:
        a, b = points[edge], points[edge + 1]
        left = min(a[0], b[0])
        active = [other for other in active if max(points[other][0], points[other + 1][0]) >= left]
        for other in active:
            c, d = points[other], points[other + 1]
            if (other + 1) % count == edge:
                touching = _folds(c, a, b)
            elif (edge + 1) % count == other:
                touching = _folds(a, c, d)
            else:
                touching = _touch(a, b, c, d)
            if touching:
                return min(edge, other), max(edge, other)
        active.append(edge)
    return None


def _turn(a: Whole, b: Whole, c: Whole) -> int:
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (area > 0) - (area < 0)


def _folds(before: Whole, corner: Whole, after: Whole) -> bool:
    if _turn(before, corner, after):
        return False
    ahead = (corner[0] - before[0]) * (after[0] - corner[0]) + (corner[1] - before[1]) * (
        after[1] - corner[1]
    )
    return ahead < 0


def _touch(a: Whole, b: Whole, c: Whole, d: Whole) -> bool:
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] != turns[1] and turns[2] != turns[3]:
        return True
    spans = ((turns[0], a, b, c), (turns[1], a, b, d), (turns[2], c, d, a), (turns[3], c, d, b))
    return any(not turn and _within(p, q, r) for turn, p, q, r in spans)


def _within(p: Whole, q: Whole, r: Whole) -> bool:
    return min(p[0], q[0]) <= r[0] <= max(p[0], q[0]) and min(p[1], q[1]) <= r[1] <= max(p[1], q[1])


def points_text(value: Any) -> str:
    """A geometry value as the text that `read_geometry` takes back, digit for digit; holes only as GeoJSON."""
    polygons = [value["coordinates"]] if value["type"] == "Polygon" else value["coordinates"]
    if any(len(polygon) > 1 for polygon in polygons):
        return f'{{"type": "{value["type"]}", "coordinates": {_written(value["coordinates"])}}}'
    metres = value.get("unit") == "metre"
    blocks = (
        "\n".join(f"{y:f},{x:f}" if metres else f"{x:f},{y:f}" for x, y in polygon[0][:-1])
        for polygon in polygons
    )
    return "\n\n".join(blocks)


def _written(value: Any) -> str:
    """Nested coordinates as JSON; `json.dumps` would make floats of them."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_written(item) for item in value)}]"
    return f"{value:f}"
