"""Tasks, one kind after another (BPMN 2.0.2 §13.3.3): each says what its work is."""

from __future__ import annotations

from typing import Any

from engine.feel import FeelLimitError, Trouble
from engine.kernel import effects as done
from engine.kernel.activities import complete
from engine.kernel.net import Node
from engine.kernel.parts import begin_signing, rule_at
from engine.kernel.run import Run, StuckError
from engine.kernel.state import Item, Job, Token, visible
from engine.kernel.subscriptions import arm
from engine.kernel.throwing import find_catcher, raise_error, throw_message
from engine.kernel.variables import decide, evaluate, seen, transferred
from engine.model import bpmn


def passing(run: Run, token: Token, node: Node) -> None:
    """An abstract task, and a manual task without a post: the engine has nothing to do."""
    complete(run, token, node, {})


def user_task(run: Run, token: Token, node: Node) -> None:
    """A work item opens, or one a signer; the post is evaluated now. Also a manual task that names a post."""
    task = node.model
    post: Any = task.lane
    form = limit = None
    if isinstance(task, bpmn.UserTask):
        form, limit = task.form, task.limit
        if "post" in node.expressions:
            post = evaluate(run, token.id, node.expressions["post"], node.expressions["post"].text)
            if post is not None and not isinstance(post, str) and not (task.sign and isinstance(post, list)):
                raise StuckError(
                    "expression", f"岗位“{node.expressions['post'].text}”的值不是文字，而是 {post!r}"
                )
        elif task.post is not None:
            post = task.post
        rule = rule_at(node)
        if rule is not None:
            begin_signing(run, token, node, rule, post)
            return
    item = run.number("i")
    run.state.items[item] = Item(item, token.id, node.process.id, node.id)
    token.waits.append(item)
    run.emit(
        done.ItemOpened(
            item, node.process.id, node.id, task.name or node.id, token.id, token.scope, post, form, limit
        )
    )


def service_task(run: Run, token: Token, node: Node) -> None:
    """A job for a handler after the commit."""
    job = run.number("j")
    run.state.jobs[job] = Job(job, token.id, node.id)
    token.waits.append(job)
    values = visible(run.state, token.id)
    run.emit(done.JobRequested(job, node.process.id, node.id, node.options["handler"], values))


def send_task(run: Run, token: Token, node: Node) -> None:
    """A message by its handler, or to whoever listens."""
    values = transferred(run, token.id, node.inputs) if node.inputs else {}
    if not throw_message(run, token, node, node.options["send"], values):
        complete(run, token, node, {})


def receive_task(run: Run, token: Token, node: Node) -> None:
    """Waits for its message."""
    arm(run, token.waits, token.id, node)


def script_task(run: Run, token: Token, node: Node) -> None:
    """One FEEL context, assigned entry by entry; any trouble is the BPMN error `feel`."""
    expression = node.expressions["script"]
    troubles: list[Trouble] = []
    try:
        value = expression.evaluate(seen(run, token.id), troubles, run.environment)
        wrong = troubles[0].message if troubles else ""
    except FeelLimitError as limit:
        value, wrong = None, str(limit)
    if not wrong and not isinstance(value, dict):
        wrong = f"脚本的值不是上下文，而是 {value!r}"
    if wrong:
        _script_failed(run, token, node, f"脚本“{node.model.name or node.id}”：{wrong}")
        return
    complete(run, token, node, value)


def _script_failed(run: Run, token: Token, node: Node, message: str) -> None:
    if find_catcher(run, token.id, "error", "feel") is None:
        raise StuckError("feel", message)
    raise_error(run, token.id, node.id, "feel", {}, message)


def rule_task(run: Run, token: Token, node: Node) -> None:
    """A DMN decision; its value goes to `result`, or entry by entry."""
    task = node.model
    assert isinstance(task, bpmn.BusinessRuleTask)
    assert task.decision is not None
    value = decide(run, token.id, task.decision)
    if task.result:
        values = {task.result: value}
    elif isinstance(value, dict):
        values = value
    elif node.outputs:
        values = {task.decision: value}
    else:
        raise StuckError("decision", f"决策“{task.decision}”的值不是上下文，须以 result 指明变量")
    complete(run, token, node, values)
