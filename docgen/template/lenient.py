"""Foreign docxtpl templates: all that Jinja can do, with Python's internals out of reach.

What is printed is looked at on its way: only text that may break the XML, or change what docxtpl's last steps do,
makes the part take the long way.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from docxtpl import InlineImage, RichText, Subdoc
from jinja2 import nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import SandboxedEnvironment, is_internal_attribute
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from docgen.template.run import RunContext, run_of

__all__ = ["LenientEnvironment"]

_MARKUP = re.compile("[<>&]")
_BROKEN = re.compile("[\x00-\x06\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EACH = "each of"
_MAX_POWER = 10_000
_MAX_REPEATED = 10_000_000


class LenientEnvironment(SandboxedEnvironment):
    """Jinja as docxtpl uses it, in a sandbox that only hostile templates notice."""

    context_class = RunContext
    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, filters: Mapping[str, Callable[..., Any]], *, autoescape: bool) -> None:
        super().__init__(autoescape=autoescape, finalize=_watched)
        self.functions = dict(filters)
        self.filters |= self.functions | {_EACH: _counted}

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:  # noqa: ARG002 - Jinja's signature
        """Refuse Python's internals, and the document behind an image or sub-document."""
        return not is_internal_attribute(obj, attr) and not isinstance(obj, InlineImage | Subdoc)

    def unsafe_undefined(self, obj: object, attribute: str) -> Undefined:
        """Refuse at once; an undefined value would print as nothing."""
        raise SecurityError(f"{type(obj).__name__}.{attribute}")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - any operands
        """Multiply and raise within bounds."""
        if operator == "**" and isinstance(left, int) and isinstance(right, int):
            if left.bit_length() * abs(right) > _MAX_POWER:
                raise SecurityError("**")
        elif operator == "*":
            for sequence, times in ((left, right), (right, left)):
                repeats = isinstance(sequence, str | bytes | list | tuple) and isinstance(times, int)
                if repeats and len(sequence) * times > _MAX_REPEATED:
                    raise SecurityError("*")
        return super().call_binop(context, operator, left, right)

    def secured(self, tree: nodes.Template) -> nodes.Template:
        """Return `tree` with its loops counted, and the given functions callable where the template calls them."""
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in self.functions:
                self.globals[call.node.name] = self.functions[call.node.name]
        return cast("nodes.Template", _Count().visit(tree))


class _Count(NodeTransformer):
    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - the visitor's naming
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, _EACH, [], [], None, None, lineno=node.lineno)
        return node


@pass_context
def _counted(context: Context, iterable: object) -> object:
    return run_of(context).counted(iterable)


@pass_context
def _watched(context: Context, value: object) -> object:
    """Return what is printed of `value`, and note in the run what that asks of the last steps."""
    if value is None or type(value) in {int, float, bool} or isinstance(value, Undefined):
        return value
    run = run_of(context)
    escaping = bool(context.eval_ctx.autoescape)
    if isinstance(value, InlineImage):
        value = Markup(run.draw(value)) if escaping else run.draw(value)  # noqa: S704 - docxtpl's own XML
    elif isinstance(value, Subdoc | RichText):
        run.link(str(value))
    text: str = value if type(value) is str else _printed(value, escaping=escaping)
    if not text.isprintable():
        run.special = True
        run.raw |= bool(_BROKEN.search(text)) or "\a" in text or "\f" in text
    if not escaping or isinstance(text, Markup):
        run.raw |= bool(_MARKUP.search(text)) or (run.in_attributes and '"' in text)
    return text


def _printed(value: object, *, escaping: bool) -> str:
    if escaping and hasattr(value, "__html__"):
        return Markup(value.__html__())  # noqa: S704 - what the caller declared to be markup
    return str(value)
