"""Facts of the contract: parties, clauses, amounts, bottom line, commissions (manual 二(四), 四(一))."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.contract import Contract, Negotiation
from docgen.case.enums import Party, PayeeKind, SignMethod
from docgen.clock import day
from docgen.derived import total_taxed
from docgen.money import cents, formatted, tax_split
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.clauses import ClauseGroup
from rules.facts.negotiation import (
    MinutesChangeFacts,
    NegotiationFacts,
    agreed_at,
    derive_minutes_changes,
    derive_negotiations,
    final_minutes,
)
from rules.facts.setting import PolicyValue, Setting
from rules.facts.terms import TermPairFacts, derive_term_pairs
from rules.facts.totals import bad_line_count, sum_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFacts(Aspect):
    """The contract as a whole."""

    aspect: ClassVar[str] = "contract"
    title: ClassVar[str] = "合同"

    number_ok: bool = fact("合同编号格式正确", "contract.contract_no", "supplier.contract_prefix")
    number_duplicate: bool | None = fact("合同编号重复", "contract.contract_no", optional=True)
    party_data_complete: bool = fact("当事人信息完整", "customer", "supplier")
    party_missing_text: DisplayText = fact("缺少的当事人信息", "customer", "supplier")
    conf_term_clause: bool = fact("有保密期限条款", "contract.clauses")
    conf_years_set: bool = fact("已填保密年限", "contract.confidentiality_years")
    payment_stage_count: int = fact("付款期数", "contract.payment")
    payment_sum_cents: int = fact("付款合计(分)", "contract.payment")
    percent_sum_is_one: bool = fact("付款比例合计100%", "contract.payment")
    delivery_covers_lines: bool = fact("交付覆盖全部标的", "contract.delivery", "contract.lines")
    bad_line_count: int = fact("金额有误行数", "contract.lines")
    lines_sum_cents: int = fact("明细合计(分)", "contract.lines")
    total_cents: int = fact("合同总价(分)", "contract.total")
    has_final_minutes: bool = fact("已有达成一致的纪要", "negotiations")
    floor_gap_cents: int | None = fact("高于最低报价(分)", "contract.total", "baseline.min_total", optional=True)
    delivery_slack_days: int | None = fact(
        "长于最短交付周期(天)", "contract.delivery", "baseline.min_delivery_days", optional=True
    )
    esign_digest_count: int = fact("电子签名文件摘要数", "contract.signatures")
    template_registered: bool | None = fact("模板已登记", "contract.template_id", optional=True)
    penalty_cap_bp: int | None = fact("违约金上限(万分比)", "contract.late_penalty_cap_bp", optional=True)
    esign_used: bool = fact("采用电子签署", "contract.signatures")
    esign_agreed: bool | None = fact("约定电子签名", "contract.esign_agreed", optional=True)
    same_signer_both_sides: bool | None = fact("同一人代表双方", "contract.signatures", optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseFacts(Aspect):
    """One clause of the catalogue and whether the contract has it."""

    aspect: ClassVar[str] = "clause"
    title: ClassVar[str] = "必备条款"

    clause_id: str = fact("条款标识")
    group: ClauseGroup = fact("条款类别")
    present: bool = fact("合同中有此条款", "contract.clauses")
    clause_text: DisplayText = fact("条款名称")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionFacts(Aspect):
    """One discount or commission promised with the contract."""

    aspect: ClassVar[str] = "commission"
    title: ClassVar[str] = "折扣与佣金"

    in_contract: bool = fact("合同明示", "{}.disclosed_in_contract")
    booked: bool = fact("如实入账", "{}.booked_ref")
    payee_is_counterparty_person: bool = fact("付给对方人员", "{}.payee_kind")
    payee_text: DisplayText = fact("收款方与金额", "{}.payee_kind", "{}.amount")


ASPECTS: tuple[type[Aspect], ...] = (
    NegotiationFacts,
    MinutesChangeFacts,
    ContractFacts,
    ClauseFacts,
    TermPairFacts,
    CommissionFacts,
)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the facts of every negotiation and, if there is one, of the contract."""
    yield from derive_negotiations(case, setting)
    contract = case.contract
    if contract is None:
        return
    final = final_minutes(case)
    yield _contract(case, setting, contract, final)
    yield from _clauses(setting, contract)
    if final is not None:
        yield from derive_minutes_changes(case, setting, contract, final)
        yield from derive_term_pairs(contract, final)
    yield from _commissions(setting, contract)


def _contract(case: CaseFile, setting: Setting, contract: Contract, final: Negotiation | None) -> ContractFacts:
    drafted_on = day(contract.drafted_at)
    policy = setting.policy.at(drafted_on)
    missing = _missing_party_data(case)
    numbers = setting.known.contract_numbers
    templates = policy.get("contract.templates")
    return ContractFacts(
        subject=contract.contract_no,
        path="contract",
        on=drafted_on,
        unknown={} if contract.delivery else {"delivery_slack_days": "合同尚无交付安排"},
        number_ok=_number_ok(case, contract, policy),
        number_duplicate=None if numbers is None else contract.contract_no in numbers,
        party_data_complete=not missing,
        party_missing_text="、".join(missing),
        conf_term_clause=any(clause.clause_id == "confidentiality_term" for clause in contract.clauses),
        conf_years_set=bool(contract.confidentiality_years),
        payment_stage_count=len(contract.payment),
        payment_sum_cents=sum_cents(stage.amount for stage in contract.payment),
        percent_sum_is_one=sum(stage.percent for stage in contract.payment) == 1,
        delivery_covers_lines=_delivery_covers_lines(contract),
        bad_line_count=bad_line_count(contract.lines),
        lines_sum_cents=sum_cents(line.amount for line in contract.lines),
        total_cents=cents(contract.total),
        has_final_minutes=final is not None,
        floor_gap_cents=_floor_gap_cents(case, contract),
        delivery_slack_days=_delivery_slack_days(case, setting, contract, final),
        esign_digest_count=len({each.esign.document_sha256.lower() for each in contract.signatures if each.esign}),
        template_registered=contract.template_id in templates if isinstance(templates, tuple) and templates else None,
        penalty_cap_bp=contract.late_penalty_cap_bp,
        esign_used=any(signature.method is SignMethod.ESIGN for signature in contract.signatures),
        esign_agreed=contract.esign_agreed,
        same_signer_both_sides=_same_signer(contract),
    )


def _number_ok(case: CaseFile, contract: Contract, policy: Mapping[str, PolicyValue]) -> bool:
    own = policy.get("numbering.contract_no")
    pattern = own if isinstance(own, str) else rf"{re.escape(case.supplier.contract_prefix)}-\d{{4}}-\d{{4}}"
    return _compiled(pattern).fullmatch(contract.contract_no) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _missing_party_data(case: CaseFile) -> tuple[str, ...]:
    """Name what 民法典 470 asks of both parties and the case does not say."""
    customer, supplier = case.customer, case.supplier
    wanted = (("客户", customer), ("我方", supplier))
    return tuple(
        f"{side}{label}"
        for side, party in wanted
        for label, value in (
            ("全称", party.name),
            ("统一社会信用代码", party.uscc),
            ("法定代表人", party.legal_representative),
            ("住所", party.address),
        )
        if not value
    )


def _delivery_covers_lines(contract: Contract) -> bool:
    """Tell whether the delivery terms name every line exactly once and nothing else."""
    delivered = sorted(line_no for term in contract.delivery for line_no in term.line_nos)
    return delivered == sorted({line.line_no for line in contract.lines})


def _floor_gap_cents(case: CaseFile, contract: Contract) -> int | None:
    baseline = case.baseline
    if baseline is None:
        return None
    total = contract.total
    if baseline.tax_included and not contract.tax_included:
        total = total_taxed(contract)
    elif contract.tax_included and not baseline.tax_included:
        total -= sum(share.tax for share in tax_split(contract.lines, tax_included=True))
    return cents(total - baseline.min_total)


def _delivery_slack_days(case: CaseFile, setting: Setting, contract: Contract, final: Negotiation | None) -> int | None:
    """Return the days between agreement and first delivery beyond the shortest delivery time (rules.md 5.3, CT-06)."""
    if case.baseline is None or not contract.delivery:
        return None
    agreed = contract.drafted_at
    if final is not None:
        agreed = agreed_at(setting, final)
    first = min(term.due_on for term in contract.delivery)
    return (first - day(agreed)).days - case.baseline.min_delivery_days


def _same_signer(contract: Contract) -> bool | None:
    customers = {each.signer_name for each in contract.signatures if each.party is Party.CUSTOMER}
    suppliers = {each.signer_name for each in contract.signatures if each.party is Party.SUPPLIER}
    return not customers.isdisjoint(suppliers) if customers and suppliers else None


def _clauses(setting: Setting, contract: Contract) -> Iterator[ClauseFacts]:
    places = {clause.clause_id: index for index, clause in enumerate(contract.clauses) if clause.text.strip()}
    for clause_id, kind in setting.clauses.items():
        place = places.get(clause_id)
        yield ClauseFacts(
            subject=f"{contract.contract_no}/{clause_id}",
            path="contract.clauses" if place is None else f"contract.clauses[{place}]",
            on=day(contract.drafted_at),
            clause_id=clause_id,
            group=kind.group,
            present=place is not None,
            clause_text=kind.title,
        )


def _commissions(setting: Setting, contract: Contract) -> Iterator[CommissionFacts]:
    on = setting.today if setting.signed_at is None else day(setting.signed_at)
    for index, commission in enumerate(contract.commissions):
        yield CommissionFacts(
            subject=f"{contract.contract_no}/commissions/{index}",
            path=f"contract.commissions[{index}]",
            on=on,
            in_contract=commission.disclosed_in_contract,
            booked=bool(commission.booked_ref),
            payee_is_counterparty_person=commission.payee_kind is PayeeKind.COUNTERPARTY_STAFF,
            payee_text=f"{commission.payee_kind.label} {formatted(commission.amount)}元",
        )
