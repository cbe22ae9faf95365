"""Answers to the blanks of a clause library, read and checked all at once."""

import difflib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from pydantic import TypeAdapter, ValidationError

from docgen.case.values import Text
from docgen.drafting.library import ClauseLibrary, Parameter, Sold
from docgen.errors import Detail, InputError

_TEXT = TypeAdapter(Text)
_WHOLE = re.compile(r"0|[1-9][0-9]{0,5}", re.ASCII)
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,4})?", re.ASCII)


def read_answers(library: ClauseLibrary, sold: Sold, answers: Mapping[str, str]) -> dict[str, str | None]:
    """Return a value for every parameter: the answer, else the default, else None.

    Raises:
        InputError: an answer is to no question, or not of the kind asked for (code `bad_answer`).
    """
    faults = list(_faults(library, answers))
    if faults:
        raise InputError(
            f"拟定合同的填写项有{len(faults)}处错误", code="bad_answer", remedy="按提示更正后重试", details=faults
        )
    return {
        name: answers[name].strip() if answers.get(name, "").strip() else _default(parameter, sold)
        for name, parameter in library.parameters.items()
    }


def _default(parameter: Parameter, sold: Sold) -> str | None:
    return parameter.default[sold] if parameter.default else None


def _faults(library: ClauseLibrary, answers: Mapping[str, str]) -> Iterator[Detail]:
    for name, answer in answers.items():
        parameter = library.parameters.get(name)
        if parameter is None:
            near = difflib.get_close_matches(name, library.parameters, n=1)
            hint = f"，是否应为 {near[0]}（{library.parameters[near[0]].label}）" if near else ""
            yield Detail("answers", "填写项", f"没有这个填写项{hint}", "unknown_answer")
        elif answer.strip() and (expected := _expected(parameter, answer.strip())):
            yield Detail(f"answers.{name}", parameter.label, expected, "bad_answer")


def _expected(parameter: Parameter, answer: str) -> str:
    """Say what is expected where `answer` is not it; empty where it is."""
    if parameter.kind == "text":
        try:
            _TEXT.validate_python(answer)
        except ValidationError:
            return "须为文字，不含控制字符"
        return ""
    pattern, what = (_DECIMAL, "普通十进制数字") if parameter.kind == "decimal" else (_WHOLE, "整数")
    return _out_of_bounds(parameter, Decimal(answer)) if pattern.fullmatch(answer) else f"须为{what}"


def _out_of_bounds(parameter: Parameter, number: Decimal) -> str:
    if parameter.least is not None and number < parameter.least:
        return f"不得小于{parameter.least}"
    if parameter.most is not None and number > parameter.most:
        return f"不得大于{parameter.most}"
    if parameter.kind == "even" and number % 2:
        return "须为偶数，双方各执一半"
    return ""
