"""The language of strict templates, as a list of what is allowed in a Jinja syntax tree; everything else is refused."""

from collections.abc import Iterator, Sequence
from typing import cast

from jinja2 import nodes

__all__ = ["LOOP_MEMBERS", "TESTS", "refusals", "spelled"]

LOOP_MEMBERS: dict[str, type] = {
    "index": int,
    "index0": int,
    "revindex": int,
    "length": int,
    "first": bool,
    "last": bool,
}
"""What `loop` shows inside a loop."""
TESTS = frozenset({"defined"})
_NAMES = {
    nodes.Assign: "{% set %}",
    nodes.AssignBlock: "{% set %}",
    nodes.Call: "函数或方法调用",
    nodes.CallBlock: "{% call %}",
    nodes.Macro: "{% macro %}",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% import %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.With: "{% with %}",
    nodes.Getitem: "方括号取值",
    nodes.Concat: "~ 拼接",
    nodes.List: "列表",
    nodes.Tuple: "列表",
    nodes.Dict: "字典",
    nodes.Test: "is 测试",
}


def refusals(node: nodes.Node) -> Iterator[tuple[int, str]]:
    """Yield line and Chinese name of every construct in `node` that strict templates may not use."""
    match node:
        case nodes.Template():
            yield from _each(node.body)
        case nodes.Output():
            yield from _values(child for child in node.nodes if not isinstance(child, nodes.TemplateData))
        case nodes.If():
            yield from _test(cast("nodes.Expr", node.test))
            yield from _each([*node.body, *node.elif_, *node.else_])
        case nodes.For():
            yield from _loop(node)
        case _:
            yield node.lineno, _named(node)


def _loop(node: nodes.For) -> Iterator[tuple[int, str]]:
    if not isinstance(node.target, nodes.Name):
        yield node.lineno, "循环变量拆分"
    if node.recursive:
        yield node.lineno, "recursive 循环"
    yield from _value(cast("nodes.Expr", node.iter))
    if node.test is not None:
        yield from _test(cast("nodes.Expr", node.test))
    yield from _each([*node.body, *node.else_])


def _each(body: Sequence[nodes.Node]) -> Iterator[tuple[int, str]]:
    for node in body:
        yield from refusals(node)


def _values(children: Iterator[nodes.Expr]) -> Iterator[tuple[int, str]]:
    for child in children:
        yield from _value(child)


def _value(node: nodes.Expr) -> Iterator[tuple[int, str]]:
    match node:
        case nodes.Name() | nodes.Const():
            pass
        case nodes.Getattr():
            if node.attr.startswith("_"):
                yield node.lineno, f"以下划线开头的名称 {node.attr}"
            yield from _value(node.node)
        case nodes.Filter(node=nodes.Expr() as inner):
            if node.dyn_args or node.dyn_kwargs:
                yield node.lineno, "* 参数"
            yield from _value(inner)
            yield from _values(iter([*node.args, *(pair.value for pair in node.kwargs)]))
        case nodes.CondExpr(expr2=nodes.Expr() as otherwise):
            yield from _test(node.test)
            yield from _value(node.expr1)
            yield from _value(otherwise)
        case nodes.CondExpr():
            yield node.lineno, "缺少 else 的行内 if"
        case nodes.Mul(left=nodes.Const(), right=nodes.Getattr(node=nodes.Name(name="loop"), attr="length")):
            pass  # docxtpl writes this for {% hm %} in a cell that already spans columns
        case _:
            yield node.lineno, _named(node)


def _test(node: nodes.Expr) -> Iterator[tuple[int, str]]:
    match node:
        case nodes.Not():
            yield from _test(node.node)
        case nodes.And() | nodes.Or():
            yield from _test(node.left)
            yield from _test(node.right)
        case nodes.Test(name=name, args=[], kwargs=[]) if name in TESTS:
            yield from _value(node.node)
        case nodes.Compare():
            yield from _value(node.expr)
            for operand in node.ops:
                yield from _operand(operand)
        case _:
            yield from _value(node)


def _operand(node: nodes.Operand) -> Iterator[tuple[int, str]]:
    if node.op in {"in", "notin"} and isinstance(node.expr, nodes.List | nodes.Tuple):
        yield from _values(iter(node.expr.items))
    else:
        yield from _value(node.expr)


def _named(node: nodes.Node) -> str:
    if isinstance(node, nodes.BinExpr | nodes.UnaryExpr):
        return f"运算 {node.operator}"
    return _NAMES.get(type(node), type(node).__name__)


def spelled(node: nodes.Expr) -> str:
    """Return how an allowed expression is written in a template, shortened to its paths and filters."""
    match node:
        case nodes.Name():
            return str(node.name)
        case nodes.Getattr():
            return f"{spelled(node.node)}.{node.attr}"
        case nodes.Filter(node=nodes.Expr() as inner):
            return f"{spelled(inner)}|{node.name}"
        case nodes.Const():
            return repr(node.value)
        case nodes.CondExpr():
            return f"{spelled(node.expr1)} if …"
        case _:
            return "…"
