"""What the administrator does to people, sections and posts, and what the ledger says of it; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy

from engine.errors import InvalidInput, NotFound, NotPermitted, Refused
from engine.store import Store
from processes import ledger, passwords, people, roster, sections
from processes.accounts import TRIES, Locked
from processes.bureau import Bureau
from processes.people import Newcomer

pytestmark = pytest.mark.slow

ADMIN = "caixia"
PASSWORD = "a password of the tests"


class Clock:
    now = datetime(2026, 9, 25, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bureau(store: Store, clock: Clock) -> Iterator[Bureau]:
    opened = Bureau.open(store.address, clock=clock)
    opened.structure.plant()
    opened.accounts.enrol(opened.organisation.people.values(), PASSWORD, demo=True)
    yield opened
    opened.close()


def told(bureau: Bureau, subject: str = "") -> list[tuple[str, str, dict[str, str], dict[str, str], str]]:
    found, _ = ledger.lines(bureau, ADMIN, subject=subject)
    return [(one.what, one.subject, dict(one.before), dict(one.after), one.reason) for one in found]


def test_a_person_is_added_signs_in_once_and_must_change_the_password(bureau: Bureau) -> None:
    given = people.add(bureau, ADMIN, [Newcomer("lina", "李娜", ("土地利用科/经办人",))], "新录用", key="k1")
    account = bureau.authenticate("lina", given["lina"])
    assert account is not None
    assert (account.must_change, account.posts) == (True, ("土地利用科/经办人",))
    passwords.change(bureau, "lina", given["lina"], "Lan-tian-2026", "Lan-tian-2026")
    assert bureau.authenticate("lina", given["lina"]) is None
    changed = bureau.authenticate("lina", "Lan-tian-2026")
    assert changed is not None
    assert not changed.must_change
    after = {"姓名": "李娜", "岗位": "土地利用科/经办人"}
    assert told(bureau) == [("person_added", "lina", {}, after, "新录用")]


def test_the_same_key_adds_nobody_twice(bureau: Bureau) -> None:
    first = people.add(bureau, ADMIN, [Newcomer("lina", "李娜")], "新录用", key="k1")
    assert first["lina"]
    assert people.add(bureau, ADMIN, [Newcomer("lina", "李娜")], "新录用", key="k1") == {}
    assert bureau.authenticate("lina", first["lina"]) is not None
    with pytest.raises(InvalidInput, match="没有新增") as refused:
        people.add(bureau, ADMIN, [Newcomer("lina", "李娜")], "新录用", key="k2")
    assert refused.value.fields == {"user": ["用户名“lina”已经使用"]}


@pytest.mark.parametrize("by", ["zhanghui", "huanghe", "jiangtao", "sunlei"])
def test_nobody_but_the_administrator_changes_or_lists_people(bureau: Bureau, by: str) -> None:
    deeds = (
        lambda: people.add(bureau, by, [Newcomer("lina", "李娜")], "x"),
        lambda: people.disable(bureau, by, "linsen", "x"),
        lambda: people.grant(bureau, by, by, ["admin"], "x"),
        lambda: people.reset_password(bureau, by, "linsen", "x"),
        lambda: people.listed(bureau, by),
        lambda: sections.add(bureau, by, "new_one", "新科", "", "x"),
        lambda: sections.close(bureau, by, "finance", "x"),
        lambda: roster.read(bureau, by, "用户名,姓名\na,b"),
    )
    for deed in deeds:
        with pytest.raises(NotPermitted):
            deed()
    assert told(bureau) == []


@pytest.mark.parametrize(
    ("one", "field"),
    [
        (Newcomer("Li Na", "李娜"), "user"),
        (Newcomer("system", "李娜"), "user"),
        (Newcomer("lina", ""), "name"),
        (Newcomer("lina", "李娜", ("土地利用科/局长",)), "posts"),
        (Newcomer("lina", "李娜", (), ("god",)), "roles"),
        (Newcomer("lina", "李娜", (), ("admin", "auditor")), "roles"),
    ],
)
def test_what_is_wrong_with_a_newcomer_is_said_beside_its_field(
    bureau: Bureau, one: Newcomer, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        people.add(bureau, ADMIN, [one], "新录用")
    assert list(refused.value.fields) == [field]


def test_a_change_without_a_reason_does_not_happen(bureau: Bureau) -> None:
    with pytest.raises(InvalidInput) as refused:
        people.disable(bureau, ADMIN, "linsen", "  ")
    assert "_reason" in refused.value.fields
    assert bureau.person("linsen").user == "linsen"


def test_an_appointment_counts_from_its_first_day_to_its_last(bureau: Bureau, clock: Clock) -> None:
    post = "土地利用科/经办人"
    people.appoint(
        bureau, ADMIN, "linsen", post, "借调", starts=date(2026, 10, 8), ends=date(2026, 10, 9), key="k"
    )
    held = []
    for day in (7, 8, 9, 10):
        clock.now = datetime(2026, 10, day, 4, tzinfo=UTC)
        bureau.accounts.forget("linsen")
        held.append(post in bureau.person("linsen").posts)
    assert held == [False, True, True, False]
    assert told(bureau, "linsen")[0][3] == {"岗位": f"{post}（2026-10-08 至 2026-10-09）"}
    people.dismiss(bureau, ADMIN, "linsen", post, "借调结束")
    assert [one[0] for one in told(bureau, "linsen")] == ["dismissed", "appointed"]
    with pytest.raises(InvalidInput):
        people.appoint(bureau, ADMIN, "linsen", post, "x", starts=date(2026, 10, 9), ends=date(2026, 10, 8))


def test_whose_account_is_closed_is_refused_at_once_and_comes_back_as_before(bureau: Bureau) -> None:
    people.disable(bureau, ADMIN, "linsen", "调离")
    assert bureau.authenticate("linsen", PASSWORD) is None
    with pytest.raises(NotFound):
        bureau.person("linsen")
    people.enable(bureau, ADMIN, "linsen", "调回")
    back = bureau.authenticate("linsen", PASSWORD)
    assert back is not None
    assert back.posts == ("森林资源管理科/经办人",)


def test_the_last_administrator_is_neither_disabled_nor_stripped(bureau: Bureau) -> None:
    for deed in (
        lambda: people.disable(bureau, ADMIN, ADMIN, "x"),
        lambda: people.grant(bureau, ADMIN, ADMIN, [], "x"),
    ):
        with pytest.raises(Refused, match="最后一个系统管理员"):
            deed()
    people.grant(bureau, ADMIN, "linsen", ["admin"], "轮岗")
    assert people.grant(bureau, ADMIN, ADMIN, [], "轮岗")
    with pytest.raises(NotPermitted):
        people.listed(bureau, ADMIN)
    with pytest.raises(Refused, match="最后一个系统管理员"):
        people.disable(bureau, "linsen", "linsen", "x")


def test_a_reset_password_opens_once_and_ends_a_lock(bureau: Bureau) -> None:
    for _ in range(TRIES):
        assert bureau.authenticate("linsen", "wrong") is None
    with pytest.raises(Locked):
        bureau.authenticate("linsen", PASSWORD)
    given = people.reset_password(bureau, ADMIN, "linsen", "忘记口令", key="k")
    account = bureau.authenticate("linsen", given)
    assert account is not None
    assert account.must_change
    assert people.reset_password(bureau, ADMIN, "linsen", "忘记口令", key="k") == ""
    assert given not in str(told(bureau))


@pytest.mark.parametrize("user", ["linsen", "nobody-at-all"])
def test_wrong_passwords_lock_a_name_for_a_while_whether_anybody_has_it(
    bureau: Bureau, store: Store, clock: Clock, user: str
) -> None:
    other = Bureau.open(store.address, clock=clock)  # another process of the same server
    for place in range(TRIES):
        assert (bureau, other)[place % 2].authenticate(user, "wrong") is None
    for one in (bureau, other):
        with pytest.raises(Locked):
            one.authenticate(user, PASSWORD)
    clock.now += timedelta(minutes=16)
    assert (other.authenticate(user, PASSWORD) is not None) == (user == "linsen")
    other.close()


def test_many_wrong_passwords_at_once_get_no_further_than_one_after_the_other(bureau: Bureau) -> None:
    def attempt(_number: int) -> bool:
        try:
            bureau.authenticate("linsen", "wrong")
        except Locked:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(attempt, range(12))) == TRIES


def test_the_administrator_ends_a_lock(bureau: Bureau) -> None:
    for _ in range(TRIES):
        bureau.authenticate("linsen", "wrong")
    assert people.someone(bureau, ADMIN, "linsen").locked_until is not None
    people.unlock(bureau, ADMIN, "linsen", "本人申请")
    assert people.someone(bureau, ADMIN, "linsen").locked_until is None
    assert bureau.authenticate("linsen", PASSWORD) is not None


def test_a_right_password_forgets_the_wrong_ones(bureau: Bureau) -> None:
    for _ in range(3):
        for _ in range(TRIES - 1):
            assert bureau.authenticate("linsen", "wrong") is None
        assert bureau.authenticate("linsen", PASSWORD) is not None


@pytest.mark.parametrize(
    "word", ["", "short1A", "alllowercase", "Linsen-2026", "Password123!", "P@ssw0rd2026", "Abcd1234!", "aaaaAAAA1111", "林森-Qx7k2"]
)  # fmt: skip
def test_a_weak_password_is_refused(word: str) -> None:
    assert passwords.faults(word, "linsen", "林森")


@pytest.mark.parametrize("word", ["Lan-tian-2026", "正确 马 电池 订书钉 一二三四五六", "hQ7vtz2k"])
def test_a_good_password_will_do(word: str) -> None:
    assert passwords.faults(word, "linsen", "林森") == []


def test_passwords_given_once_follow_the_rule_and_differ() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    assert not any(passwords.faults(one, "linsen", "林森") for one in made)


def test_a_wrong_current_password_changes_nothing(bureau: Bureau) -> None:
    with pytest.raises(InvalidInput) as refused:
        passwords.change(bureau, "linsen", "wrong", "Lan-tian-2026", "Lan-tian-2027")
    assert set(refused.value.fields) == {"current", "again"}
    assert bureau.authenticate("linsen", PASSWORD) is not None


def test_people_are_listed_by_name_state_and_section_page_by_page(bureau: Bureau) -> None:
    people.add(bureau, ADMIN, [Newcomer(f"p{number:03}", f"测试{number}") for number in range(45)], "试")
    people.disable(bureau, ADMIN, "p044", "试")
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page, after = people.listed(bureau, ADMIN, query="测试", state="active", after=after)
        assert len(page) <= people.PAGE
        found += [one.user for one in page]
    assert found == [f"p{number:03}" for number in range(44)]
    assert [one.user for one in people.listed(bureau, ADMIN, query="林森")[0]] == ["linsen"]
    assert [one.user for one in people.listed(bureau, ADMIN, query="%")[0]] == []
    assert [one.user for one in people.listed(bureau, ADMIN, section="leaders")[0]] == ["fangyuan", "huanghe"]


def test_a_file_of_people_is_added_whole(bureau: Bureau) -> None:
    text = roster.decoded(
        "用户名,姓名,岗位,角色\nlina,李娜,土地利用科/经办人；土地利用科/科长,\nwufei,吴飞,,审计员\n".encode(
            "gb18030"
        )
    )
    found, faults = roster.read(bureau, ADMIN, text)
    assert faults == []
    given = people.add(bureau, ADMIN, found, "年度招录")
    assert set(given) == {"lina", "wufei"}
    assert bureau.person("lina").posts == ("土地利用科/科长", "土地利用科/经办人")
    assert bureau.person("wufei").roles == {"auditor"}


def test_every_fault_of_a_file_is_told_by_its_line(bureau: Bureau) -> None:
    text = "用户名,姓名,岗位,角色\nlina,李娜,没有科/经办人,\nlinsen,林森,,\nwufei,,,神仙\nlina,李娜,,\na,b,c,d,e\n\n"
    _found, faults = roster.read(bureau, ADMIN, text)
    assert [(one.line, one.text) for one in faults] == [
        (2, "没有岗位“没有科/经办人”"),
        (3, "用户名“linsen”已经使用"),
        (4, "请填写 30 字以内的姓名"),
        (4, "没有角色“神仙”"),
        (5, "用户名“lina”与第 2 行重复"),
        (6, "应为 4 列，实为 5 列"),
    ]


@pytest.mark.parametrize("text", ["", "姓名,用户名\n", "用户名,姓名\n", '用户名,姓名\n"a', "a,b\n" * 5])
def test_a_file_of_another_shape_is_refused_by_line(bureau: Bureau, text: str) -> None:
    found, faults = roster.read(bureau, ADMIN, text)
    assert not found
    assert faults


def test_a_section_is_added_renamed_closed_and_opened_again(bureau: Bureau) -> None:
    sections.add(bureau, ADMIN, "marine", "海洋管理科", "海洋管理科（海域海岛科）", "机构改革")
    sections.add_post(bureau, ADMIN, "marine", "经办人", "机构改革")
    assert "海洋管理科/经办人" in bureau.organisation.posts
    sections.rename(bureau, ADMIN, "marine", "海洋管理科（海岸带科）", "更名")
    assert bureau.organisation.section("marine").full_name == "海洋管理科（海岸带科）"
    people.appoint(bureau, ADMIN, "linsen", "海洋管理科/经办人", "任岗")
    assert "海洋管理科/经办人" in bureau.person("linsen").may_act_as
    with pytest.raises(Refused, match="还有任岗人员：林森"):
        sections.close(bureau, ADMIN, "marine", "撤销")
    people.dismiss(bureau, ADMIN, "linsen", "海洋管理科/经办人", "撤销")
    sections.close(bureau, ADMIN, "marine", "撤销")
    with pytest.raises(NotFound):
        bureau.organisation.section("marine")
    bureau.structure.plant()
    assert "海洋管理科/经办人" not in bureau.organisation.posts
    sections.reopen(bureau, ADMIN, "marine", "恢复")
    assert "海洋管理科/经办人" in bureau.organisation.posts
    assert [one[0] for one in told(bureau, "marine")] == [
        "section_opened", "section_closed", "section_renamed", "post_added", "section_added",
    ]  # fmt: skip


def test_a_closed_post_stays_closed_when_the_file_is_read_again(bureau: Bureau) -> None:
    sections.close_post(bureau, ADMIN, "finance", "采购岗", "合并")
    bureau.structure.plant()
    assert "财务与资金运用科/采购岗" not in bureau.organisation.posts
    sections.add_post(bureau, ADMIN, "finance", "采购岗", "恢复")
    assert "财务与资金运用科/采购岗" in bureau.organisation.posts


@pytest.mark.parametrize(
    ("slug", "name", "field"),
    [("finance", "新科", "slug"), ("新科", "新科", "slug"), ("new", "财务与资金运用科", "name"), ("new", "a/b", "name"), ("new", "", "name")],
)  # fmt: skip
def test_what_is_wrong_with_a_new_section_is_said(bureau: Bureau, slug: str, name: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        sections.add(bureau, ADMIN, slug, name, "全称", "x")
    assert field in refused.value.fields


def test_lines_of_the_ledger_are_neither_changed_nor_dropped(bureau: Bureau, store: Store) -> None:
    people.disable(bureau, ADMIN, "linsen", "调离")
    engine = sqlalchemy.create_engine(store.address)
    for deed in ("UPDATE organisation_entry SET reason = 'x'", "DELETE FROM organisation_entry"):
        with (
            pytest.raises(sqlalchemy.exc.IntegrityError, match="only ever added"),
            engine.begin() as connection,
        ):
            connection.exec_driver_sql(deed)
    engine.dispose()
    assert told(bureau)[0][4] == "调离"


def test_the_ledger_is_read_page_by_page_by_administrator_and_auditor(bureau: Bureau) -> None:
    people.add(bureau, ADMIN, [Newcomer(f"p{number:03}", "测试") for number in range(60)], "试")
    first, following = ledger.lines(bureau, "jiangtao")
    rest, end = ledger.lines(bureau, "jiangtao", before=following)
    assert (len(first), len(rest), end) == (50, 10, None)
    assert [one.subject for one in first + rest] == [f"p{number:03}" for number in reversed(range(60))]
    with pytest.raises(NotPermitted):
        ledger.lines(bureau, "huanghe")
