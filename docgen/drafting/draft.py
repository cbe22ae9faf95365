"""A contract drafted from a clause library and the agreed terms of the final minutes (manual 二(四)步骤1, 四(四)).

The structured terms are those of the minutes, unchanged; the clauses are the standard ones with their blanks filled.
What nobody has answered stays marked in the text, so that no such contract can be issued (GN-04), and is asked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from docgen.case.casefile import CaseFile
from docgen.case.contract import AgreedTerms, Clause, ClauseChange, Contract, Negotiation
from docgen.case.enums import ClauseOrigin
from docgen.case.faults import model_faults, report
from docgen.case.shape import label, location, shapes
from docgen.case.tree import Tree
from docgen.drafting.answers import read_answers
from docgen.drafting.filling import fill
from docgen.drafting.library import CASE_FACTS, ClauseLibrary, Sold
from docgen.drafting.terms import agreed_facts, case_facts, contradictions, sold
from docgen.errors import Detail, StateError
from docgen.money import counting_upper
from docgen.numbering import case_part


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something only people can say: the name to answer it by (empty where the case file itself lacks it)."""

    name: str
    path: str
    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted contract, what is still to be filled, and why it cannot pass the checks however it is filled."""

    contract: Contract
    open_items: tuple[OpenItem, ...]
    objections: tuple[Detail, ...]


def draft_contract(  # noqa: PLR0913 - who drafts, when, from what, under which number
    case: CaseFile,
    library: ClauseLibrary,
    *,
    drafted_ref: str,
    drafted_at: datetime,
    contract_no: str | None = None,
    answers: Mapping[str, str] | None = None,
    replace: bool = False,
) -> Draft:
    """Draft the contract of `case`.

    Args:
        case: a case whose last negotiation is final.
        library: the standard clauses.
        drafted_ref: staff id of the drafter.
        drafted_at: when it was drafted.
        contract_no: default: the number of the contract replaced, else supplier prefix and case number.
        answers: by name of the parameter; blank ones count as not answered.
        replace: draft a new version of an unsigned contract; its approval and changes stay on record.

    Raises:
        StateError: no final minutes with agreed lines; a contract exists and `replace` is not set, or it is signed.
        InputError: an answer is wrong (code `bad_answer`), or the contract would be (code `invalid_case`).
    """
    old = _replaced(case, replace=replace)
    final, agreed = _agreed(case)
    kind = sold(agreed)
    values = read_answers(library, kind, answers or {})
    facts = case_facts(case) | agreed_facts(case, agreed, library) | values | _copies(values)
    contract = _validated(
        {
            "contract_no": contract_no or (old.contract_no if old else _number(case)),
            "version": old.version + 1 if old else 1,
            "project_name": case.title,
            "template_id": library.template_id,
            "drafted_ref": drafted_ref,
            "drafted_at": drafted_at,
            "tax_included": agreed.tax_included,
            "total": agreed.total,
            "lines": agreed.lines,
            "payment": agreed.payment,
            "delivery": agreed.delivery,
            "clauses": tuple(_clauses(library, kind, facts, final)),
            "esign_agreed": any(clause.esign_agreed for clause in library.clauses) or None,
            **_fields(library, values),
            **(_kept(old) if old else {}),
        }
    )
    return Draft(contract, tuple(_open_items(library, kind, facts)), tuple(contradictions(agreed)))


def _validated(fields: Mapping[str, object]) -> Contract:
    try:
        return Contract.model_validate(fields)
    except ValidationError as error:
        raise report(model_faults(error, Tree(), ("contract",)), Tree()) from None


def _replaced(case: CaseFile, *, replace: bool) -> Contract | None:
    old = case.contract
    if old is not None and not replace:
        raise StateError("案卷已有合同", code="contract_exists", remedy="确需重新拟定时用 --replace（版本号加1）")
    if old is not None and old.signatures:
        raise StateError("合同已有签署，不能重新拟定", code="contract_signed", remedy="双方另行签署补充协议")
    return old


def _kept(old: Contract) -> dict[str, Any]:
    """Return what stays on record when a contract is drafted anew."""
    return {"approval": old.approval, "changes": old.changes, "commissions": old.commissions}


def _agreed(case: CaseFile) -> tuple[Negotiation, AgreedTerms]:
    final = case.negotiations[-1] if case.negotiations else None
    if final is None or not final.is_final:
        raise StateError("没有达成一致的《合同谈判纪要》", code="no_final_minutes", remedy="先完成谈判并登记末轮纪要")
    if final.agreed is None or not final.agreed.lines:
        raise StateError("末轮纪要没有议定条款", code="no_agreed_terms", remedy="在末轮纪要中补录标的、付款与交付")
    return final, final.agreed


def _number(case: CaseFile) -> str:
    return f"{case.supplier.contract_prefix}-{case_part(case.case_no)}"


def _copies(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the copies in words: 壹式肆份, 双方各执贰份."""
    copies = values.get("copies")
    if copies is None:
        return {"copies_upper": None, "copies_each_upper": None}
    return {"copies_upper": counting_upper(int(copies)), "copies_each_upper": counting_upper(int(copies) // 2)}


def _fields(library: ClauseLibrary, values: Mapping[str, str | None]) -> dict[str, str]:
    """Return the parameters that are fields of the contract; a required one stays marked until it is answered."""
    known = shapes(Contract)
    found: dict[str, str] = {}
    for name, value in values.items():
        if name in known and (value is not None or known[name].required):
            found[name] = library.phrases.open if value is None else value
    return found


def _clauses(
    library: ClauseLibrary, kind: Sold, facts: Mapping[str, str | None], final: Negotiation
) -> Iterator[Clause]:
    """Yield the standard clauses with the changes of the minutes, then what the minutes add."""
    changes: dict[str, list[ClauseChange]] = {}
    for change in final.clause_changes:
        changes.setdefault(change.clause_id, []).append(change)
    for clause in library.clauses:
        text = fill(clause.text[kind], facts, library.phrases.open)[0]
        negotiated = changes.pop(clause.clause_id, [])
        if not clause.agreed:
            parts = [text, *(_fill_change(library.phrases.negotiated, change) for change in negotiated)]
            text = "\n".join(parts)
        yield Clause(
            clause_id=clause.clause_id,
            article=clause.article,
            heading=clause.heading,
            text=text,
            origin=ClauseOrigin.NEGOTIATED if negotiated else ClauseOrigin.TEMPLATE,
        )
    for clause_id, added in changes.items():
        yield Clause(
            clause_id=clause_id,
            heading=library.phrases.supplement,
            text="\n".join(change.after for change in added),
            origin=ClauseOrigin.NEGOTIATED,
        )


def _fill_change(phrase: str, change: ClauseChange) -> str:
    return fill(phrase, {"after": change.after.rstrip("。") + "。"}, "")[0]


def _open_items(library: ClauseLibrary, kind: Sold, facts: Mapping[str, str | None]) -> Iterator[OpenItem]:
    """Yield what is not known and needed by the clauses or the contract itself, in the order of the library."""
    used = {name: None for clause in library.clauses for name in fill(clause.text[kind], facts, "")[1]}
    for name, parameter in library.parameters.items():
        is_field = name in shapes(Contract)
        if facts[name] is None and (name in used or is_field):
            path = f"contract.{name}" if is_field else f"answers.{name}"
            yield OpenItem(name, path, parameter.label, parameter.question)
    for name in used:
        if name in CASE_FACTS:
            title = label(CaseFile, location(name))
            yield OpenItem("", name, title, f"请在案卷中补录：{title}")
