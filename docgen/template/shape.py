"""The XML of a template part, followed through every branch and loop without any data.

Answers, for all data at once: is the output well-formed whatever is printed escaped; where is each expression printed;
can the column count of a table depend on the data. What cannot be proved is not assumed: the part then takes the long
way through a real XML parser.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from jinja2 import nodes

__all__ = ["Place", "Shape", "UnbalancedError", "shape_of"]


class Place(StrEnum):
    """Where the value of an expression lands in the XML."""

    TEXT = "text"
    BLOCK = "block"
    NUMBER = "number"
    COLOUR = "colour"
    ATTRIBUTE = "attribute"
    PROPERTY = "property"
    HEIGHT = "height"


class UnbalancedError(ValueError):
    """The output is not well-formed for all data, or nothing can be said about it; `lineno` is the tag's line."""

    def __init__(self, lineno: int) -> None:
        """Carry the line of the Jinja node at fault."""
        super().__init__(f"line {lineno}")
        self.lineno = lineno


@dataclass(slots=True)
class Shape:
    """What holds for every output of a part; `places` is keyed by the identity of the expression node."""

    places: dict[int, Place] = field(default_factory=dict)
    fixed_tables: bool = True


_NAME = re.compile(r"<(/?)([\w:.-]+)")
_WHOLE = re.compile(r"""([^<]*)(<(/?)([\w:.-]+)[^"'<>]*(?:"[^"<]*"[^"'<>]*)*>)""")
"""Text and the tag after it, where no Jinja tag interrupts it: nearly always, and in one step."""
_IN_TAG = re.compile(r"""["'<>]""")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9A-Fa-f]+);)")
_SPAN = re.compile(r'w:val="(\d+)"')
_ATTRIBUTES = {"w:gridSpan": Place.NUMBER, "w:vMerge": Place.ATTRIBUTE, "w:shd": Place.COLOUR}
_COUNTED = {"w:tbl", "w:gridCol", "w:tr", "w:tc", "w:gridSpan"}
"""The elements that make up the columns of a table."""
_HEIGHTS = {"wp:extent", "a:ext"}


@dataclass(frozen=True, slots=True)
class _State:
    """Where the lexer stands: the open elements, and, inside a tag, its name and the open quotation mark."""

    stack: tuple[str, ...] = ()
    tag: str = ""
    closing: bool = False
    quote: str = ""


@dataclass(slots=True, eq=False)
class _Table:
    depth: int
    columns: int = 0
    always: int = 0
    fixed: bool = True


@dataclass(slots=True, eq=False)
class _Row:
    depth: int
    cells: int = 0
    span: int = 0
    fixed: bool = True


def shape_of(template: nodes.Template) -> Shape:
    """Return what holds for every output of `template`, the parsed source of an XML part.

    Raises:
        UnbalancedError: the output need not be well-formed, or the template uses a construct that cannot be followed.

    """
    walk = _Walk()
    end = walk.body(template.body, _State(), 0)
    if end != _State():
        raise UnbalancedError(template.lineno)
    return walk.shape


class _Walk:
    def __init__(self) -> None:
        self.shape = Shape()
        self._tables: list[_Table] = []
        self._rows: list[_Row] = []

    def body(self, body: Sequence[nodes.Node], state: _State, depth: int) -> _State:
        for node in body:
            state = self._node(node, state, depth)
        return state

    def _node(self, node: nodes.Node, state: _State, depth: int) -> _State:
        match node:
            case nodes.Output():
                for child in node.nodes:
                    if isinstance(child, nodes.TemplateData):
                        state = self._data(child.data, state, depth, node.lineno)
                    else:
                        self._printed(child, state)
            case nodes.If():
                ends = [self._branch(branch, state, depth + 1) for branch in _branches(node)]
                self._same(ends, ends[0], node.lineno)
                state = ends[0]
            case nodes.For(recursive=False):
                ends = [self._branch(branch, state, depth + 1) for branch in (node.body, node.else_)]
                self._same(ends, state, node.lineno)
            case nodes.Assign():
                pass
            case nodes.With():
                state = self.body(node.body, state, depth)
            case _:
                raise UnbalancedError(node.lineno)
        return state

    def _branch(self, body: Sequence[nodes.Node], state: _State, depth: int) -> _State:
        before = [*self._tables, *self._rows]
        end = self.body(body, state, depth)
        self.shape.fixed_tables &= before == [*self._tables, *self._rows]
        return end

    @staticmethod
    def _same(ends: Sequence[_State], state: _State, lineno: int) -> None:
        if any(end != state for end in ends):
            raise UnbalancedError(lineno)

    def _printed(self, node: nodes.Expr, state: _State) -> None:
        if state.quote:
            place = Place.HEIGHT if state.tag in _HEIGHTS else _ATTRIBUTES.get(state.tag, Place.ATTRIBUTE)
            if state.tag == "w:gridSpan" and self._rows:
                self._rows[-1].fixed = False
        elif state.tag:
            raise UnbalancedError(node.lineno)
        else:
            place = Place.TEXT if state.stack and state.stack[-1] == "w:t" else Place.BLOCK
        self.shape.places[id(node)] = place

    def _data(self, data: str, state: _State, depth: int, lineno: int) -> _State:
        position = 0
        while position < len(data):
            whole = None if state.tag else _WHOLE.match(data, position)
            if whole:
                _refuse_bare_ampersand(whole[1], lineno)
                state = self._tag(_State(state.stack, whole[4], bool(whole[3])), whole[2], depth, lineno)
                position = whole.end()
                continue
            if not state.tag:
                start = data.find("<", position)
                _refuse_bare_ampersand(data[position : start if start >= 0 else None], lineno)
                if start < 0:
                    break
                name = _NAME.match(data, start)
                if not name:
                    raise UnbalancedError(lineno)
                state = replace(state, tag=name[2], closing=bool(name[1]))
                position = name.end()
            else:
                start = position
            position, quote, closed = _through_tag(data, position, state.quote, lineno)
            if not closed:
                return replace(state, quote=quote)
            state = self._tag(state, data[start:position], depth, lineno)
        return state

    def _tag(self, state: _State, text: str, depth: int, lineno: int) -> _State:
        """Return the state after the tag of `state` has ended; `text` is the tag, or its end if it was interrupted."""
        name, stack = state.tag, state.stack
        if not state.closing:
            if name in _COUNTED:
                self._opened(name, text, stack, depth)
            if not text.endswith("/>"):
                return _State((*stack, name))
        elif not stack or stack[-1] != name:
            raise UnbalancedError(lineno)
        else:
            stack = stack[:-1]
        if name in _COUNTED:
            self._closed(name, depth)
        return _State(stack)

    def _opened(self, name: str, text: str, stack: tuple[str, ...], depth: int) -> None:
        if name == "w:tbl":
            self._tables.append(_Table(depth))
        elif name == "w:gridCol" and stack[-2:] == ("w:tbl", "w:tblGrid"):
            self._tables[-1].columns += 1
            self._tables[-1].fixed &= depth == self._tables[-1].depth
        elif name == "w:tr":
            self._rows.append(_Row(depth))
        elif name == "w:tc" and stack[-1:] == ("w:tr",):
            row = self._rows[-1]
            row.cells += 1
            row.span += 1
            row.fixed &= depth == row.depth
        elif name == "w:gridSpan" and stack[-3:] == ("w:tr", "w:tc", "w:tcPr"):
            span = _SPAN.search(text)
            self._rows[-1].span += int(span[1]) - 1 if span else 0
            self._rows[-1].fixed &= span is not None and depth == self._rows[-1].depth

    def _closed(self, name: str, depth: int) -> None:
        if name == "w:tbl" and self._tables:
            table = self._tables.pop()
            self.shape.fixed_tables &= table.fixed and 0 < table.columns <= table.always
        elif name == "w:tr" and self._rows:
            row = self._rows.pop()
            for table in self._tables:
                table.fixed &= row.fixed and row.cells <= table.columns
                if row.depth == depth == table.depth:
                    table.always = max(table.always, row.span)


def _refuse_bare_ampersand(text: str, lineno: int) -> None:
    if "&" in text and _BARE_AMPERSAND.search(text):
        raise UnbalancedError(lineno)


def _branches(node: nodes.If) -> Sequence[Sequence[nodes.Node]]:
    return [node.body, *(branch.body for branch in node.elif_), node.else_]


def _through_tag(data: str, position: int, quote: str, lineno: int) -> tuple[int, str, bool]:
    """Return where the tag ends in `data`, or the open quotation mark where `data` ends inside it."""
    for mark in _IN_TAG.finditer(data, position):
        character = mark[0]
        if quote:
            quote = "" if character == quote else quote
            if character == "<":
                raise UnbalancedError(lineno)
        elif character == ">":
            return mark.end(), "", True
        elif character == "<":
            raise UnbalancedError(lineno)
        else:
            quote = character
    return len(data), quote, False
