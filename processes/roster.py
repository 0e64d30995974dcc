"""People from a CSV file: every fault by line first, and nobody added while there is one."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import InvalidInput
from engine.store import organisation as statements
from processes import ledger, people
from processes.authority import GRANTED
from processes.people import Newcomer

if TYPE_CHECKING:
    from processes.bureau import Bureau

COLUMNS = ("用户名", "姓名", "岗位", "角色")
MOST = 200  # people of one file
BYTES = 256 * 1024


class LineFault(NamedTuple):
    """`line` counts from 1, the headings included."""

    line: int
    text: str


def decoded(content: bytes) -> str:
    """UTF-8, or GB18030 as Chinese spreadsheets write it. Raises InvalidInput."""
    if len(content) > BYTES:
        raise InvalidInput("文件太大", {"file": [f"文件不超过 {BYTES // 1024} KB"]})
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("文件无法读取", {"file": ["文件应为 UTF-8 或者 GB18030 编码的文本"]})


def read(bureau: Bureau, by: str, text: str) -> tuple[list[Newcomer], list[LineFault]]:
    """Who is in the file, and what is wrong with it. Several posts or roles are parted by `、` or `;`.

    Raises NotPermitted.
    """
    ledger.admit(bureau, by)
    found: list[Newcomer] = []
    faults: list[LineFault] = []
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    try:
        heads = [one.strip() for one in next(reader, [])]
        if tuple(heads[:2]) != COLUMNS[:2] or not set(heads) <= set(COLUMNS) or len(set(heads)) != len(heads):
            return [], [LineFault(1, f"首行应为表头：{'、'.join(COLUMNS)}（岗位、角色可以省略）")]
        seen: dict[str, int] = {}
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(found) + len(faults) >= MOST:
                return [], [*faults, LineFault(line, f"一次最多导入 {MOST} 人")]
            if len(cells) > len(heads):
                faults.append(LineFault(line, f"应为 {len(heads)} 列，实为 {len(cells)} 列"))
                continue
            told = dict(zip(heads, [*(cell.strip() for cell in cells), *[""] * len(heads)], strict=False))
            one = Newcomer(
                told["用户名"], told["姓名"], _parted(told.get("岗位", "")), _roles(told.get("角色", ""))
            )
            said = [word for words in people.check(bureau, one).values() for word in words]
            if one.user in seen:
                said.append(f"用户名“{one.user}”与第 {seen[one.user]} 行重复")
            elif _taken(bureau, one.user):
                said.append(f"用户名“{one.user}”已经使用")
            seen.setdefault(one.user, line)
            faults += [LineFault(line, word) for word in said]
            found.append(one)
    except csv.Error as error:
        faults.append(LineFault(reader.line_num, f"不是合法的 CSV：{error}"))
    if not found and not faults:
        faults.append(LineFault(1, "文件中没有人员"))
    return found, faults


def _parted(text: str) -> tuple[str, ...]:
    for sign in "；;，,":
        text = text.replace(sign, "、")
    return tuple(dict.fromkeys(one.strip() for one in text.split("、") if one.strip()))


def _roles(text: str) -> tuple[str, ...]:
    by_word = {word: role for role, word in GRANTED.items()}
    return tuple(by_word.get(one, one) for one in _parted(text))


def _taken(bureau: Bureau, user: str) -> bool:
    with bureau.store.reading() as transaction:
        return transaction.one(statements.person, {"of_user": user}) is not None
