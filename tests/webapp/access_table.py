"""What each route answers to each kind of person: kinds by blueprint, exceptions by endpoint.

A route that stands nowhere here fails the test: say to whom it is open. `COMMANDS` are what a POST of the desk carries
so that it comes as far as the question who asks; bodies of the API are made from its own document.
"""

from __future__ import annotations

# -- who asks ----------------------------------------------------------------------------------------------------

HOLDER = "zhanghui"  # 行政审批科/窗口: has the step in hand
PEOPLE = {
    "anonymous": "",
    "holder": HOLDER,
    "colleague": "lixiaoyan",  # of the same post
    "host": "wangjian",  # 国土空间用途管制科/经办人: the section whose matter it is; no step has come to him yet
    "chief": "chenwei",  # of that section
    "stranger": "songping",  # 矿产权管理科/经办人
    "deputy": "tangyue",  # stands in for the holder
    "leader": "huanghe",
    "auditor": "jiangtao",
    "admin": "caixia",  # 办公室, administrator
    "disabled": "linsen",  # whose account was closed while the session ran
}
SIGNED = frozenset(PEOPLE) - {"anonymous", "disabled"}
EVERYBODY = frozenset(PEOPLE)
OUTSIDE = frozenset({"anonymous", "disabled"})
NOBODY: frozenset[str] = frozenset()
SEES = frozenset({"holder", "colleague", "chief", "deputy", "leader", "auditor"})  # processes.scope
WORKS = frozenset({"holder", "colleague", "deputy"})  # has the step, its post, or stands in
ADMIN = frozenset({"admin"})
SUPERVISES = frozenset({"chief", "leader"})

# -- pages -------------------------------------------------------------------------------------------------------

BLUEPRINTS = {
    "admin": ADMIN, "admin_sections": ADMIN, "case": SEES, "case_operations": SEES, "clocks": SEES, "timing": SEES,
    "documents": SEES, "files": SEES, "step": WORKS, "step_operations": WORKS, "receipt": SEES, "inbox": SIGNED,
    "batch": SIGNED, "messages": SIGNED, "searching": SIGNED, "stand_ins": SIGNED, "handing_over": SIGNED,
    "own_account": SIGNED, "api_tokens": SIGNED, "webhooks": ADMIN, "workdays": SIGNED, "supervision": SUPERVISES,
    "counter": SIGNED, "signin": EVERYBODY, "oidc": EVERYBODY, "health": EVERYBODY, "progress": EVERYBODY,
    "static": EVERYBODY, "api_document": EVERYBODY,
}  # fmt: skip
ENDPOINTS = {
    "admin.lines": frozenset({"admin", "auditor"}),
    "documents.prepare": WORKS,
    "documents.make": WORKS,
    "documents.act": SEES - {"auditor"},
    "case.act": SEES - {"auditor"},
    "receipt.show": frozenset({"holder", "colleague"}),
    "step_operations.show": frozenset({"holder", "deputy", "leader"}),
    "step_operations.act": frozenset({"holder", "deputy", "leader"}),
    "case_operations.act": frozenset({"holder", "deputy", "chief", "leader"}),
    "handing_over.show": frozenset({"chief", "leader", "admin"}),
    "handing_over.begin": frozenset({"leader", "admin"}),
    "counter.receive": frozenset({"holder", "colleague"}),
    "counter.autosave": frozenset({"holder", "colleague"}),
    "home": EVERYBODY,
}
# No such thing: which is told to whoever has signed in, before it would matter who asks.
MISSING = frozenset(
    {
        "handing_over.watch",
        "messages.follow",
        "workdays.version",
        "webhooks.deliveries",
        "webhooks.act",
        "workdays.publish",
    }
)
# Asked in the background: the answer to whoever has not signed in is no page.
SILENT = frozenset({"step.autosave", "counter.autosave"})
# Steps aside for a moment before it looks who asks: leads to the page itself, which is in this table too.
REDIRECTS = frozenset({"home", "step.draft", "counter.draft", "oidc.gone"})
# GETs that have nothing to show in this world.
ANSWERS = {
    "clocks.sheet": 404,
    "timing.show": 404,
    "documents.fetch": 404,
    "files.fetch": 404,
    "admin.home": 302,
    "inbox.news": 400,
    "oidc.begin": 404,
    "oidc.finish": 404,
}
COMMANDS = {
    "admin.act": {"_command": "unlock", "_reason": "x"},
    "admin.add": {"_command": "add", "_reason": "x", "user": "lina", "name": "李娜"},
    "admin.read_file": {"_command": "check", "text": "用户名,姓名\nwufei,吴飞"},
    "admin_sections.act": {"_command": "rename", "full_name": "财务科", "_reason": "x"},
    "admin_sections.add": {"_command": "add", "slug": "marine", "name": "海洋科", "_reason": "x"},
    "batch.show": {},
    "case.act": {"_command": "annotate", "_text": "x"},
    "case_operations.act": {"_command": "copy", "to": "sunlei", "_reason": "x"},
    "counter.receive": {"_command": "receive"},
    "documents.act": {"_command": "void", "_reason": "x"},
    "documents.make": {"_command": "pdf"},
    "handing_over.begin": {"_command": "begin", "person": "linsen", "to": "maliang", "_reason": "x"},
    "messages.act": {"_command": "read"},
    "stand_ins.act": {"_command": "declare"},
    "step.act": {"_command": "complete"},
    "step_operations.act": {"_command": "transfer", "to": "lixiaoyan", "_reason": "x"},
    "timing.act": {"_command": "suspend", "ground": "x", "_reason": "x"},
    "webhooks.create": {"_command": "create", "url": "ftp://x"},
    "workdays.act": {
        "_command": "preview",
        "text": "x",
        "source": "x",
        "published": "2026-11-05",
        "years": "2027",
    },
    "api_tokens.act": {"_command": "create"},
    "own_account.end": {"_command": "others"},
}
# What takes no cookie, or answers in the background: see tests of its own.
WITHOUT_MARK = frozenset({"progress.look", "step.autosave", "counter.autosave"})
PLACES = {
    "user": "sunlei", "slug": "finance", "limit": "decide", "process": "temporary_land_use", "matter": "temporary-land-use",
    "document": "d1", "form": "pdf", "kind": "受理通知书", "attachment": "a1", "notice": "n1", "hand_over": "h1",
    "version": "v1", "webhook": "w1", "filename": "icon.svg", "order": "1", "absence": "x", "event_id": "e1",
}  # fmt: skip

# -- the API: the scope ("" is read to look and work to do), and to whom ------------------------------------------

_COUNTER = frozenset({"holder", "colleague"})
_ACTS = SEES - {"auditor"}
API: dict[str, tuple[str, frozenset[str]]] = {
    "api_cases": ("", SEES),
    "api_cases.verify_all": ("admin", ADMIN),
    "api_cases.get_receipt": ("", _COUNTER),
    "api_cases.annotate_case": ("", _ACTS),
    "api_cases.cancel_case": ("", _COUNTER),
    "api_casework": ("", SEES),
    "api_casework.answer_order": ("", _ACTS),
    "api_casework.close_order": ("", _ACTS),
    "api_casework.copy_case": ("", frozenset({"holder", "deputy", "chief", "leader"})),
    "api_casework.recuse_person": ("", frozenset({"leader"})),
    "api_casework.suspend_case": ("", frozenset({"chief", "leader"})),
    "api_casework.resume_case": ("", frozenset({"chief", "leader"})),
    "api_casework.supervise_case": ("", frozenset({"leader"})),
    "api_clocks": ("", SEES),
    "api_clocks.suspend_clock": ("", _ACTS),
    "api_clocks.resume_clock": ("", _ACTS),
    "api_clocks.extend_clock": ("", _ACTS),
    "api_desk": ("", SIGNED),
    "api_desk.start_case": ("", _COUNTER),
    "api_desk.check_application": ("read", _COUNTER),
    "api_documents": ("", SEES),
    "api_documents.void_document": ("", _ACTS),
    "api_documents.serve_document": ("", _ACTS),
    "api_documents.preview_document": ("read", WORKS),
    "api_documents.issue_document": ("", WORKS),
    "api_drafts": ("", SIGNED),  # one's own and nobody else's
    "api_drafts.save_draft": ("", WORKS),
    "api_drafts.save_application_draft": ("", _COUNTER),
    "api_files": ("", SEES),
    "api_files.list_materials": ("", WORKS),
    "api_hand_overs": ("", SIGNED),
    "api_hand_overs.begin_hand_over": ("", frozenset({"leader", "admin"})),
    "api_hand_overs.get_desk": ("", frozenset({"leader", "admin"})),
    "api_items": ("", WORKS),
    "api_items.check_item": ("read", WORKS),
    "api_items.propose_correction": ("read", WORKS),
    "api_items.get_standing": ("", frozenset({"holder", "deputy", "leader"})),
    "api_items.withdraw_item": ("", NOBODY),  # nobody has done the step yet
    "api_lists": ("", SIGNED),
    "api_messages": ("", SIGNED),
    "api_office": ("", SIGNED),
    "api_operations": ("", WORKS),
    "api_operations.do_many": ("", SIGNED),  # each item is answered for itself
    "api_operations.urge_item": (
        "",
        frozenset({"holder", "chief", "leader"}),
    ),  # the deputy has just handed it on
    "api_operations.transfer_item": ("", WORKS | {"leader"}),
    "api_stand_ins": ("", SIGNED),
    "api_stand_ins.pair_partner": ("", frozenset({"leader"})),
    "api_stand_ins.part_partner": ("", frozenset({"leader"})),
    "api_supervision": ("", SUPERVISES),
    "api_webhooks": ("admin", ADMIN),
}
# What is asked for is not there, or nothing is to be done so: told to everybody before it would matter who asks.
API_MISSING = frozenset({
    "api_files.attach_file", "api_files.remove_file", "api_files.upload_file", "api_clocks.strike_suspension",
    "api_operations.remove_signer", "api_operations.sign_item",
})  # fmt: skip
BODIES: dict[str, dict[str, object]] = {
    "api_desk.start_case": {"matter": "temporary-land-use"},
    "api_casework.copy_case": {"to": ["maliang"]},
    "api_casework.recuse_person": {"person": "maliang"},
    "api_documents.issue_document": {"kind": "受理通知书"},
    "api_documents.preview_document": {"kind": "受理通知书"},
    "api_documents.serve_document": {"receiver": "x", "receipt": "x", "note": "x"},
    "api_hand_overs.begin_hand_over": {"person": "linsen", "to": "maliang"},
    "api_operations.add_signers": {"signers": ["maliang"]},
    "api_operations.delegate_item": {"to": "lixiaoyan"},
    "api_operations.transfer_item": {"to": "lixiaoyan"},
    "api_stand_ins.pair_partner": {"partner": "maliang"},
}
QUERIES: dict[str, dict[str, str]] = {"api_hand_overs.get_desk": {"person": "linsen"}}
