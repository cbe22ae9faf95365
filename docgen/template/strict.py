"""Our own templates: a small language with no way out of it.

Rules enforced here: values are reached by the keys of records only; the language is that of `grammar`; the only filters
are those given; loops and output are bounded; text is escaped; a value that has no one way of being printed (decimal
number, date, yes or no, list) needs a filter; control characters are errors; line breaks become `<w:br/>`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from jinja2 import Environment, nodes, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.visitor import NodeTransformer

from docgen.case.enums import Choice
from docgen.errors import DeclarationError, Detail, DocgenError
from docgen.template.filtering import accepts_none
from docgen.template.grammar import LOOP_MEMBERS, refusals, spelled
from docgen.template.pictures import Picture
from docgen.template.run import LONG, RunContext, run_of
from docgen.template.shape import Place, Shape
from docgen.template.values import Missing, Node

__all__ = ["FROM_VALUES", "StrictContext", "StrictEnvironment", "ValueRefusedError"]

FROM_VALUES = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What a filter or a comparison raises on a value it was not made for."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_COLOUR = re.compile("[0-9A-Fa-f]{6}|auto")
_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'


class ValueRefusedError(ValueError):
    """A value that cannot be printed where `shown` stands; `message` says why, in Chinese and without the value."""

    def __init__(self, value: object, shown: str, message: str, code: str) -> None:
        """Carry the very object, for its path to be found."""
        super().__init__(message)
        self.value, self.shown, self.message, self.code = value, shown, message, code


class StrictContext(RunContext):
    """Takes the names that a template uses from the record it prints, as they are met."""

    record: Node

    def resolve_or_missing(self, key: str) -> object:
        """Return field `key` of the record."""
        return self.record[key]


class StrictEnvironment(Environment):
    """Reaches the keys of records and the members of `loop`, nothing else."""

    context_class = StrictContext

    def __init__(self, filters: Mapping[str, Callable[..., object]]) -> None:
        super().__init__(autoescape=False)  # escaping is the printing filters' work
        self.globals = {}
        self.filters = {name: _guarded(name, function) for name, function in filters.items()}
        self.filters |= {_EACH: _each, **_PRINTERS}
        self.tests = {"defined": lambda value: not isinstance(value, Missing)}

    def getattr(self, obj: object, attribute: str) -> Any:  # noqa: ANN401 - whatever the record holds
        """Return field `attribute` of a record, or of `loop`."""
        if type(obj) is Node:
            return obj[attribute]
        if type(obj) is Missing:
            return obj.member(attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP_MEMBERS:
            return getattr(obj, attribute)
        raise ValueRefusedError(obj, f"….{attribute}", f"不是记录，没有成员 {attribute}", "no_member")

    def getitem(self, obj: object, argument: object) -> Any:  # noqa: ANN401, ARG002 - Jinja's signature
        """Refuse: the grammar has no subscripts."""
        raise ValueRefusedError(obj, "…[…]", "不能用方括号取值", "no_member")

    def refuse(self, tree: nodes.Template) -> None:
        """Refuse what the language does not have.

        Raises:
            DeclarationError: `template_forbidden`, with every construct that is not allowed.

        """
        details = [Detail("", what, f"模板不允许使用{what}", "forbidden") for _, what in refusals(tree)]
        details += [
            Detail("", name, f"没有名为 {name} 的过滤器", "unknown_filter")
            for name in sorted({found.name for found in tree.find_all(nodes.Filter)} - set(self.filters))
        ]
        if details:
            raise DeclarationError("模板用了不允许的写法", details=details, code="template_forbidden")

    def secured(self, tree: nodes.Template, shape: Shape) -> nodes.Template:
        """Return `tree` with every printed expression and every loop under guard.

        Raises:
            DeclarationError: `template_forbidden`, an expression stands where no value may be printed.

        """
        if any(place not in _PRINTER_OF for place in shape.places.values()):
            detail = Detail("", "", "表达式只能写在正文文字里", "misplaced")
            raise DeclarationError("模板用了不允许的写法", details=[detail], code="template_forbidden")
        return cast("nodes.Template", _Guard(shape).visit(tree))


class _Guard(NodeTransformer):
    def __init__(self, shape: Shape) -> None:
        self._places = shape.places

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802 - the visitor's naming
        node.nodes = [self._printed(child) for child in node.nodes]
        return node

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - the visitor's naming
        self.generic_visit(node)
        over = cast("nodes.Expr", node.iter)
        node.iter = _filtered(over, _EACH, spelled(over))
        return node

    def _printed(self, child: nodes.Expr) -> nodes.Expr:
        if isinstance(child, nodes.TemplateData):
            return nodes.TemplateData(unescaped_delimiters(child.data), lineno=child.lineno)
        return _filtered(child, _PRINTER_OF[self._places[id(child)]], spelled(child))


def _filtered(node: nodes.Expr, name: str, shown: str) -> nodes.Filter:
    shown_node = nodes.Const(shown, lineno=node.lineno)
    return nodes.Filter(node, name, [shown_node], [], None, None, lineno=node.lineno)


def unescaped_delimiters(text: str) -> str:
    """Return `text` with docxtpl's way of writing literal delimiters resolved."""
    return text.replace("{_{", "{{").replace("}_}", "}}").replace("{_%", "{%").replace("%_}", "%}")


@pass_context
def _each(context: Context, value: object, shown: str) -> object:
    if isinstance(value, tuple | Missing):
        return run_of(context).counted(value)
    raise ValueRefusedError(value, shown, "不是列表，不能循环", "not_a_list")


@pass_context
def _text(context: Context, value: object, shown: str) -> str:
    text = value if type(value) is str else _plain(context, value, shown)
    if not text.isprintable():
        text = _breakable(context, text, value, shown)
    if len(text) > LONG:
        run_of(context).charge_output(len(text))
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\n", _BREAK) if "\n" in text else text


def _plain(context: Context, value: object, shown: str) -> str:
    if isinstance(value, Choice):
        return value.label
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Missing):
        run_of(context).missing[value.path] = value
        return ""
    raise ValueRefusedError(value, shown, "这类值须用过滤器指定写法", "unprintable")


def _breakable(context: Context, text: str, value: object, shown: str) -> str:
    text = text.replace("\r\n", "\n")
    if found := _FORBIDDEN.search(text):
        raise ValueRefusedError(value, shown, f"含不可用的字符 U+{ord(found[0]):04X}", "bad_character")
    if "\t" in text:
        run_of(context).special = True
    return text


@pass_context
def _property(context: Context, value: object, shown: str) -> str:
    text = value if type(value) is str else _plain(context, value, shown)
    return _breakable(context, text, value, shown)


@pass_context
def _number(context: Context, value: object, shown: str) -> str:  # noqa: ARG001 - the printers' signature
    if type(value) is int and 1 <= value <= 63:
        return str(value)
    raise ValueRefusedError(value, shown, "合并列数须为 1 至 63 的整数", "bad_span")


@pass_context
def _colour(context: Context, value: object, shown: str) -> str:  # noqa: ARG001 - the printers' signature
    if isinstance(value, str) and _COLOUR.fullmatch(value):
        return value
    raise ValueRefusedError(value, shown, "颜色须为六位十六进制数", "bad_colour")


@pass_context
def _height(context: Context, value: object, shown: str) -> str:
    """Take a chart into the run; return its height at the width of its place, in EMU."""
    run = run_of(context)
    if isinstance(value, Missing):
        run.missing[value.path] = value
        return "0"
    if not isinstance(value, Picture) or shown not in run.slots:
        raise ValueRefusedError(value, shown, "不是图表", "not_a_picture")
    slot = run.slots[shown]
    run.pictures[slot.member] = value
    return str(value.height_at(slot.width))


_EACH = "each of"
_PRINTERS = {
    "text of": _text,
    "number of": _number,
    "colour of": _colour,
    "property of": _property,
    "height of": _height,
}
_PRINTER_OF = {
    Place.TEXT: "text of",
    Place.NUMBER: "number of",
    Place.COLOUR: "colour of",
    Place.PROPERTY: "property of",
    Place.HEIGHT: "height of",
}
"""Names with a space, which no template can write."""


def _guarded(name: str, function: Callable[..., object]) -> Callable[..., object]:
    takes_none = accepts_none(function)

    def applied(value: object, *args: object, **kwargs: object) -> object:
        if isinstance(value, Missing):
            if not takes_none:
                return value
            value = value or None  # asking an unknown field is an error
        for argument in (*args, *kwargs.values()):
            if isinstance(argument, Missing):
                return argument
        try:
            return function(value, *args, **kwargs)
        except DocgenError:
            raise
        except FROM_VALUES as exc:
            raise ValueRefusedError(value, f"…|{name}", f"过滤器 {name} 不能处理这个值", "filter_failed") from exc

    return applied
