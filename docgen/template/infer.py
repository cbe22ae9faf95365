"""Types of expressions in a template, and which optional fields are known to be present where.

An optional field is named by its path; a condition that is true proves paths present, so does the else of a negation.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import cast

from jinja2 import nodes

from docgen.case.enums import Choice
from docgen.template.annotations import (
    ANY,
    Annotation,
    are_comparable,
    class_of,
    element_of,
    member_of,
    names_of,
    required,
    title_of,
    union,
    variants,
)
from docgen.template.filtering import accepts_none, filter_complaints, result_of
from docgen.template.grammar import LOOP_MEMBERS, spelled
from docgen.template.spelling import nearest

__all__ = ["LOOP", "Complaint", "Inference", "Typed", "Vocabulary"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a template may say: its roots and their types, its filters, and how types are asked for their members.

    Without roots every name is known and nothing about it. `requires` and `optional` are paths whose type is overruled:
    never absent, or possibly absent.
    """

    roots: Mapping[str, Annotation] | None
    filters: Mapping[str, Callable[..., object]]
    requires: Collection[str] = ()
    optional: Collection[str] = ()
    member: Callable[[type, str], Annotation | None] = member_of
    names: Callable[[type], Iterable[str]] = names_of
    title: Callable[[type, str], str | None] = title_of


@dataclass(frozen=True, slots=True)
class Typed:
    """The type of an expression without None, its path if it is one, and the paths that may be absent."""

    annotation: Annotation
    path: str = ""
    label: str = ""
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Complaint:
    """A fault of an expression, before its place is known."""

    code: str
    message: str
    suggestion: str = ""


_UNKNOWN = Typed(ANY)
LOOP: Annotation = object()
"""The type of the variable `loop`."""
_EQUALITIES = {"eq", "ne", "in", "notin"}


@dataclass(slots=True)
class Inference:
    """Follows expressions with the variables in scope; complaints and read paths gather as they are met.

    `uncertain` where a condition around could not be understood: absence is then not complained of.
    """

    vocabulary: Vocabulary
    variables: Mapping[str, Typed] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    uncertain: bool = False
    complaints: list[Complaint] = field(default_factory=list)
    printed: dict[str, str] = field(default_factory=dict)
    tested: dict[str, str] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)

    def complain(self, code: str, message: str, suggestion: str = "") -> None:
        """Note a fault of the expression at hand."""
        complaint = Complaint(code, message, suggestion)
        if complaint not in self.complaints:
            self.complaints.append(complaint)

    def typed(self, node: nodes.Expr) -> Typed:
        """Return the type of the value expression `node`."""
        match node:
            case nodes.Name() | nodes.Getattr():
                value = self._chain(node)
                if value.path:
                    self.printed[value.path] = value.label
                return value
            case nodes.Const(value=value):
                return Typed(type(value))
            case nodes.Filter(node=nodes.Expr() as inner):
                return self._filtered(node, inner)
            case nodes.CondExpr(expr1=first, expr2=nodes.Expr() as second):
                return self._either(node, first, second)
            case _:
                return Typed(bool)

    def _chain(self, node: nodes.Expr) -> Typed:
        if isinstance(node, nodes.Getattr):
            return self._member(self._chain(node.node), node.attr, spelled(node))
        return self._root(node.name) if isinstance(node, nodes.Name) else self.typed(node)

    def _root(self, name: str) -> Typed:
        if name in self.variables:
            return self.variables[name]
        roots = self.vocabulary.roots
        if roots is None:
            return _UNKNOWN
        if name in roots:
            return self._value(roots[name], name, name, "", frozenset())
        near = nearest(name, [*roots, *self.variables])
        self.complain("unknown_path", f"没有名为 {name} 的字段", f"是否指 {near}" if near else "")
        return _UNKNOWN

    def _value(self, annotation: Annotation, path: str, shown: str, label: str, absent: frozenset[str]) -> Typed:
        self.spellings[path] = shown
        kept, optional = required(annotation)
        plain = path.replace("[]", "")
        if plain in _plain(self.vocabulary.requires):
            optional = False
        elif plain in _plain(self.vocabulary.optional):
            optional = True
        return Typed(kept, path, label, absent | {path} if optional else absent)

    def _member(self, owner: Typed, name: str, shown: str) -> Typed:
        if owner.annotation is LOOP:
            return self._loop_member(name)
        found: list[Annotation] = []
        label = name
        for variant in variants(owner.annotation):
            if variant is ANY:
                return Typed(ANY, absent=owner.absent)
            owner_class = class_of(variant)
            annotation = self.vocabulary.member(owner_class, name) if owner_class else None
            if annotation is None:
                self._unknown_member(owner, owner_class, name, shown)
                return _UNKNOWN
            label = (owner_class and self.vocabulary.title(owner_class, name)) or label
            found.append(annotation)
        path = f"{owner.path}.{name}" if owner.path else ""
        return self._value(union(found), path, shown, label, owner.absent)

    def _unknown_member(self, owner: Typed, owner_class: type | None, name: str, shown: str) -> None:
        prefix = shown.removesuffix(name)
        if element_of(owner.annotation) is not None:
            self.complain(
                "unknown_path", f"{prefix[:-1]} 是列表，不能直接取 {name}", f"用 {{% for … in {prefix[:-1]} %}}"
            )
            return
        member = self.vocabulary.member
        names = (
            [known for known in self.vocabulary.names(owner_class) if member(owner_class, known) is not None]
            if owner_class
            else []
        )
        near = nearest(name, names)
        self.complain("unknown_path", f"没有名为 {shown} 的字段", f"是否指 {prefix}{near}" if near else "")

    def _loop_member(self, name: str) -> Typed:
        if name in LOOP_MEMBERS:
            return Typed(LOOP_MEMBERS[name])
        near = nearest(name, LOOP_MEMBERS)
        self.complain("unknown_path", f"循环没有 loop.{name}", f"是否指 loop.{near}" if near else "")
        return _UNKNOWN

    def _filtered(self, node: nodes.Filter, inner: nodes.Expr) -> Typed:
        value = self.typed(inner)
        arguments = [self.typed(argument) for argument in node.args]
        named = {str(pair.key): self.typed(pair.value) for pair in node.kwargs}
        function = self.vocabulary.filters.get(node.name)
        if function is None:
            near = nearest(node.name, self.vocabulary.filters)
            self.complain("unknown_filter", f"没有名为 {node.name} 的过滤器", f"是否指 {near}" if near else "")
            return Typed(ANY, absent=value.absent)
        given = [each.annotation for each in (value, *arguments)]
        by_name = {key: each.annotation for key, each in named.items()}
        for complaint in filter_complaints(node.name, self.vocabulary.filters, given, by_name):
            self.complain(*complaint)
        for argument in (*arguments, *named.values()):
            self.require_present(argument)
        result = result_of(function)
        return Typed(result, absent=frozenset() if accepts_none(function) else value.absent)

    def _either(self, node: nodes.CondExpr, first: nodes.Expr, second: nodes.Expr) -> Typed:
        outside = self.present
        true, false = self.proved(node.test)
        self.present = outside | true
        one = self.typed(first)
        one_absent = one.absent - self.present
        self.present = outside | false
        other = self.typed(second)
        absent = one_absent | (other.absent - self.present)
        self.present = outside
        return Typed(union([one.annotation, other.annotation]), absent=absent)

    def require_present(self, value: Typed) -> None:
        """Complain if `value` may be absent here."""
        for path in () if self.uncertain else sorted(value.absent - self.present):
            shown = self.spellings.get(path, path)
            self.complain(
                "unguarded_optional",
                f"{shown} 可能没有填写",
                f"放进 {{% if {shown} %}}…{{% endif %}}，或用能处理空值的过滤器，或在表单声明中列为必填",
            )

    def proved(self, node: nodes.Expr) -> tuple[frozenset[str], frozenset[str]]:
        """Return the paths proved present if the test `node` is true, and if it is false; complain of its faults."""
        printed, self.printed = self.printed, {}
        proof = self._proved(node)
        self.tested |= self.printed
        self.printed = printed
        return proof

    def _proved(self, node: nodes.Expr) -> tuple[frozenset[str], frozenset[str]]:
        match node:
            case nodes.Not(node=nodes.Expr() as inner):
                true, false = self.proved(inner)
                return false, true
            case nodes.And(left=nodes.Expr() as left, right=nodes.Expr() as right):
                return self._both(left, right)
            case nodes.Or(left=nodes.Expr() as left, right=nodes.Expr() as right):
                outside = self.present
                left_true, left_false = self.proved(left)
                self.present = outside | left_false
                right_true, right_false = self.proved(right)
                self.present = outside
                return left_true & right_true, left_false | right_false
            case nodes.Test(node=nodes.Expr() as inner):
                return self.typed(inner).absent, frozenset()
            case nodes.Compare():
                return self._compared(node)
            case _:
                return self.typed(node).absent, frozenset()

    def _both(self, left: nodes.Expr, right: nodes.Expr) -> tuple[frozenset[str], frozenset[str]]:
        outside = self.present
        left_true, left_false = self.proved(left)
        self.present = outside | left_true
        right_true, right_false = self.proved(right)
        self.present = outside
        return left_true | right_true, left_false & right_false

    def _compared(self, node: nodes.Compare) -> tuple[frozenset[str], frozenset[str]]:
        left = self.typed(node.expr)
        true: frozenset[str] = frozenset()
        false: frozenset[str] = frozenset()
        for operand in node.ops:
            right = operand.expr
            written = right.items if isinstance(right, nodes.List | nodes.Tuple) else [right]
            others = [self.typed(one) for one in written]
            constants = [one.value for one in written if isinstance(one, nodes.Const)]
            self._check_comparison(operand.op, left, others, constants)
            proved = left.absent | others[0].absent if len(others) == 1 else left.absent
            if operand.op in {"eq", "in"}:
                true |= proved
            elif operand.op in {"ne", "notin"}:
                false |= proved
        return true, false if len(node.ops) == 1 else frozenset()

    def _check_comparison(self, op: str, left: Typed, others: Sequence[Typed], constants: Sequence[object]) -> None:
        choices = [variant for variant in variants(left.annotation) if isinstance(variant, type)]
        if choices and all(issubclass(choice, Choice) for choice in choices):
            known = {str(member.value) for choice in choices for member in cast("Iterable[Enum]", choice)}
            for constant in constants:
                if constant not in known:
                    near = nearest(str(constant), known)
                    self.complain("unknown_choice", f"没有取值 {constant}", f"是否指 {near}" if near else "")
        elif not all(are_comparable(op, left.annotation, other.annotation) for other in others):
            self.complain("comparison_type", "比较的两边类型不同，结果不会有意义")
        if op not in _EQUALITIES:
            for value in (left, *others):
                self.require_present(value)


def _plain(paths: Collection[str]) -> Collection[str]:
    return {path.replace("[]", "") for path in paths}
