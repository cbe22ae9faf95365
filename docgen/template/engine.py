"""How the parts of a template are compiled and filled: our strict way and docxtpl's way."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import CodeType
from typing import Any, Protocol
from xml.sax.saxutils import escape

from jinja2 import Environment, Template, nodes
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError

from docgen.errors import DeclarationError, Detail, DocgenError, InputError
from docgen.template.finish import listed
from docgen.template.lenient import LenientEnvironment
from docgen.template.run import Run, RunContext
from docgen.template.shape import Place, Shape, UnbalancedError, shape_of
from docgen.template.source import PartKind, SourcePart, between_marks
from docgen.template.strict import (
    FROM_VALUES,
    StrictContext,
    StrictEnvironment,
    ValueRefusedError,
    unescaped_delimiters,
)
from docgen.template.values import Missing, Node, UnknownFieldError, path_to

__all__ = ["TOO_COMPLEX", "CompiledPart", "Engine", "FilledPart", "LenientEngine", "StrictEngine"]

Filters = Mapping[str, Callable[..., Any]]
_PARAGRAPH = re.compile("<w:p([ >])")
_MOST_MARGINS = 64
"""Headers and footers kept compiled: the templates of a house have the same ones."""
_LONGEST_PROPERTY = 255
"""What a core property may hold, in characters (ECMA-376 part 2, as python-docx enforces it)."""


@dataclass(frozen=True, slots=True)
class CompiledPart:
    """A part ready to be filled: one template and its code, or for the core properties one for each of them.

    `exact` where nothing could be proved about its XML, `in_attributes` where values stand in attributes, `fragile`
    where line breaks and tabs may break it; `longest` is its longest piece of text between tags, in characters.
    """

    part: SourcePart
    codes: Sequence[CodeType]
    templates: Sequence[Template]
    exact: bool
    in_attributes: bool
    fragile: bool
    longest: int


@dataclass(frozen=True, slots=True)
class FilledPart:
    """A part with its text filled in; the core properties have one text each. `exact` asks for the long way."""

    part: SourcePart
    texts: Sequence[str]
    exact: bool

    @property
    def text(self) -> str:
        """The text of the part before its last steps."""
        if self.part.kind is not PartKind.PROPERTIES:
            return self.texts[0]
        pieces = between_marks(self.part.text)
        return "".join(escape(self.texts[int(piece)]) if index % 2 else piece for index, piece in enumerate(pieces))


class Engine(Protocol):
    """Compiles the parts of a template and fills them."""

    def compiled(self, part: SourcePart, properties: Mapping[str, str]) -> CompiledPart:
        """Return `part` compiled; raise DeclarationError for what the template may not do."""
        ...

    def filled(self, parts: Sequence[CompiledPart], context: Mapping[str, object], run: Run) -> Sequence[FilledPart]:
        """Return `parts` filled from `context`; raise InputError or DeclarationError."""
        ...


class StrictEngine:
    """Our own templates: sandboxed, escaped, complete or refused."""

    def __init__(self, filters: Filters) -> None:
        self._environment = StrictEnvironment(filters)
        self._margins = lru_cache(maxsize=_MOST_MARGINS)(partial(self._compiled, properties={}))

    def compiled(self, part: SourcePart, properties: Mapping[str, str]) -> CompiledPart:
        """Return `part` compiled; raise DeclarationError for everything that is not allowed in it."""
        return self._margins(part) if part.kind is PartKind.MARGIN else self._compiled(part, properties)

    def templates(self, codes: Sequence[CodeType]) -> Sequence[Template]:
        """Return the templates of a part that was compiled by an engine with the same filters."""
        return _templates(self._environment, codes)

    def _compiled(self, part: SourcePart, properties: Mapping[str, str]) -> CompiledPart:
        trees = [_parsed(self._environment, text) for text in _sources(part, properties)]
        for tree in trees:
            self._environment.refuse(tree)
        shape = _property_shape(trees) if part.kind is PartKind.PROPERTIES else _balanced(trees[0])
        secured = [self._environment.secured(tree, shape) for tree in trees]
        exact = not (shape.fixed_tables and part.standard)
        return _compiled(self._environment, part, secured, shape, exact=exact)

    def filled(self, parts: Sequence[CompiledPart], context: Mapping[str, object], run: Run) -> Sequence[FilledPart]:
        """Return `parts` filled; raise InputError naming every missing field, or the value that cannot be printed."""
        root = Node(context)
        try:
            filled = [_filled(part, lambda template: _printing(template, root), run) for part in parts]
        except UnknownFieldError as exc:
            run.missing[exc.field.path] = exc.field
            raise _incomplete(tuple(run.missing.values())) from exc
        except ValueRefusedError as exc:
            raise _refused(exc, path_to(exc.value, root)) from exc
        except FROM_VALUES as exc:
            raise InputError(f"模板中的比较不适用于这些值（{type(exc).__name__}）", code="comparison_failed") from exc
        if run.missing:
            raise _incomplete(tuple(run.missing.values()))
        return filled


class LenientEngine:
    """Foreign docxtpl templates: what docxtpl makes of them, in a sandbox."""

    def __init__(self, filters: Filters, *, autoescape: bool) -> None:
        self._environment = LenientEnvironment(filters, autoescape=autoescape)

    def compiled(self, part: SourcePart, properties: Mapping[str, str]) -> CompiledPart:
        """Return `part` compiled; raise DeclarationError where Jinja cannot."""
        sources = _sources(part, properties)
        if part.kind is not PartKind.PROPERTIES:
            sources = [_PARAGRAPH.sub(r"\n<w:p\1", text) for text in sources]  # as docxtpl does, and takes out again
        trees = [_parsed(self._environment, text) for text in sources]
        shape = _shape_or_none(trees[0]) if part.kind in {PartKind.BODY, PartKind.MARGIN} else Shape()
        secured = [self._environment.secured(tree) for tree in trees]
        blocks = shape is not None and part.kind is PartKind.MARGIN and Place.BLOCK in shape.places.values()
        exact = shape is None or blocks or not (shape.fixed_tables and part.standard)
        return _compiled(self._environment, part, secured, shape or Shape(), exact=exact)

    def filled(self, parts: Sequence[CompiledPart], context: Mapping[str, object], run: Run) -> Sequence[FilledPart]:
        """Return `parts` filled as docxtpl does; what goes wrong in Jinja, a filter or a value is an error of ours."""
        try:
            return [
                _filled(part, lambda template: _given(template, context), run, _as_docxtpl_leaves_it) for part in parts
            ]
        except DocgenError:
            raise
        except SecurityError as exc:
            raise DeclarationError("模板试图访问不允许的内容", code="template_forbidden") from exc
        except UndefinedError as exc:
            raise InputError("模板用到了没有提供的值", code="missing_fields") from exc
        except Exception as exc:  # a foreign template may run any expression on any value
            raise InputError(f"模板无法填写（{type(exc).__name__}）", code="render_failed") from exc


def _sources(part: SourcePart, properties: Mapping[str, str]) -> Sequence[str]:
    return tuple(properties.values()) if part.kind is PartKind.PROPERTIES else (part.text,)


def _parsed(environment: Environment, text: str) -> nodes.Template:
    try:
        return environment.parse(text)
    except TemplateSyntaxError as exc:
        raise _syntax_error(exc) from exc


TOO_COMPLEX = (RecursionError, MemoryError, SyntaxError, OverflowError)
"""What Jinja's and Python's compilers raise on expressions or blocks nested too deeply."""


def _syntax_error(exc: TemplateSyntaxError) -> DeclarationError:
    detail = Detail("", f"第{exc.lineno}行", exc.message or "", "syntax")
    return DeclarationError("模板的标签有语法错误", details=[detail], code="template_syntax")


def _balanced(tree: nodes.Template) -> Shape:
    try:
        return shape_of(tree)
    except UnbalancedError as exc:
        raise DeclarationError(
            "模板的条件或循环截断了段落、单元格或行",
            remedy="整段、整行的条件和循环用 {%p … %}、{%tr … %}，且开始与结束各占一段或一行",
            code="template_unbalanced",
        ) from exc


def _shape_or_none(tree: nodes.Template) -> Shape | None:
    try:
        return shape_of(tree)
    except UnbalancedError:
        return None  # not an error in a foreign template: nothing is known, so the part takes the long way


def _property_shape(trees: Sequence[nodes.Template]) -> Shape:
    shape = Shape()
    for tree in trees:
        for output in tree.find_all(nodes.Output):
            shape.places |= {id(child): Place.PROPERTY for child in output.nodes}
    return shape


def _compiled(
    environment: Environment,
    part: SourcePart,
    trees: Sequence[nodes.Template],
    shape: Shape,
    *,
    exact: bool,
) -> CompiledPart:
    try:
        codes = [environment.compile(tree) for tree in trees]
    except TemplateSyntaxError as exc:  # an unknown filter or test
        raise _syntax_error(exc) from exc
    texts = [data.data for tree in trees for data in tree.find_all(nodes.TemplateData)]
    return CompiledPart(
        part,
        codes,
        _templates(environment, codes),
        exact=exact,
        in_attributes=any(place in _ATTRIBUTES for place in shape.places.values()),
        fragile="PrChange" in part.text,
        longest=max(map(len, texts), default=0),
    )


def _templates(environment: Environment, codes: Sequence[CodeType]) -> Sequence[Template]:
    return [environment.template_class.from_code(environment, code, environment.globals) for code in codes]


_ATTRIBUTES = {Place.ATTRIBUTE, Place.NUMBER, Place.COLOUR, Place.HEIGHT}


def _filled(
    compiled: CompiledPart,
    context_of: Callable[[Template], RunContext],
    run: Run,
    cleaned: Callable[[str], str] = lambda text: text,
) -> FilledPart:
    run.begin(compiled.part, in_attributes=compiled.in_attributes)
    texts = []
    for template in compiled.templates:
        context = context_of(template)
        context.run = run
        texts.append(run.joined(template.root_render_func(context), compiled.longest))
    if compiled.part.kind is PartKind.PROPERTIES:
        _check_properties(texts)
        return FilledPart(compiled.part, texts, exact=False)
    texts = [cleaned(text) for text in texts]
    special = run.special or compiled.part.special
    texts = [listed(text) if special else text for text in texts]
    return FilledPart(compiled.part, texts, exact=compiled.exact or run.raw or (special and compiled.fragile))


def _printing(template: Template, record: Node) -> RunContext:
    context = template.new_context()
    assert isinstance(context, StrictContext)
    context.record = record
    return context


def _given(template: Template, variables: Mapping[str, object]) -> RunContext:
    context = template.new_context(dict(variables))
    assert isinstance(context, RunContext)
    return context


def _as_docxtpl_leaves_it(text: str) -> str:
    return unescaped_delimiters(text.replace("\n<w:p>", "<w:p>").replace("\n<w:p ", "<w:p "))


def _check_properties(texts: Sequence[str]) -> None:
    if any(len(text) > _LONGEST_PROPERTY for text in texts):
        raise InputError(f"文档属性超过 {_LONGEST_PROPERTY} 个字符", code="property_too_long")


def _incomplete(fields: Sequence[Missing]) -> InputError:
    details = [
        Detail(field.path, field.label, f"{field.label}未填写", "missing")
        if field.known
        else Detail(field.path, field.label, f"没有名为 {field.path} 的字段", "unknown")
        for field in fields
    ]
    listing = "、".join(detail.label for detail in details[:10])
    return InputError(
        f"文件缺少 {len(details)} 项内容：{listing}{'…' if len(details) > 10 else ''}",
        remedy="补全这些内容后再出具文件",
        details=details,
        code="missing_fields",
    )


def _refused(exc: ValueRefusedError, path: str) -> DocgenError:
    family = DeclarationError if exc.code in _AUTHORS_FAULTS else InputError
    where = path or exc.shown
    detail = Detail(where, exc.shown, exc.message, exc.code)
    return family(f"{where}：{exc.message}", details=[detail], code=exc.code)


_AUTHORS_FAULTS = {"unprintable", "no_member", "not_a_list", "bad_span", "not_a_picture"}
