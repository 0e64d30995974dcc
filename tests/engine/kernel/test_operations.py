"""转办、委派、加签、减签、挂起、回避: what clerks do with a step besides doing it."""

from decimal import Decimal

import pytest
from story import Case, body, end, net, process, start, user

from engine.errors import ItemClosed, ItemTaken, NotPermitted, Refused
from engine.kernel import Net, commands
from engine.kernel.commands import (
    AddSigners,
    ClaimItem,
    CompleteItem,
    DelegateItem,
    RecusePerson,
    ReleaseItem,
    RemoveSigner,
    ResumeCase,
    ReturnTo,
    SuspendCase,
    TransferItem,
    WithdrawItem,
)


def two(**more: object) -> Net:
    nodes = [start(), user("a", post="科/岗", **more), user("b"), end()]
    return net(process("p", body(nodes, "s > a > b > e")))


def parts(case: Case, kind: str) -> list[str]:
    return [part.item for part in case.here.parts.values() if part.kind == kind]


def events(case: Case) -> list[str]:
    return [effect.event for effect in case.last]


def test_a_transferred_item_is_the_other_persons_alone() -> None:
    case = Case(two()).start().do(ClaimItem("i1", "甲")).do(TransferItem("i1", "user:乙", "出差", "甲"))
    with pytest.raises(ItemTaken):
        case.do(CompleteItem("i1", {}, "甲"))
    assert case.do(CompleteItem("i1", {}, "乙")).open == ["b"]


def test_an_item_transferred_to_a_post_is_anybodys_of_that_post() -> None:
    case = Case(two()).start().do(ClaimItem("i1", "甲")).do(TransferItem("i1", "科/另岗", "分工", "甲"))
    assert case.here.items["i1"].user is None


def test_nobody_transfers_what_another_holds_or_without_a_reason_or_to_himself() -> None:
    case = Case(two()).start().do(ClaimItem("i1", "甲"))
    with pytest.raises(ItemTaken):
        case.do(TransferItem("i1", "user:丙", "出差", "乙"))
    with pytest.raises(Exception, match="理由"):
        case.do(TransferItem("i1", "user:乙", " ", "甲"))
    with pytest.raises(Refused, match="本人"):
        case.do(TransferItem("i1", "user:甲", "出差", "甲"))


def test_a_delegated_item_comes_back_to_the_delegator_with_what_the_other_wrote() -> None:
    case = Case(two()).start().do(DelegateItem("i1", "user:乙", "请代拟", "甲"))
    assert "item_set_aside" in events(case)
    with pytest.raises(Refused, match="委派"):
        case.do(CompleteItem("i1", {}, "甲"))
    with pytest.raises(ItemTaken):
        case.do(CompleteItem("i2", {}, "甲"))
    case.do(CompleteItem("i2", {"意见": "可以"}, "乙"))
    assert events(case)[-1] == "item_resumed"
    assert (case.open, case.here.items["i1"].user) == (["a"], "甲")
    assert "意见" not in case.variables
    assert case.here.rounds["i1"].values == {"意见": "可以"}
    assert case.do(CompleteItem("i1", {"意见": "同意"}, "甲")).open == ["b"]
    assert case.variables["意见"] == "同意"
    assert not case.here.rounds


def test_signers_before_are_added_nested_twice_and_done_from_the_inside_out() -> None:
    case = Case(two()).start().do(AddSigners("i1", ("user:乙",), "before", "先核", "甲"))
    case.do(AddSigners("i2", ("user:丙", "科/丁岗"), "before", "再核", "乙"))
    for number, who in (("i1", "甲"), ("i2", "乙")):
        with pytest.raises(Refused):
            case.do(CompleteItem(number, {}, who))
    case.do(CompleteItem("i3", {}, "丙"))
    with pytest.raises(Refused):
        case.do(CompleteItem("i2", {}, "乙"))
    case.do(CompleteItem("i4", {}, "丁")).do(CompleteItem("i2", {}, "乙"))
    assert list(case.here.items) == ["i1"]
    assert case.do(CompleteItem("i1", {}, "甲")).open == ["b"]


def test_signers_after_are_nested_twice_and_the_case_goes_on_with_what_the_holder_wrote() -> None:
    case = Case(two()).start().do(AddSigners("i1", ("user:乙",), "after", "报批", "甲"))
    case.do(CompleteItem("i1", {"意见": "同意"}, "甲"))
    assert (case.open, "意见" in case.variables) == (["a", "a"], False)
    with pytest.raises(Refused, match="已签署"):
        case.do(CompleteItem("i1", {}, "甲"))
    case.do(AddSigners("i2", ("user:丙",), "after", "再报", "乙")).do(CompleteItem("i2", {}, "乙"))
    assert case.open == ["a", "a", "a"]
    case.do(CompleteItem("i3", {"意见": "不入"}, "丙"))
    assert (case.open, case.variables["意见"]) == (["b"], "同意")


def test_before_and_after_meet_on_one_item_and_within_another() -> None:
    case = Case(two()).start().do(AddSigners("i1", ("user:丙",), "after", "报批", "甲"))
    case.do(AddSigners("i1", ("user:乙",), "before", "先核", "甲"))
    case.do(AddSigners("i2", ("user:丁",), "after", "再核", "乙"))
    case.do(CompleteItem("i2", {}, "乙")).do(CompleteItem("i3", {}, "丁"))
    case.do(CompleteItem("i1", {}, "甲")).do(CompleteItem("i4", {}, "丙"))
    assert case.open == ["b"]


def test_a_removed_signer_need_not_sign_and_only_who_asked_removes_him() -> None:
    case = Case(two()).start().do(AddSigners("i1", ("user:乙", "user:丙"), "before", "先核", "甲"))
    with pytest.raises(NotPermitted):
        case.do(RemoveSigner("i3", "不必", "乙"))
    case.do(AddSigners("i2", ("user:丁",), "before", "再核", "乙"))
    case.do(RemoveSigner("i2", "不必", "甲"))  # and whom he had asked
    assert list(case.here.items) == ["i1", "i3"]
    case.do(RemoveSigner("i3", "不必", "甲"))
    assert case.do(CompleteItem("i1", {}, "甲")).open == ["b"]


def test_the_last_signer_after_is_removed_and_the_case_goes_on() -> None:
    case = Case(two()).start().do(AddSigners("i1", ("user:乙", "user:丙"), "after", "报批", "甲"))
    case.do(RemoveSigner("i1", "不必", "甲", "user:丙")).do(CompleteItem("i1", {"意见": "同意"}, "甲"))
    assert parts(case, "after") == ["i2"]
    case.do(RemoveSigner("i2", "不必", "甲"))
    assert (case.open, case.variables["意见"]) == (["b"], "同意")


def test_what_a_step_does_not_allow_is_refused() -> None:
    case = Case(two(allow=("return",))).start().do(ClaimItem("i1", "甲"))
    for command in (
        TransferItem("i1", "user:乙", "出差", "甲"),
        DelegateItem("i1", "user:乙", "请代拟", "甲"),
        AddSigners("i1", ("user:乙",), "before", "先核", "甲"),
        AddSigners("i1", ("user:乙",), "after", "先核", "甲"),
        commands.UrgeItem("i1", "user:甲", "请尽快", "乙"),
    ):
        with pytest.raises(Refused, match="不允许"):
            case.do(command)


def test_a_return_ends_the_parts_of_the_step() -> None:
    case = Case(two()).start().complete("a").do(AddSigners("i2", ("user:乙",), "before", "先核", "甲"))
    case.do(ReturnTo("i3", "a", "缺件", "乙"))
    assert (case.open, len(case.here.items)) == (["a"], 1)


def test_a_completion_cannot_be_taken_back_once_the_next_has_been_handed_on() -> None:
    case = Case(two()).start().do(CompleteItem("i1", {}, "甲")).do(TransferItem("i2", "科/另岗", "分工"))
    with pytest.raises(Refused):
        case.do(WithdrawItem("i1", "甲"))


def test_a_suspended_case_rests_and_goes_on_where_it_was() -> None:
    case = Case(two()).start().do(SuspendCase("等待诉讼", ("decide",)))
    assert case.last[-1].running == ("decide",)  # type: ignore[union-attr]
    for command in (ClaimItem("i1", "甲"), CompleteItem("i1", {}, "甲"), ReturnTo("i1", "a", "缺件")):
        with pytest.raises(Refused, match="等待诉讼"):
            case.do(command)
    with pytest.raises(Refused):
        case.do(SuspendCase("再次"))
    case.do(commands.Annotate("来电")).do(ResumeCase("判决生效"))
    assert case.do(CompleteItem("i1", {}, "甲")).open == ["b"]
    with pytest.raises(Refused):
        case.do(ResumeCase("再次"))


def test_who_is_recused_loses_what_he_has_and_acts_no_more() -> None:
    case = Case(two()).start().do(ClaimItem("i1", "甲")).do(RecusePerson("甲", "与申请人有利害关系"))
    assert case.here.items["i1"].user is None
    for command in (ClaimItem("i1", "甲"), CompleteItem("i1", {}, "甲"), ReturnTo("i1", "a", "缺件", "甲")):
        with pytest.raises(NotPermitted, match="回避"):
            case.do(command)
    case.do(ClaimItem("i1", "乙"))
    with pytest.raises(NotPermitted, match="回避"):
        case.do(TransferItem("i1", "user:甲", "出差", "乙"))


def signed(rule: str, post: str) -> Case:
    nodes = [start(), user("v", sign=rule, post=post, name="会签"), user("b"), end()]
    return Case(net(process("p", body(nodes, "s > v > b > e")))).start()


def say(case: Case, number: int, word: str, **more: object) -> Case:
    return case.do(CompleteItem(f"i{number}", {"v_outcome": word, **more}))


THREE = '= ["甲岗", "乙岗", "丙岗"]'


def test_all_must_agree_and_one_against_decides() -> None:
    case = say(say(signed("all", THREE), 1, "同意"), 2, "同意")
    assert case.open == ["v"]
    assert (say(case, 3, "同意").open, case.variables["v_outcome"]) == (["b"], "同意")
    case = say(signed("all", THREE), 2, "不同意")
    assert (case.open, case.variables["v_outcome"]) == (["b"], "不同意")
    assert events(case).count("item_cancelled") == 2


def test_with_last_nothing_is_decided_before_all_have_signed() -> None:
    case = say(say(signed("all last", THREE), 1, "不同意"), 2, "同意")
    assert case.open == ["v"]
    assert say(case, 3, "同意").variables["v_outcome"] == "不同意"
    assert [vote["vote"] for vote in case.variables["v_votes"]] == ["不同意", "同意", "同意"]


def test_any_one_signature_decides_an_abstention_does_not() -> None:
    case = say(signed("any", THREE), 2, "弃权")
    assert case.open == ["v", "v"]
    say(case, 1, "同意", 意见="可行")
    assert (case.open, case.variables["v_outcome"], case.variables["意见"]) == (["b"], "同意", "可行")


def test_a_ratio_is_met_as_soon_as_it_is_certain() -> None:
    post = '= ["甲岗", "乙岗", "丙岗", "丁岗", "戊岗"]'
    case = say(say(signed("ratio:0.6", post), 1, "同意"), 2, "不同意")
    assert say(case, 3, "同意").open == ["v", "v"]
    assert say(case, 5, "同意").open == ["b"]
    case = signed("ratio:0.6", post)
    for number in (1, 2, 3):
        say(case, number, "不同意")
    assert (case.open, case.variables["v_outcome"]) == (["b"], "不同意")


WEIGHTED = '= [{post: "局长", weight: 4}, {post: "甲岗", weight: 2}, {post: "乙岗", weight: 2}, {user: "丙", weight: 1}]'


def test_a_late_majority_by_weight_is_reached_with_the_last_signature() -> None:
    case = signed("weight:0.6", WEIGHTED)
    say(say(say(case, 2, "同意"), 4, "不同意"), 3, "弃权")
    assert case.open == ["v"]
    say(case, 1, "同意")
    assert (case.open, case.variables["v_outcome"]) == (["b"], "同意")
    assert case.variables["v_votes"][0] == {
        "signer": "甲岗", "user": None, "vote": "同意", "weight": Decimal(2), "values": {},
    }  # fmt: skip


def test_a_veto_decides_whatever_the_others_weigh() -> None:
    case = say(say(signed("weight:0.5 veto:乙岗", WEIGHTED), 2, "同意"), 3, "不同意")
    assert (case.open, case.variables["v_outcome"]) == (["b"], "不同意")


def test_weights_may_stand_in_the_rule_and_words_for_the_votes_too() -> None:
    case = signed("weight:0.7 甲岗=3 yes:拟准予 no:退回修改", '= ["甲岗", "乙岗"]')
    say(case, 1, "拟准予")
    assert case.variables["v_outcome"] == "拟准予"


def test_a_voter_added_and_removed_counts_only_while_he_is_there() -> None:
    case = signed("all", '= ["甲岗", "乙岗"]')
    case.do(AddSigners("i1", ("user:丙",), "with", "会签", "甲"))
    say(say(case, 1, "同意"), 2, "同意")
    assert case.open == ["v"]
    with pytest.raises(NotPermitted):
        case.do(RemoveSigner("i3", "不必", "乙"))
    assert case.do(RemoveSigner("i3", "不必", "甲")).open == ["b"]


def test_a_signer_of_the_diagram_cannot_be_removed() -> None:
    with pytest.raises(Refused):
        signed("all", THREE).do(RemoveSigner("i2", "不必", "甲"))


def test_a_voter_asks_others_before_and_after_him() -> None:
    case = signed("all", '= ["甲岗", "乙岗"]')
    case.do(AddSigners("i1", ("user:丙",), "before", "先核", "甲")).do(CompleteItem("i3", {}, "丙"))
    case.do(AddSigners("i1", ("user:丁",), "after", "再核", "甲")).do(
        CompleteItem("i1", {"v_outcome": "同意"}, "甲")
    )
    say(case, 2, "同意")
    assert case.open == ["v", "v"]
    assert case.do(CompleteItem("i4", {}, "丁")).open == ["b"]


def test_a_voter_against_ends_what_other_voters_have_asked() -> None:
    case = signed("all", '= ["甲岗", "乙岗"]').do(AddSigners("i1", ("user:丙",), "before", "先核", "甲"))
    say(case, 2, "不同意")
    assert case.open == ["b"]


def test_a_signing_without_signers_or_with_one_twice_is_an_incident() -> None:
    for post in ("= []", '= ["甲岗", "甲岗"]', "= [1]"):
        case = signed("all", post)
        assert [each.code for each in case.here.incidents.values()] == ["sign"]


def test_a_signed_step_may_be_gone_back_to() -> None:
    case = say(signed("any", THREE), 1, "同意").do(ReturnTo("i4", "v", "重议"))
    assert case.open == ["v", "v", "v"]
    with pytest.raises(ItemClosed):
        say(case, 1, "同意")


def test_a_named_signer_cannot_release_what_names_him() -> None:
    case = Case(two()).start().do(AddSigners("i1", ("user:乙",), "before", "先核", "甲"))
    with pytest.raises(Refused, match="转办"):
        case.do(ReleaseItem("i2", "乙"))
    case.do(TransferItem("i2", "user:丙", "出差", "乙")).do(CompleteItem("i2", {}, "丙"))
    assert case.do(CompleteItem("i1", {}, "甲")).open == ["b"]
