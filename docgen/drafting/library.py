"""Standard clauses as data: what is written, what is filled in, and what only people can say (forms.md section 5.8).

A library is checked whole when it is read: unknown placeholders, repeated clauses, questions nobody needs.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from docgen.case.faults import expected
from docgen.case.loader import read_tree
from docgen.case.shape import Location, path
from docgen.case.tree import decode
from docgen.errors import DeclarationError, Detail, InputError

PLACEHOLDER = re.compile(r"\{([a-z_.]+)\}")


class Sold(StrEnum):
    """What a contract is about; decides the wording where a clause has several."""

    PRODUCT = "product"
    SERVICE = "service"
    MIXED = "mixed"


CASE_FACTS = frozenset(
    f"{party}.{name}"
    for party in ("customer", "supplier")
    for name in ("name", "uscc", "legal_representative", "address")
) | {"supplier.bank_name", "supplier.bank_account"}
"""Placeholders that name a field of the case file."""

AGREED_FACTS = frozenset(
    [
        "project_name",
        "total",
        "total_upper",
        "tax_words",
        "tax_rates",
        "stage_count",
        "delivery_times",
        "delivery_places",
    ]
)
"""Placeholders worked out from the agreed terms."""

_COPIES = frozenset({"copies_upper", "copies_each_upper"})


def _each(value: object) -> object:
    """Let one wording stand for all."""
    return dict.fromkeys(Sold, value) if isinstance(value, str) else value


Wording = Annotated[Mapping[Sold, str], BeforeValidator(_each)]


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Parameter(_Declared):
    """A blank that only people can fill; without `default` it is asked for."""

    label: str
    question: str
    kind: Literal["text", "whole", "even", "decimal"]
    least: Decimal | None = None
    most: Decimal | None = None
    default: Wording | None = None


class Phrases(_Declared):
    """Wordings that clauses are put together from."""

    open: str
    tax_included: str
    tax_excluded: str
    delivery_time: str
    delivery_place: str
    negotiated: str
    supplement: str


class StandardClause(_Declared):
    """A clause of the standard contract; `agreed` = its text comes from the agreed terms."""

    clause_id: str
    article: str
    heading: str
    text: Wording
    agreed: bool = False
    esign_agreed: bool = False


class ClauseLibrary(_Declared):
    """All clauses of one standard contract, in order."""

    template_id: str
    parameters: Mapping[str, Parameter]
    phrases: Phrases
    clauses: tuple[StandardClause, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if faults := list(self._faults()):
            raise PydanticCustomError("inconsistent", "{faults}", {"faults": "；".join(faults)})
        return self

    def _faults(self) -> Iterator[str]:
        known = CASE_FACTS | AGREED_FACTS | _COPIES | set(self.parameters)
        used: set[str] = set()
        seen: set[str] = set()
        for clause in self.clauses:
            if clause.clause_id in seen:
                yield f"条款 {clause.clause_id} 重复"
            seen.add(clause.clause_id)
            if set(clause.text) != set(Sold):
                yield f"条款 {clause.clause_id} 须有 product、service、mixed 三种文字"
            names = {name for text in clause.text.values() for name in PLACEHOLDER.findall(text)}
            used |= names
            yield from (f"条款 {clause.clause_id} 的占位符 {{{name}}} 未定义" for name in sorted(names - known))
        needed = used | ({"copies"} if used & _COPIES else set())
        yield from (f"参数 {name} 没有用到" for name in sorted(set(self.parameters) - needed - {"title", "sign_place"}))


def load_library(source: Path) -> ClauseLibrary:
    """Read a clause library.

    Raises:
        DeclarationError: the file cannot be read or is wrong; every fault is named (code `bad_clause_library`).
    """
    try:
        tree = read_tree(decode(source.read_bytes()))
        library = ClauseLibrary.model_validate(tree.root)
    except ValidationError as error:
        details = tuple(
            _detail(found["loc"], found["type"], expected(found["type"], found["msg"], found.get("ctx", {})))
            for found in error.errors(include_url=False, include_input=False)
        )
        raise _bad(source, details) from None
    except InputError as error:
        raise _bad(source, error.details) from None
    except OSError:
        raise _bad(source, (_detail((), "unreadable_file", "文件不存在或没有读取权限"),)) from None
    if tree.faults:
        raise _bad(source, tuple(_detail(fault.location, fault.code, fault.message) for fault in tree.faults))
    return library


def _detail(location: Location, code: str, message: str) -> Detail:
    return Detail(path(location), "条款库", message, code)


def _bad(source: Path, details: tuple[Detail, ...]) -> DeclarationError:
    return DeclarationError(
        f"条款库 {source.name} 无法使用", code="bad_clause_library", remedy="按提示修改条款库", details=details
    )
