"""What is done with a step besides doing it, as the forms of its page send it; and the page on which a chief hands on
what others of the section hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.datastructures import MultiDict

from engine.errors import ChengbanError, InvalidInput, NotPermitted
from processes import case_operations, choosing, operations
from processes.bureau import Bureau
from processes.standing import standing
from webapp import faults
from webapp.context import bureau
from webapp.signin import me
from webapp.wording import _

pages = Blueprint("step_operations", __name__, url_prefix="/cases/<case_id>/items/<item>/operations")

Sent = MultiDict[str, str]
LONGEST = 2000
SEVERAL = ("to", "to_2", "to_3")


class Operation(NamedTuple):
    """`does` carries it out for (bureau, user, case, item, form, key); `said` is told then; `stays` on the step's page."""

    does: Callable[[Bureau, str, str, str, Sent, str], Any]
    said: str
    stays: bool = True


def _reason(sent: Sent) -> str:
    return sent.get("_reason", "").strip()[:LONGEST]


def _to(sent: Sent) -> str:
    return sent.get("to", "").strip()


def _transfer(bureau: Bureau, user: str, case_id: str, item: str, sent: Sent, key: str) -> None:
    operations.transfer(bureau, user, case_id, item, _to(sent), _reason(sent), key=key)


def _delegate(bureau: Bureau, user: str, case_id: str, item: str, sent: Sent, key: str) -> None:
    operations.delegate(bureau, user, case_id, item, _to(sent), _reason(sent), key=key)


def _signers(where: str) -> Callable[[Bureau, str, str, str, Sent, str], None]:
    def add(bureau: Bureau, user: str, case_id: str, item: str, sent: Sent, key: str) -> None:
        named = [name for field in SEVERAL if (name := sent.get(field, "").strip())]
        wrong = {}
        for field in SEVERAL:
            try:
                if field == SEVERAL[0] or sent.get(field, "").strip():
                    operations.addressee(bureau, sent.get(field, ""))
            except InvalidInput as error:
                wrong[field] = error.fields.get("to", [error.message])
        if wrong:
            raise InvalidInput(_("加签人员有误"), wrong)
        operations.add_signers(bureau, user, case_id, item, named, where, _reason(sent), key=key)

    return add


def _remove(bureau: Bureau, user: str, case_id: str, item: str, sent: Sent, key: str) -> None:
    part, signer = sent.get("_part", "") or item, sent.get("_signer", "")
    operations.remove_signer(bureau, user, case_id, part, _reason(sent), signer=signer, key=key)


def _urge(bureau: Bureau, user: str, case_id: str, item: str, sent: Sent, key: str) -> None:
    case_operations.urge(bureau, user, case_id, sent.get("_part", "") or item, _reason(sent), key=key)


def _return(bureau: Bureau, user: str, case_id: str, item: str, sent: Sent, key: str) -> None:
    target, mode, reason = sent.get("_target", ""), sent.get("_mode", "step"), _reason(sent)
    wrong = {}
    if not target:
        wrong["_target"] = [_("请选择退回到哪个环节")]
    if mode not in ("step", "direct"):
        wrong["_mode"] = [_("请选择退回后怎样继续")]
    if not reason:
        wrong["reason"] = [_("请写明退回理由")]
    if wrong:
        raise InvalidInput(_("退回须选择退回到哪个环节，并写明理由。"), wrong)
    bureau.return_to(user, case_id, item, target, reason, direct=mode == "direct", key=key)


def _sign(bureau: Bureau, user: str, case_id: str, item: str, sent: Sent, key: str) -> None:
    opinion = sent.get("opinion", "").strip()[:LONGEST]
    operations.sign(bureau, user, case_id, item, sent.get("vote", ""), opinion, key=key)


COMMANDS: Mapping[str, Operation] = {
    "transfer": Operation(_transfer, "已转办。", stays=False),
    "delegate": Operation(_delegate, "已委派，办结后回到您这里。"),
    "add_before": Operation(_signers("before"), "已前加签，待加签人员出具意见后由您办理。"),
    "add_after": Operation(_signers("after"), "已后加签，您办理后送其签署。"),
    "add_signer": Operation(_signers("with"), "已加入会签。"),
    "remove_signer": Operation(_remove, "已减签。"),
    "urge": Operation(_urge, "已催办。"),
    "return": Operation(_return, "已退回。", stays=False),
    "sign": Operation(_sign, "已签署意见。", stays=False),
}
"""By the value of the button. What is done with the whole case has its own page."""


def wrong(error: ChengbanError) -> dict[str, Any]:
    """What is wrong by the field of the page beside which it is to be said."""
    fields = error.fields if isinstance(error, InvalidInput) else {}
    return {{"reason": "_reason", "text": "_reason"}.get(name, name): said for name, said in fields.items()}


def choices(section: str, allowed: frozenset[str], *, chief: bool = False) -> dict[str, Any]:
    """The lists that the fields suggest from, as far as an operation needs them."""
    near = {"transfer", "delegate"} & allowed
    far = {"add_before", "add_after", "add_signer"} & allowed
    return {
        "near": choosing.offered(bureau(), "" if chief else section) if near else (),
        "far": choosing.offered(bureau()) if far else (),
    }


@pages.get("")
@login_required
def show(case_id: str, item: str) -> Any:
    return page(case_id, item)


@pages.post("")
@login_required
def act(case_id: str, item: str) -> Any:
    """转办 by who directs the section; the holder does it on the step's own page."""
    from webapp.step import given_key  # the step's page has these operations too

    if request.form.get("_command") != "transfer":
        return faults.page(400)
    try:
        _transfer(bureau(), me().user, case_id, item, request.form, given_key())
    except NotPermitted as error:
        return page(case_id, item, sent=request.form, message=error.message, status=403)
    except InvalidInput as error:
        return page(case_id, item, sent=request.form, errors=wrong(error), status=422)
    flash(_("已转办。"), "good")
    return redirect(url_for("case.show", case_id=case_id), 303)


def page(
    case_id: str,
    item: str,
    *,
    sent: Sent | None = None,
    errors: Mapping[str, Any] | None = None,
    message: str = "",
    status: int = 200,
) -> Any:
    from webapp.step import new_key

    found = standing(bureau(), me().user, case_id, item)
    if "transfer" not in found.allowed:
        raise NotPermitted(_("该环节不允许转办"))
    row = bureau().cases.view(case_id, lambda view: bureau().open_row(view, item))
    header = bureau().cases.view(case_id, lambda view: dict(view.header))
    names = bureau().accounts.names()
    return make_response(
        render_template(
            "hand_on.html", here="inbox", case_id=case_id, row=row, header=header, found=found, names=names,
            typed=sent or {}, errors=errors or {}, message=message, key=new_key(),
            suggested=choices("", found.allowed, chief=True),
        ),
        status,
    )  # fmt: skip
