"""The bureau: the one facade through which web, command line and API do everything. It joins engine and forms.

Who may do what is decided here. A step's form is seen, and the step done, only by whoever has claimed it or holds
its post; errors name nothing that the asker may not see. `data` are values as typed or as JSON; moments are aware
UTC; dates are days in Asia/Shanghai. `revision`, where given, is the number of the case's last entry that the caller has
seen: Stale when there is a later one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from engine import due, history, recomputation, search, warning_chain, worklist
from engine.calendar.lights import Light, light
from engine.calendar.run import Clock
from engine.cases import Actor, Answer, Cases, reception
from engine.cases.actor import CaseView as Looking
from engine.codec import loads
from engine.deployment.bundle import Bundle
from engine.errors import (
    DeploymentError,
    InvalidInput,
    ItemClosed,
    ItemTaken,
    NotFound,
    NotPermitted,
    Refused,
)
from engine.kernel.commands import (
    Annotate,
    CancelCase,
    ClaimItem,
    Command,
    CompleteItem,
    ReleaseItem,
)
from engine.store import Store, queries
from processes import attachments, checking, extending, handing_over, inbox, operations, scope, stand_in
from processes.accounts import Account, Accounts
from processes.bundles import bundle_from, bundle_of
from processes.desk import START, Desk, desk_of
from processes.handlers import HANDLERS
from processes.looking import case_view, item_view
from processes.matters import Matter, matters
from processes.organisation import Organisation, organisation
from processes.standing import ADVICE
from processes.structure import Structure
from processes.views import CaseView, InboxPage, ItemView, StepForm
from processes.warnings import addressees_in

log = logging.getLogger(__name__)

KEPT_SECONDS = 5.0  # how long a matter published by another process may go unseen at the counter


class Bureau:
    """Safe to share between threads; open once per process."""

    def __init__(self, store: Store, cases: Cases, org: Organisation) -> None:
        self.store = store
        self.cases = cases
        self.structure = Structure(store, org)
        self.accounts = Accounts(store, self.structure.now, cases.clock)
        self._desks: dict[str, Desk] = {}
        self._matters: tuple[float, dict[str, Matter]] | None = None
        self._lock = threading.Lock()
        self.paper_versions: dict[str, Any] = {}  # kinds and templates by deployment (processes.documents)

    @classmethod
    def open(cls, url: str, *, clock: Callable[[], datetime] | None = None, **settings: Any) -> Bureau:
        """On the database at `url`; `clock` gives aware UTC moments (tests move it)."""
        store = Store.open(url)
        if clock is not None:
            settings["clock"] = clock
        return cls(store, Cases(store, **settings), organisation())

    def close(self) -> None:
        self.store.close()

    def prepare(self, *, demo: bool = False, password: str | None = None) -> None:
        """Tables, sections, the matters of this repository, and with `demo` the demo people under one password."""
        self.store.migrate()
        self.cases.calendars.prepare(self.cases.clock())
        self.structure.plant()
        if demo:
            self.accounts.enrol(self.organisation.people.values(), password, demo=True)
        self._deploy_new(matters(), Actor("system", "系统"))

    def ready(self) -> None:
        """Raises when the database does not answer."""
        self.accounts.names()

    # -- who ---------------------------------------------------------------------------------------------------

    @property
    def organisation(self) -> Organisation:
        """Sections and posts as they stand; closed ones are not among them."""
        return self.structure.now()

    def authenticate(self, user: str, password: str) -> Account | None:
        """None when the name or the password is wrong; which of the two is not told. Raises Locked (`Accounts`)."""
        return self.accounts.authenticate(user, password)

    def person(self, user: str) -> Account:
        """Raises NotFound."""
        return self.accounts.account(user)

    # -- what --------------------------------------------------------------------------------------------------

    def matters(self, user: str | None = None) -> list[Matter]:
        """All published matters, or those that `user` may receive at the counter."""
        found = list(self._published().values())
        if user is None:
            return found
        held = self.person(user).may_act_as
        return [matter for matter in found if not held.isdisjoint(matter.posts)]

    def matter(self, matter_id: str) -> Matter:
        """Raises NotFound."""
        found = self._published().get(matter_id)
        if found is None:
            raise NotFound("没有这个事项")
        return found

    def start_form(self, matter_id: str) -> StepForm:
        """The form with which an application is received."""
        return StepForm(self._newest(self.matter(matter_id)).form, START)

    def deploy(self, folder: Path | None, user: str) -> dict[str, str]:
        """Publish the matter in `folder` (or every matter of this repository): deployment by matter.

        What a designer hands in is explored and compared with the second opinion first; the repository's own
        matters are by its tests. Raises DeploymentError with every fault.
        """
        actor = Actor(user, user)
        if folder is None:
            return self._deploy_new(matters(), actor)
        bundle = bundle_from(folder)
        desk = self._check(bundle)
        from engine.deployment.report import objections  # SpiffWorkflow takes a while to load

        if faults := objections(bundle):
            raise DeploymentError(faults)
        deployed = {desk.matter.id: self.cases.deploy(bundle, actor)}
        self._matters = None
        return deployed

    # -- begin -------------------------------------------------------------------------------------------------

    def start(
        self,
        user: str,
        matter_id: str,
        data: Mapping[str, Any],
        *,
        key: str | None = None,
        uploads: Sequence[Mapping[str, Any]] = (),
    ) -> Answer:
        """Receive an application with what `processes.attachments.staged` gives. Raises InvalidForm, NotPermitted,
        NotFound."""
        account = self.person(user)
        matter = self.matter(matter_id)
        if account.may_act_as.isdisjoint(matter.posts):
            raise NotPermitted("收件须由受理窗口或者承办岗位办理")
        desk = self._newest(matter)
        values = attachments.confirmed(
            desk.form, desk.form.load(START, data), attachments.of_uploads(uploads)
        )
        title, applicant = desk.titled(values)
        header = {
            "matter": matter.id, "matter_name": matter.name, "section": matter.section, "title": title,
            "applicant": applicant,
        }  # fmt: skip
        return reception.receive(
            self.cases, matter.process, values, actor=Actor(user, account.name), key=key,
            deployment=desk.deployment, header=header, number_format=matter.number + "-{year}-{seq:04d}",
            uploads=uploads,
        )  # fmt: skip

    # -- lists -------------------------------------------------------------------------------------------------

    def inbox(
        self,
        user: str,
        box: str = "todo",
        *,
        after: str | None = None,
        limit: int = 20,
        matter: str | None = None,
        query: str | None = None,
    ) -> InboxPage:
        """One page of a box (todo | claimable | done | started), narrowed to a matter or to words where given."""
        chosen = inbox.Chosen(matter=matter or "", words=query or "")
        return inbox.page(self, user, box, chosen, after=after, limit=limit)

    def counts(self, user: str) -> dict[str, int]:
        """How many in each box, and the lights of what is mine to do."""
        found = inbox.counts(self, user)
        return {**found.boxes, **found.lights}

    # -- one step ----------------------------------------------------------------------------------------------

    def item(self, user: str, case_id: str, item: str) -> ItemView:
        """The step's page. Raises NotFound, NotPermitted, ItemClosed."""
        account = self.person(user)
        return self.cases.view(
            case_id,
            lambda view: item_view(
                view, self._seen(account, view, item), account, self._desk(view.deployment), self
            ),
        )

    def still_open(self, user: str, case_id: str, item: str) -> None:
        """Raises what `item` raises, and shows nothing: a form that saves itself asks for no more."""
        account = self.person(user)
        self.cases.view(case_id, lambda view: self._seen(account, view, item))

    def claim(
        self, user: str, case_id: str, item: str, *, key: str | None = None, revision: int | None = None
    ) -> Answer:
        """Take a step of one's post. Raises ItemTaken when a colleague was faster."""
        return self._act(user, case_id, item, lambda view, row: ClaimItem(item, user), key, revision)

    def release(
        self, user: str, case_id: str, item: str, *, key: str | None = None, revision: int | None = None
    ) -> Answer:
        """Give a claimed step back to the post."""
        return self._act(
            user, case_id, item, lambda view, row: ReleaseItem(item, user), key, revision, gives_back=True
        )

    def complete(
        self,
        user: str,
        case_id: str,
        item: str,
        data: Mapping[str, Any],
        *,
        key: str | None = None,
        revision: int | None = None,
    ) -> Answer:
        """Validate by the step's form and complete. Raises InvalidForm with errors by field, and what `_act` raises."""

        def command(view: Looking, row: Mapping[str, Any]) -> Command:
            part = view.state.parts.get(item)
            if part is not None and part.kind in ADVICE:
                raise Refused("加签人员只出具意见，不填写本环节的表单")
            return CompleteItem(item, checking.values_of(self, view, row, data), user)

        if extending.EXTENSION in data:
            revision = extending.extend(self, user, case_id, item, data, revision)
        return self._act(user, case_id, item, command, key, revision)

    def return_to(
        self,
        user: str,
        case_id: str,
        item: str,
        target: str,
        reason: str,
        *,
        direct: bool = False,
        key: str | None = None,
        revision: int | None = None,
    ) -> Answer:
        """Back to a step done before; a reason is required. `direct`: then straight back here."""
        return operations.return_to(
            self, user, case_id, item, target, reason, direct=direct, key=key, revision=revision
        )

    def withdraw(
        self,
        user: str,
        case_id: str,
        item: str,
        reason: str = "",
        *,
        key: str | None = None,
        revision: int | None = None,
    ) -> Answer:
        """Take one's own completion back while nobody has begun what it opened."""
        return operations.withdraw(self, user, case_id, item, reason, key=key, revision=revision)

    # -- the whole case ----------------------------------------------------------------------------------------

    def cancel(
        self, user: str, case_id: str, reason: str, *, key: str | None = None, revision: int | None = None
    ) -> Answer:
        """End a case before its decision: by who received it. Raises NotPermitted, InvalidInput without a reason."""
        if not reason.strip():
            raise InvalidInput("取消办件须写明理由", {"reason": ["请写明理由"]})
        account = self.person(user)

        def command(view: Looking) -> Command:
            if not self.may_cancel(account, view):
                raise NotPermitted("只有收件岗位可以取消办件，作出决定后不能取消")
            return CancelCase(reason)

        return self.cases.submit(
            case_id, command, actor=Actor(user, account.name), key=key, revision=revision
        )

    def annotate(
        self, user: str, case_id: str, text: str, *, key: str | None = None, revision: int | None = None
    ) -> Answer:
        """A note in the history; changes nothing."""
        if not text.strip():
            raise InvalidInput("批注不能为空", {"text": ["请填写批注"]})
        account = self.person(user)

        def command(view: Looking) -> Command:
            scope.permit(self, user, view, acting=True)
            return Annotate(text.strip())

        return self.cases.submit(
            case_id, command, actor=Actor(user, account.name), key=key, revision=revision
        )

    def case(self, user: str, case_id: str) -> CaseView:
        """The case's page, for whom `processes.scope` lets see it. Raises NotFound, NotPermitted."""
        account = self.person(user)

        def look(view: Looking) -> CaseView:
            scope.permit(self, user, view)
            entries = list(history.entries(self.store, case_id))
            return case_view(view, entries, account, self._desk(view.deployment), self)

        return self.cases.view(case_id, look)

    def verify(self, case_id: str | None = None) -> list[history.Break]:
        """Recompute the hash chain of one case, or of all; every break by case and entry."""
        return history.verify(self.store, case_id)

    def tick(self) -> int:
        """Do what is due now: deadlines, jobs, messages, warnings, clocks that a new calendar has not reached yet,
        words to be found.

        Returns how much was done.
        """
        done = due.run_once(self.cases, HANDLERS)
        done += warning_chain.give(self.cases, addressees_in(self.organisation))
        done += handing_over.work(self)
        done += recomputation.recompute(self.cases, most=2)
        return done + search.catch_up(self.cases)

    def act(
        self,
        user: str,
        case_id: str,
        item: str,
        build: Callable[[Looking, Mapping[str, Any]], Command],
        key: str | None,
        revision: int | None = None,
    ) -> Answer:
        """A command on a step by who has it or may take it, or stands in for that one. Raises NotFound, NotPermitted,
        ItemClosed, ItemTaken, Refused, Busy."""
        return self._act(user, case_id, item, build, key, revision)

    def open_row(self, view: Looking, item: str) -> dict[str, Any]:
        """The row of an open work item. Raises NotFound, ItemClosed."""
        return self._open_item(view, item)

    def desk(self, deployment: str) -> Desk:
        """A published version of a matter, compiled. Raises NotFound."""
        return self._desk(deployment)

    # -- within ------------------------------------------------------------------------------------------------

    def may_cancel(self, account: Account, view: Looking) -> bool:
        """The receiving post, until the decision is made."""
        matter = self._desk(view.deployment).matter
        return not account.may_act_as.isdisjoint(matter.posts) and view.variables.get("decided_on") is None

    def _act(
        self,
        user: str,
        case_id: str,
        item: str,
        build: Callable[[Looking, Mapping[str, Any]], Command],
        key: str | None,
        revision: int | None = None,
        *,
        gives_back: bool = False,
    ) -> Answer:
        """Raises NotFound, NotPermitted, ItemClosed, ItemTaken, Stale, Busy."""
        account = self.person(user)

        def by(actor: Actor) -> Callable[[Looking], Command]:
            def command(view: Looking) -> Command:
                row = self._open_item(view, item)
                holder = stand_in.may_act(self, account, actor, row)
                if not gives_back:
                    stand_in.not_recused(self, view, row["element"], {user, holder})
                return stand_in.in_the_name_of(build(view, row), holder)

            return command

        own = Actor(account.user, account.name)
        try:
            return self.cases.submit(case_id, by(own), actor=own, key=key, item=item, revision=revision)
        except (NotPermitted, ItemTaken):
            actor = stand_in.actor_for(
                self, account, case_id, item
            )  # asked only where one's own power is none
            if actor.on_behalf_of is None:
                raise
        return stand_in.submit(self.cases, case_id, item, by(actor), actor, key, revision)

    def _seen(self, account: Account, view: Looking, item: str) -> dict[str, Any]:
        row = self._open_item(view, item)
        self._may_see(account, row)
        return row

    def _open_item(self, view: Looking, item: str) -> dict[str, Any]:
        row = view.item(item)
        if item not in view.state.items:
            raise ItemClosed()
        return row

    def _may_see(self, account: Account, row: Mapping[str, Any]) -> None:
        own = row["claimed_by"] == account.user or row["post"] in account.may_act_as
        if not own and not stand_in.holders(self, account, row):
            raise NotPermitted()

    def _published(self) -> Mapping[str, Matter]:
        """The newest version of every matter by id, in the order of the sections, whoever published it from where."""
        kept, now = self._matters, time.monotonic()
        if kept is not None and now - kept[0] < KEPT_SECONDS:
            return kept[1]
        found = []
        with self.store.reading() as transaction:
            rows = transaction.all(queries.processes, {})
        for process, deployment in rows:
            try:
                matter = self._desk(deployment).matter
            except DeploymentError as error:
                # A version without a matter, published to the engine alone: nobody receives it here.
                log.warning("流程 %s 的版本不能在窗口收件：%s", process, error)
                continue
            if matter.process == process:
                found.append(matter)
        order = {section.name: place for place, section in enumerate(self.organisation.sections)}
        found.sort(key=lambda matter: (order.get(matter.section, len(order)), matter.id))
        published = {matter.id: matter for matter in found}
        self._matters = (now, published)
        return published

    def _newest(self, matter: Matter) -> Desk:
        return self._desk(self.cases.newest(matter.process))

    def _desk(self, deployment: str) -> Desk:
        found = self._desks.get(deployment)
        if found is None:
            found = self._check(self.cases.bundle(deployment))
        return found

    def _check(self, bundle: Bundle) -> Desk:
        executable = self.cases.deployments.check(bundle)
        desk = desk_of(bundle, executable, self.cases.calendar, self.cases.clock)
        with self._lock:
            self._desks[bundle.hash] = desk
        return desk

    def _deploy_new(self, found: Mapping[str, Matter], actor: Actor) -> dict[str, str]:
        deployed = {}
        for matter in found.values():
            bundle = bundle_of(matter)
            try:
                current = self.cases.newest(matter.process)
            except NotFound:
                current = ""
            if current != bundle.hash:
                self._check(bundle)
                self.cases.deploy(bundle, actor)
            deployed[matter.id] = bundle.hash
        self._matters = None
        return deployed

    def light_of(self, found: worklist.Row, now: datetime) -> Light:
        """That of the limit which is due first; grey where none runs."""
        if found.due is None or found.limit is None or found.clock is None:
            return "grey"
        limit = self._desk(found.deployment).limits[found.limit]
        return light(Clock.from_json(loads(found.clock)), limit, now, self.cases.calendar)

    def matter_name(self, matter_id: str) -> str:
        found = self._published().get(matter_id)
        return matter_id if found is None else found.name
