"""Faults of a form in words: what is wrong with a declaration or a template, in which file, and where."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from docgen.errors import Detail

_EXPECTED = {
    "missing": "缺少此项",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "string_type": "应为文字",
    "string_too_short": "不得为空",
    "string_too_long": "文字过长",
    "string_pattern_mismatch": "格式不符",
    "tuple_type": "应为列表",
    "mapping_type": "应为表",
    "model_type": "应为表",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
}


@dataclass(frozen=True, slots=True)
class FormFault:
    """One fault of a form: the file, the place in it, a stable code, what is wrong and what to do."""

    file: str
    place: str
    code: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        advice = f"（{self.suggestion}）" if self.suggestion else ""
        return f"{' '.join(filter(None, (self.file, self.place)))}：{self.message}{advice}"


def explained(error: ValidationError, model: type[BaseModel], file: str) -> list[Detail]:
    """Say in Chinese what pydantic refused, one detail per fault, without ever echoing a value."""
    return list(_details(error, model, file))


def _details(error: ValidationError, model: type[BaseModel], file: str) -> Iterator[Detail]:
    for fault in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in fault["loc"] if part != "[key]") or "整体"
        yield Detail(f"{file} › {key}", key, _message(fault, model), fault["type"])


def _message(fault: ErrorDetails, model: type[BaseModel]) -> str:
    if fault["type"] == "extra_forbidden":
        near = get_close_matches(str(fault["loc"][-1]), _keys(model, fault["loc"][:-1]), 1)
        return "没有这个键" + (f"，是否指 {near[0]}" if near else "")
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    if fault["type"] in ("enum", "literal_error"):
        return f"应为 {fault['ctx']['expected']} 之一".replace(" or ", "、").replace(", ", "、")
    return _EXPECTED.get(fault["type"], "取值不符合要求")


def _keys(model: type[BaseModel], place: tuple[int | str, ...]) -> Collection[str]:
    """Return the keys of the table at `place` in the declaration."""
    for step in place:
        if isinstance(step, str):
            annotation = model.model_fields[step].annotation
            model = next(one for one in (annotation, *get_args(annotation)) if _is_model(one))
    return model.model_fields


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
