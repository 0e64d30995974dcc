"""Decision tables: hit policies, aggregation, defaults and the order of outputs (DMN 1.5 §8.2.8 – §8.2.11)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.decisions.run import Compiler, Evaluate, Run, Scope, Test
from engine.decisions.typing import Mismatch
from engine.feel import Trouble, compile_expression, equal, open_scope
from engine.model import dmn


class CompiledTable:
    def __init__(self, compiler: Compiler, table: dmn.Table, line: int) -> None:
        self.policy = table.hit_policy
        self.aggregation = table.aggregation
        if self.policy not in ("UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"):
            compiler.fault(line, "hit_policy", f"不认识命中策略“{self.policy}”")
        self.types = compiler.types
        self.outputs = table.outputs
        self.names = [clause.name for clause in table.outputs]
        if len(self.names) > 1 and (not all(self.names) or len(set(self.names)) < len(self.names)):
            compiler.fault(line, "output_name", "有多个输出时，每个输出应有各自的名称")
        if self.aggregation and len(self.names) > 1:
            compiler.fault(line, "aggregation", "汇总的决策表只能有一个输出")
        self.labels = [clause.name for clause in table.inputs]
        self.inputs = [
            (compiler.feel(clause.text, line, f"输入“{clause.name}”"), clause.type) for clause in table.inputs
        ]
        self.allowed = [
            compiler.tests(clause.values, line, f"输入“{clause.name}”的取值") for clause in table.inputs
        ]
        self.defaults = [
            compiler.feel(clause.text, line, "默认输出") if clause.text else None for clause in table.outputs
        ]
        ordered = self.policy in ("PRIORITY", "OUTPUT ORDER")
        self.orders = [
            compiler.feel(f"[{clause.values}]", line, f"输出“{clause.name}”的取值")
            if ordered and clause.values not in ("", "-")
            else None
            for clause in table.outputs
        ]
        self.possible = [
            compiler.tests(clause.values, line, f"输出“{clause.name}”的取值") for clause in table.outputs
        ]
        self.rules: list[tuple[list[tuple[int, Test]], list[Evaluate]]] = []
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
        opened = open_scope(scope, run.troubles, run.environment)
        values = []
        for evaluate, type_ in self.inputs:
            value = evaluate(scope, run)
            values.append(value if type_ is None else self._typed(value, type_, "输入", run))
        for column, allowed in enumerate(self.allowed):
            if allowed is not None and not allowed(values[column], opened, run):
                # DMN 1.5 §8.3.2: what is not among the input values counts as null.
                if values[column] is not None:
                    run.trouble(f"输入“{self.labels[column]}”的值 {values[column]} 不在允许的取值中")
                values[column] = None
        hits = []
        for number, (cells, outputs) in enumerate(self.rules, 1):
            for column, test in cells:
                if not test(values[column], opened, run):
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
            row = [None if each is None else each(scope, run) for each in self.defaults]
            return self._value(row, run)
        if self.policy in ("RULE ORDER", "OUTPUT ORDER") or (
            self.policy == "COLLECT" and not self.aggregation
        ):
            return []
        return Decimal(0) if self.aggregation == "COUNT" else None

    def _value(self, row: list[Any], run: Run) -> Any:
        """One rule's output: a value, or a context by output name, each of its clause's type."""
        fitted = []
        for clause, possible, given in zip(self.outputs, self.possible, row, strict=True):
            what = f"输出“{clause.name}”"
            value = given if clause.type is None else self._typed(given, clause.type, what, run)
            if (
                possible is not None
                and value is not None
                and not possible(value, open_scope({}, run.troubles, run.environment), run)
            ):
                run.trouble(f"{what}的值 {value} 不在允许的取值中")
                value = None
            fitted.append(value)
        return fitted[0] if len(fitted) == 1 else dict(zip(self.names, fitted, strict=True))

    def _typed(self, value: Any, type_: str, what: str, run: Run) -> Any:
        try:
            return self.types.fit(value, type_)
        except Mismatch as mismatch:
            run.trouble(f"{what}：{mismatch}")
            return None

    def _combine(self, rows: list[list[Any]], scope: Scope, run: Run) -> Any:
        if self.policy in ("UNIQUE", "FIRST"):
            return self._value(rows[0], run)
        if self.policy == "ANY":
            if any(not equal(row, rows[0]) for row in rows):
                run.trouble("命中策略为任一，命中的规则输出却不一致")
                return None
            return self._value(rows[0], run)
        if self.policy in ("PRIORITY", "OUTPUT ORDER"):
            orders = [None if each is None else each(scope, run) for each in self.orders]
            rows = sorted(rows, key=lambda row: [_rank(value, orders[i]) for i, value in enumerate(row)])
            if self.policy == "PRIORITY":
                return self._value(rows[0], run)
        values = [self._value(row, run) for row in rows]
        return _aggregate(values, self.aggregation, run) if self.policy == "COLLECT" else values


def _rank(value: Any, order: list[Any] | None) -> int:
    places = (place for place, each in enumerate(order or ()) if equal(value, each))
    return next(places, len(order or ()))


def _aggregate(values: list[Any], aggregation: str | None, run: Run) -> Any:
    if aggregation is None:
        return values
    if aggregation == "COUNT":
        return Decimal(len(values))
    troubles: list[Trouble] = []
    value = _AGGREGATIONS[aggregation].evaluate({"values": values}, troubles, run.environment)
    if value is None:
        run.trouble(f"汇总 {aggregation} 不能用于这些输出")
    return value


_AGGREGATIONS = {name: compile_expression(f"{name.lower()}(values)") for name in ("SUM", "MIN", "MAX")}
