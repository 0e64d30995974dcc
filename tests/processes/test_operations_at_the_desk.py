"""Who may do what to whom: 转办、委派、加签、代理、AB角、交接、回避、挂起、批量, through the bureau."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from bureau_world import World

from engine import history
from engine.deployment.checks import executable_of
from engine.errors import DeploymentError, InvalidInput, ItemTaken, NotPermitted, Refused
from engine.kernel.commands import ClaimItem
from processes import case_operations, inbox, operations, stand_in
from processes.bundles import bundle_of
from processes.desk import desk_of
from processes.matters import matters, read_matter
from processes.organisation import Person, organisation

pytestmark = pytest.mark.slow


@pytest.fixture
def stored(database_url: str) -> Iterator[World]:
    """On both databases."""
    made = World(database_url)
    yield made
    made.bureau.close()


def holders_of(world: World, post: str) -> list[str]:
    names = world.bureau.accounts.names()
    return sorted(user for user in names if post in world.bureau.person(user).posts)


def first(world: World, case_id: str) -> tuple[str, str]:
    element, item = next(iter(world.open(case_id).items()))
    return element, item


def post_of(world: World, case_id: str, item: str) -> str:
    return world.bureau.cases.view(case_id, lambda view: view.item(item))["post"]


def last(world: World, case_id: str) -> history.Entry:
    return list(history.entries(world.bureau.store, case_id))[-1]


def colleagues(world: World, post: str) -> list[str]:
    """Everybody of the section of a post."""
    section = post.partition("/")[0]
    names = world.bureau.accounts.names()
    return sorted(
        user for user in names if any(p.startswith(f"{section}/") for p in world.bureau.person(user).posts)
    )


def stranger(world: World, post: str) -> str:
    """Somebody of another section who leads nothing."""
    steps = world.bureau.matter("temporary-land-use").steps
    ours = {user for each in (post, *(step.post for step in steps)) for user in colleagues(world, each)}
    return next(
        user
        for user in sorted(world.bureau.accounts.names())
        if user not in ours
        and not any(p.startswith(("局领导/", "办公室/")) for p in world.bureau.person(user).posts)
    )


def test_a_stand_in_acts_within_dates_and_scope_and_both_names_are_in_the_journal(stored: World) -> None:
    world, bureau = stored, stored.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    post = post_of(world, case_id, item)
    absent, deputy = holders_of(world, post)[0], stranger(world, post)
    bureau.claim(absent, case_id, item)
    with pytest.raises((NotPermitted, ItemTaken)):
        bureau.release(deputy, case_id, item)
    starts = world.now + timedelta(days=1)
    away = stand_in.declare(
        bureau, absent, absent, starts=starts, ends=starts + timedelta(days=3), deputy=deputy, reason="年休假",
        scope=["temporary-land-use"],
    )  # fmt: skip
    assert stand_in.principals(bureau, deputy) == {}
    world.now = starts
    assert stand_in.principals(bureau, deputy) == {absent: frozenset({"temporary-land-use"})}
    bureau.item(deputy, case_id, item)
    bureau.release(deputy, case_id, item)
    entry = last(world, case_id)
    assert (entry.actor, entry.on_behalf_of, entry.data["user"]) == (deputy, absent, absent)
    bureau.claim(deputy, case_id, item)
    world.now += timedelta(days=3)
    with pytest.raises((NotPermitted, ItemTaken)):
        bureau.release(deputy, case_id, item)
    world.now -= timedelta(days=2)
    stand_in.end(bureau, absent, away)
    with pytest.raises((NotPermitted, ItemTaken)):
        bureau.release(deputy, case_id, item)
    assert history.replay(bureau.cases, case_id) is None


def test_a_stand_in_for_another_matter_only_may_not_act(world: World) -> None:
    case_id = world.start()
    _, item = first(world, case_id)
    post = post_of(world, case_id, item)
    absent, deputy = holders_of(world, post)[0], stranger(world, post)
    world.bureau.claim(absent, case_id, item)
    other = next(m.id for m in world.bureau.matters() if m.id != "temporary-land-use")
    stand_in.declare(
        world.bureau, absent, absent, starts=world.now, ends=world.now + timedelta(days=1), deputy=deputy,
        reason="年休假", scope=[other],
    )  # fmt: skip
    with pytest.raises((NotPermitted, ItemTaken)):
        world.bureau.release(deputy, case_id, item)


def test_the_partner_stands_in_where_the_absence_names_nobody(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    post = post_of(world, case_id, item)
    absent, partner = holders_of(world, post)[0], stranger(world, post)
    bureau.claim(absent, case_id, item)
    leader = holders_of(world, "局领导/分管副局长")[0]
    with pytest.raises(InvalidInput, match="代理人"):
        stand_in.declare(
            bureau, absent, absent, starts=world.now, ends=world.now + timedelta(days=1), reason="病假"
        )
    with pytest.raises(NotPermitted):
        stand_in.pair(bureau, partner, absent, partner)
    stand_in.pair(bureau, leader, absent, partner)
    assert stand_in.principals(bureau, partner) == {}
    stand_in.declare(
        bureau, absent, absent, starts=world.now, ends=world.now + timedelta(days=1), reason="病假"
    )
    bureau.release(partner, case_id, item)
    assert last(world, case_id).on_behalf_of == absent


def test_absences_are_entered_by_oneself_or_ones_chief(world: World) -> None:
    someone, other = "zhanghui", stranger(world, world.bureau.person("zhanghui").posts[0])
    with pytest.raises(NotPermitted):
        stand_in.declare(
            world.bureau, other, someone, starts=world.now, ends=world.now + timedelta(days=1), deputy=other,
            reason="年休假",
        )  # fmt: skip


def test_work_is_handed_on_within_the_section_by_who_has_it(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    post = post_of(world, case_id, item)
    holder, foreign = holders_of(world, post)[0], stranger(world, post)
    bureau.claim(holder, case_id, item)
    with pytest.raises(NotPermitted):
        operations.transfer(bureau, foreign, case_id, item, holder, "代劳")
    with pytest.raises(NotPermitted):
        operations.transfer(bureau, holder, case_id, item, foreign, "出差")
    with pytest.raises(NotPermitted):
        operations.delegate(bureau, holder, case_id, item, foreign, "请代拟")
    with pytest.raises(InvalidInput, match="没有人员"):
        operations.transfer(bureau, holder, case_id, item, "nobody", "出差")
    colleague = next(user for user in colleagues(world, post) if user != holder)
    operations.transfer(bureau, holder, case_id, item, colleague, "出差", key="t")
    assert operations.transfer(bureau, holder, case_id, item, colleague, "出差", key="t").replayed
    leader = holders_of(world, "局领导/分管副局长")[0]
    operations.transfer(bureau, leader, case_id, item, holder, "调整分工")
    assert [row.item for row in bureau.inbox(holder).rows] == [item]


def test_a_signer_of_another_section_writes_an_opinion_and_the_page_says_who_is_asked(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    post = post_of(world, case_id, item)
    holder, foreign = holders_of(world, post)[0], stranger(world, post)
    operations.add_signers(bureau, holder, case_id, item, [foreign], "before", "请先核")
    asked = operations.standing(bureau, holder, case_id, item)
    assert (asked.waiting, [(part.kind, part.signer) for part in asked.parts]) == (
        True,
        [("before", foreign)],
    )
    assert "add_before" not in asked.allowed
    part = asked.parts[0].item
    assert operations.standing(bureau, foreign, case_id, part).kind == "before"
    operations.sign(bureau, foreign, case_id, part, "同意", "无意见")
    assert not operations.standing(bureau, holder, case_id, item).waiting
    with pytest.raises(Refused, match="表单"):
        operations.sign(bureau, holder, case_id, item, "同意")


def test_a_suspended_case_says_which_clocks_run_on(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    holder = holders_of(world, post_of(world, case_id, item))[0]
    leader = holders_of(world, "局领导/分管副局长")[0]
    with pytest.raises(NotPermitted):
        case_operations.suspend(bureau, stranger(world, post_of(world, case_id, item)), case_id, "等待诉讼")
    case_operations.suspend(bureau, leader, case_id, "等待诉讼", key="s")
    running = bureau.cases.view(
        case_id, lambda view: [one for one in view.clocks if view.clocks[one].state == "running"]
    )
    assert running
    assert last(world, case_id).effects[-1]["running"] == running
    with pytest.raises(Refused, match="挂起"):
        bureau.claim(holder, case_id, item)
    with pytest.raises(Refused):
        case_operations.suspend(
            bureau,
            leader,
            case_id,
            "不在法定情形",
            grounds={running[0]: ("等一等", "x")},
            on=date(2026, 11, 2),
        )
    case_operations.resume(bureau, leader, case_id, "判决生效")
    bureau.claim(holder, case_id, item)


def test_who_is_recused_is_refused_and_only_he_or_his_chief_says_so(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    post = post_of(world, case_id, item)
    holder = holders_of(world, post)[0]
    with pytest.raises(NotPermitted):
        case_operations.recuse(bureau, stranger(world, post), case_id, holder, "利害关系")
    case_operations.recuse(bureau, holder, case_id, holder, "与申请人系近亲属")
    with pytest.raises(NotPermitted, match="回避"):
        bureau.claim(holder, case_id, item)


def test_nobody_does_a_step_that_the_matter_forbids_him_for_what_he_did_before(world: World) -> None:
    bureau = world.bureau
    matter = matters()["temporary-land-use"]
    forbidding = read_matter(
        matter.text.decode().replace("  review: [survey]", "  survey: [accept]"), matter.file, organisation()
    )
    bureau.cases.deploy(bundle_of(forbidding), stand_in.Actor("system"))
    case_id = world.start()
    world.do("zhanghui", case_id, "accept", "齐全且属本级权限", **ACCEPTED)
    item = world.open(case_id)["survey"]
    bureau.cases.submit(case_id, ClaimItem(item, "zhanghui"), actor=stand_in.Actor("zhanghui"))
    with pytest.raises(Refused, match="回避"):
        world.do(
            "zhanghui",
            case_id,
            "survey",
            "完成踏勘",
            survey_on="2026-11-04",
            surveyor_1="甲",
            surveyor_2="乙",
        )
    leader = holders_of(world, "局领导/分管副局长")[0]
    bureau.release("zhanghui", case_id, item)
    stand_in.declare(
        bureau, "wangjian", "wangjian", starts=world.now, ends=world.now + timedelta(days=1), deputy="zhanghui",
        reason="病假",
    )  # fmt: skip
    bureau.claim("wangjian", case_id, item)
    with pytest.raises(Refused, match="回避"):
        operations.return_to(bureau, "zhanghui", case_id, item, "accept", "缺件")
    with pytest.raises((Refused, NotPermitted)):
        operations.transfer(bureau, leader, case_id, item, "zhanghui", "调整分工")


ACCEPTED = {"told_on": "2026-11-02", "acceptance_doc_no": "受〔2026〕1号"}


def test_a_matter_that_names_an_unknown_step_in_recuse_is_refused(world: World) -> None:
    matter = matters()["temporary-land-use"]
    text = matter.text.decode().replace("  review: [survey]", "  review: [nothing]")
    bundle = bundle_of(read_matter(text, matter.file, organisation()))
    with pytest.raises(DeploymentError, match="回避所指的环节“nothing”"):
        desk_of(bundle, executable_of(bundle), world.bureau.cases.calendar, world.bureau.cases.clock)


def test_urging_copying_and_supervising_are_for_who_is_concerned(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    post = post_of(world, case_id, item)
    foreign, holder = stranger(world, post), holders_of(world, post)[0]
    bureau.claim(holder, case_id, item)
    for forbidden in (
        lambda: case_operations.urge(bureau, foreign, case_id, item, "请尽快"),
        lambda: case_operations.copy(bureau, foreign, case_id, [holder], "参阅"),
        lambda: case_operations.supervise(bureau, foreign, case_id, "限期办结"),
    ):
        with pytest.raises(NotPermitted):
            forbidden()
    leader = holders_of(world, "局领导/分管副局长")[0]
    case_operations.urge(bureau, leader, case_id, item, "请尽快")
    case_operations.copy(bureau, leader, case_id, [foreign, "办公室/主任"], "参阅")
    case_operations.supervise(bureau, leader, case_id, "限期办结", until=date(2026, 11, 9))
    with pytest.raises(Refused, match="本人"):
        case_operations.urge(bureau, holder, case_id, item, "请尽快")


def test_a_batch_reports_each_and_what_one_refuses_leaves_the_others_alone(world: World) -> None:
    bureau = world.bureau
    cases = [world.start() for _ in range(3)]
    items = [(case_id, first(world, case_id)[1]) for case_id in cases]
    doer = holders_of(world, post_of(world, *items[0]))[0]
    other = next(user for user in [*holders_of(world, post_of(world, *items[0])), "x"] if user != doer)
    bureau.cases.submit(cases[1], ClaimItem(items[1][1], other), actor=stand_in.Actor(other))
    element = first(world, cases[0])[0]
    data = {f"{element}_outcome": "齐全且属本级权限", **ACCEPTED}
    report = operations.batch(bureau, doer, items, data, key="b")
    assert [bool(done.error) for done in report] == [False, True, False]
    again = operations.batch(bureau, doer, items, data, key="b")
    assert [bool(done.error) for done in again] == [False, True, False]


def test_a_thousand_items_are_handed_over_one_by_one_and_taken_up_again_where_broken_off(
    stored: World,
) -> None:
    world, bureau = stored, stored.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    post = post_of(world, case_id, item)
    leaving = holders_of(world, post)[0]
    heir = next(user for user in colleagues(world, post) if user != leaving)
    values = bureau.cases.view(case_id, lambda view: dict(view.variables))
    deployment = bureau.cases.newest("temporary_land_use")
    actor = stand_in.Actor(leaving)
    everything = [case_id]
    for _ in range(999):
        everything.append(bureau.cases.start("temporary_land_use", values, actor=actor, deployment=deployment,
            header={"matter": "temporary-land-use"}).case_id)  # fmt: skip
    for one in everything:
        bureau.cases.submit(one, ClaimItem(item, leaving), actor=actor)
    leader = holders_of(world, "局领导/分管副局长")[0]
    with pytest.raises(NotPermitted):
        operations.hand_over(bureau, stranger(world, post), leaving, heir, "调离", key="h")
    going = operations.hand_over(bureau, leader, leaving, heir, "调离", key="h")
    broken = [next(going) for _ in range(300)]
    going.close()
    assert bureau.counts(leaving)["todo"] == 700
    rest = list(operations.hand_over(bureau, leader, leaving, heir, "调离", key="h"))
    assert (len(broken), len(rest), {done.error for done in [*broken, *rest]}) == (300, 700, {""})
    assert (bureau.counts(leaving)["todo"], bureau.counts(heir)["todo"]) == (0, 1000)
    entries = list(history.entries(bureau.store, everything[-1]))
    assert [entry.command for entry in entries] == ["StartCase", "ClaimItem", "TransferItem"]
    assert entries[-1].actor == leader
    assert list(operations.hand_over(bureau, leader, leaving, heir, "调离", key="h")) == []


def test_what_a_stand_in_does_is_among_what_both_have_done_and_the_history_names_both(stored: World) -> None:
    world, bureau = stored, stored.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    deputy = stranger(world, post_of(world, case_id, item))
    stand_in.declare(
        bureau, "zhanghui", "zhanghui", starts=world.now, ends=world.now + timedelta(days=1), deputy=deputy,
        reason="年休假",
    )  # fmt: skip
    bureau.claim("zhanghui", case_id, item)
    seen = bureau.item(deputy, case_id, item)
    assert seen.state.acts_for == "张慧"
    assert {"complete", "release"} <= seen.may
    bureau.complete(deputy, case_id, item, {"accept_outcome": "齐全且属本级权限", **ACCEPTED}, key="d")
    assert bureau.complete(
        deputy, case_id, item, {"accept_outcome": "齐全且属本级权限", **ACCEPTED}, key="d"
    ).replayed
    (mine,) = inbox.page(bureau, "zhanghui", "done").rows
    (theirs,) = inbox.page(bureau, deputy, "done").rows
    name = bureau.person(deputy).name
    assert (mine.item, mine.through_name, mine.behalf_name) == (item, name, "")
    assert (theirs.item, theirs.through_name, theirs.behalf_name) == (item, "", "张慧")
    line = bureau.case("zhanghui", case_id).history[-1]
    assert (line.by, line.sentence) == (f"{name}（代张慧）", "办结“受理审查”：齐全且属本级权限")
    done = bureau.cases.view(case_id, lambda view: view.done_by({"accept"}))
    assert done == {"zhanghui", deputy}


def test_a_stand_in_takes_back_what_was_done_in_his_own_or_the_absents_name(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    world.do("zhanghui", case_id, "accept", "齐全且属本级权限", **ACCEPTED)
    item = world.open(case_id)["survey"]
    surveyed = {"survey_on": "2026-11-02", "surveyor_1": "甲", "surveyor_2": "乙"}
    world.do("wangjian", case_id, "survey", "完成踏勘", **surveyed, site_opinion="与图件一致")
    deputy = stranger(world, "国土空间用途管制科/经办人")
    with pytest.raises(NotPermitted):
        bureau.withdraw(deputy, case_id, item, "补照片")
    stand_in.declare(
        bureau, "wangjian", "wangjian", starts=world.now, ends=world.now + timedelta(days=1), deputy=deputy,
        reason="年休假",
    )  # fmt: skip
    bureau.withdraw(deputy, case_id, item, "补照片", key="w")
    assert (last(world, case_id).actor, last(world, case_id).on_behalf_of) == (deputy, "wangjian")
    assert set(world.open(case_id)) == {"survey"}
    assert bureau.withdraw(deputy, case_id, item, "补照片", key="w").replayed
    assert history.replay(bureau.cases, case_id) is None


def test_what_stands_in_the_way_of_a_step_is_said_and_it_is_not_offered(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    operations.delegate(bureau, "zhanghui", case_id, item, "李晓燕", "请代为核对")
    waiting = bureau.item("zhanghui", case_id, item)
    assert "已委派李晓燕" in waiting.state.waits
    assert waiting.may.isdisjoint({"complete", "claim", "release", "return", "sign"})
    with pytest.raises(Refused):
        bureau.complete("zhanghui", case_id, item, {"accept_outcome": "齐全且属本级权限", **ACCEPTED})
    part = waiting.state.asked[0].item
    seen = bureau.item("lixiaoyan", case_id, part)
    assert seen.state.note == "张慧委派您办理，办结后交还：请代为核对"
    assert seen.outcomes[0].next == "交还委派人确认"
    with pytest.raises(Refused, match="不能退回"):
        operations.return_to(bureau, "lixiaoyan", case_id, part, "accept", "不办")
    bureau.complete("lixiaoyan", case_id, part, {"accept_outcome": "齐全且属本级权限", **ACCEPTED})
    back = bureau.item("zhanghui", case_id, item)
    assert back.state.proposal == "齐全且属本级权限"
    assert back.values["acceptance_doc_no"] == "受〔2026〕1号"
    assert "complete" in back.may


def test_an_added_signer_gives_an_opinion_and_has_no_form(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    operations.add_signers(bureau, "zhanghui", case_id, item, ["罗正"], "after", "涉及法律适用")
    bureau.complete("zhanghui", case_id, item, {"accept_outcome": "齐全且属本级权限", **ACCEPTED})
    (part,) = [
        one for one in world.bureau.cases.view(case_id, lambda view: list(view.state.items)) if one != item
    ]
    seen = bureau.item("luozheng", case_id, part)
    assert (seen.form, seen.may & {"sign", "complete"}) == (None, {"sign"})
    assert ("拟办结果", "齐全且属本级权限") in [tuple(fact) for fact in seen.facts]
    with pytest.raises(Refused, match="只出具意见"):
        bureau.complete("luozheng", case_id, part, {"accept_outcome": "需补正"})
    for vote, opinion, field in (("", "", "vote"), ("不同意", " ", "opinion"), ("也许", "", "vote")):
        with pytest.raises(InvalidInput) as refused:
            operations.sign(bureau, "luozheng", case_id, part, vote, opinion)
        assert field in refused.value.fields
    operations.sign(bureau, "luozheng", case_id, part, "同意", "适用法律正确")
    assert "survey" in world.open(case_id)
    survey = world.open(case_id)["survey"]
    said = bureau.item("wangjian", case_id, survey).opinions
    assert ("受理审查（后加签）", "适用法律正确", "罗正") in [(one.step, one.text, one.by) for one in said]
    told = [line.sentence for line in bureau.case("zhanghui", case_id).history]
    assert told[1:] == [
        "对“受理审查”后加签：罗正", "办理“受理审查”，送后加签人员签署：齐全且属本级权限", "出具“受理审查”的后加签意见：同意",
    ]  # fmt: skip


def test_a_name_that_two_bear_asks_for_the_login(world: World) -> None:
    bureau = world.bureau
    bureau.accounts.enrol([Person("zhaomin2", "赵敏", ("行政审批科/窗口",))], None, demo=True)
    case_id = world.start()
    _, item = first(world, case_id)
    with pytest.raises(InvalidInput, match=r"2 人名叫“赵敏”.*zhaomin、zhaomin2"):
        operations.transfer(bureau, "zhanghui", case_id, item, "赵敏", "出差")
    operations.transfer(bureau, "zhanghui", case_id, item, "赵敏（zhaomin2）", "出差")
    assert [row.item for row in bureau.inbox("zhaomin2").rows] == [item]


def test_an_unread_notice_is_deemed_acceptance_and_the_trail_says_so(world: World) -> None:
    case_id = world.start()
    world.at(2026, 11, 10)
    world.bureau.tick()
    steps = {one.element: one for one in world.bureau.case("zhanghui", case_id).steps}
    assert (steps["accept"].state, steps["accept"].detail) == ("deemed", "2026-11-10")
    assert steps["survey"].state == "now"
    assert steps["decide"].state == "open"


def test_who_has_stepped_aside_does_not_come_back_as_a_stand_in(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    _, item = first(world, case_id)
    bureau.claim("zhanghui", case_id, item)
    stand_in.declare(
        bureau, "zhanghui", "zhanghui", starts=world.now, ends=world.now + timedelta(days=1), deputy="caixia",
        reason="年休假",
    )  # fmt: skip
    case_operations.recuse(bureau, "caixia", case_id, "caixia", "与申请人系近亲属")
    seen = bureau.item("caixia", case_id, item)
    assert "蔡霞已在该办件中回避" in seen.state.waits
    assert seen.may.isdisjoint({"complete", "return", "claim"})
    with pytest.raises(NotPermitted, match="回避"):
        bureau.complete("caixia", case_id, item, {"accept_outcome": "齐全且属本级权限", **ACCEPTED})
