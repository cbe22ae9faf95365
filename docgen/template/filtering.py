"""Filters, asked by their annotations what they accept and give."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import NoneType
from typing import Any, get_type_hints

from docgen.template.annotations import ANY, Annotation, accepts, variants

__all__ = ["accepts_none", "filter_complaints", "result_of", "suitable"]

Filter = Callable[..., object]


def accepts_none(function: Filter) -> bool:
    """Tell whether the first parameter of `function` is annotated to take an absent value."""
    return NoneType in variants(_first_hint(function))


def result_of(function: Filter) -> Annotation:
    """Return the type of what `function` gives."""
    return get_type_hints(function).get("return", Any)


def suitable(filters: Mapping[str, Filter], annotation: Annotation) -> str:
    """Return a sentence naming the `filters` made for values of this type, or ""."""
    firsts = {name: _first_hint(function) for name, function in filters.items()}
    names = [name for name, first in firsts.items() if first not in (ANY, object) and accepts(first, annotation)]
    return f"可用过滤器：{'、'.join(names)}" if names else ""


def filter_complaints(
    name: str, filters: Mapping[str, Filter], values: Sequence[Annotation], named: Mapping[str, Annotation]
) -> Iterator[tuple[str, str, str]]:
    """Yield code, message and suggestion of every fault in giving `values` and `named` arguments to a filter."""
    function = filters[name]
    try:
        bound = inspect.signature(function).bind(*values, **named)
    except TypeError:
        yield "filter_arguments", f"过滤器 {name} 的参数个数或名称不对", ""
        return
    hints = get_type_hints(function)
    for position, (parameter, given) in enumerate(bound.arguments.items()):
        variadic = inspect.signature(function).parameters[parameter].kind in _VARIADIC
        if not variadic and not accepts(hints.get(parameter, Any), given):
            what = "这类值" if position == 0 else f"这类参数 {parameter}"
            yield "filter_type", f"过滤器 {name} 不适用于{what}", "" if position else suitable(filters, given)


_VARIADIC = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


def _first_hint(function: Filter) -> Annotation:
    hints = get_type_hints(function)
    return next((hints.get(name, Any) for name in inspect.signature(function).parameters), Any)
