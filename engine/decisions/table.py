"""Decision tables: hit policies, aggregation, defaults and the order of outputs (DMN 1.5 §8.2.8 – §8.2.11)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.decisions.run import Compiler, Evaluate, Run, Scope
from engine.feel import UnaryTests
from engine.model import dmn


class CompiledTable:
    def __init__(self, compiler: Compiler, table: dmn.Table, line: int) -> None:
        self.policy = table.hit_policy
        self.aggregation = table.aggregation
        if self.policy not in ("UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"):
            compiler.fault(line, "hit_policy", f"不认识命中策略“{self.policy}”")
        self.names = [clause.name for clause in table.outputs]
        self.labels = [clause.name for clause in table.inputs]
        self.inputs = [compiler.feel(clause.text, line, "输入") for clause in table.inputs]
        self.allowed = [compiler.tests(clause.values, line, "输入取值") for clause in table.inputs]
        self.defaults = [
            compiler.feel(clause.text, line, "默认输出") if clause.text else None for clause in table.outputs
        ]
        self.orders = [
            compiler.feel(f"[{clause.values}]", line, "输出取值") if clause.values else None
            for clause in table.outputs
        ]
        self.rules: list[tuple[list[tuple[int, UnaryTests]], list[Evaluate]]] = []
        for number, rule in enumerate(table.rules, 1):
            if len(rule.inputs) != len(self.inputs) or len(rule.outputs) != len(self.names):
                compiler.fault(rule.line, "rule_width", f"第 {number} 条规则的单元格数与表头不符")
                continue
            cells = []
            for column, text in enumerate(rule.inputs):
                test = compiler.tests(text, rule.line, f"第 {number} 条规则第 {column + 1} 个输入格")
                if test is not None:
                    cells.append((column, test))
            outputs = [
                compiler.feel(text, rule.line, f"第 {number} 条规则第 {column + 1} 个输出格")
                for column, text in enumerate(rule.outputs)
            ]
            self.rules.append((cells, outputs))

    def __call__(self, scope: Scope, run: Run) -> Any:
        values = [evaluate(scope, run) for evaluate in self.inputs]
        for column, allowed in enumerate(self.allowed):
            if allowed is not None and allowed.evaluate(values[column], scope) is not True:
                run.trouble(f"输入“{self.labels[column]}”的值 {values[column]!r} 不在允许的取值中")
                return None
        hits = []
        environment, troubles = run.environment, run.troubles
        for number, (cells, outputs) in enumerate(self.rules, 1):
            for column, test in cells:
                if test.evaluate(values[column], scope, troubles, environment) is not True:
                    break
            else:
                hits.append((number, outputs))
                if self.policy == "FIRST":
                    break
        if not hits:
            return self._default(scope, run)
        if self.policy == "UNIQUE" and len(hits) > 1:
            which = "、".join(str(number) for number, _ in hits)
            run.trouble(f"命中策略为唯一，却有多条规则命中（第 {which} 条）")
            return None
        return self._combine(
            [[evaluate(scope, run) for evaluate in outputs] for _, outputs in hits], scope, run
        )

    def _default(self, scope: Scope, run: Run) -> Any:
        if any(each is not None for each in self.defaults):
            return self._value([None if each is None else each(scope, run) for each in self.defaults])
        if self.policy in ("RULE ORDER", "OUTPUT ORDER") or (
            self.policy == "COLLECT" and not self.aggregation
        ):
            return []
        return Decimal(0) if self.aggregation == "COUNT" else None

    def _value(self, row: list[Any]) -> Any:
        return row[0] if len(row) == 1 else dict(zip(self.names, row, strict=True))

    def _combine(self, rows: list[list[Any]], scope: Scope, run: Run) -> Any:
        if self.policy in ("UNIQUE", "FIRST"):
            return self._value(rows[0])
        if self.policy == "ANY":
            if any(row != rows[0] for row in rows):
                run.trouble("命中策略为任一，命中的规则输出却不一致")
                return None
            return self._value(rows[0])
        if self.policy in ("PRIORITY", "OUTPUT ORDER"):
            orders = [None if each is None else each(scope, run) for each in self.orders]
            rows = sorted(rows, key=lambda row: [_rank(value, orders[i]) for i, value in enumerate(row)])
            if self.policy == "PRIORITY":
                return self._value(rows[0])
        values = [self._value(row) for row in rows]
        return _aggregate(values, self.aggregation, run) if self.policy == "COLLECT" else values


def _rank(value: Any, order: list[Any] | None) -> int:
    return order.index(value) if order and value in order else len(order or ())


def _aggregate(values: list[Any], aggregation: str | None, run: Run) -> Any:
    if aggregation is None:
        return values
    if aggregation == "COUNT":
        return Decimal(len(values))
    try:
        return (
            sum(values, Decimal(0))
            if aggregation == "SUM"
            else (min if aggregation == "MIN" else max)(values)
        )
    except TypeError:
        run.trouble(f"汇总 {aggregation} 不能用于这些输出：{values!r}")
        return None
