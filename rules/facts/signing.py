"""Facts of signing and filing the contract: signatures, authority, archive (manual 二(四)步骤4, 四(四))."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from docgen.case.casefile import CaseFile
from docgen.case.contract import Authorization, Contract, ContractArchive, EsignEvidence, Signature
from docgen.case.enums import AuthMatter, Party, SealKind, SignerKind, SignMethod
from docgen.clock import day
from docgen.money import cents
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.approval import final_approvals
from rules.facts.periods import policy_int, workday_period
from rules.facts.setting import Setting
from rules.facts.signers import PartyIdentity, Signers
from rules.facts.wording import stamp

ArchiveItem = Literal["scan", "crm", "electronic", "paper"]
"""The four ways in which a signed contract is kept (manual 二(四)步骤4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts(Aspect):
    """One signature of a party under the contract, judged at the moment of signing."""

    aspect: ClassVar[str] = "signature"
    title: ClassVar[str] = "合同签署"

    party: Literal["customer", "supplier"] = fact("签署方", "{}.party")
    signer_kind: SignerKind = fact("签字人身份", "{}.signer_kind")
    name_is_legal_rep: bool = fact("签字人是法定代表人", "{}.signer_name")
    auth_found: bool = fact("有授权委托书", "{}.auth_no", "authorizations")
    signer_is_agent: bool | None = fact("签字人是受托人", "{}.signer_name", "authorizations", optional=True)
    approved_before: bool = fact("签署前已最终审批", "{}.signed_at", "contract.approval.steps[].decided_at")
    method: SignMethod = fact("签署方式", "{}.method")
    esign_present: bool = fact("有电子签名证据", "{}.esign")
    platform_compliant: bool | None = fact("平台合规", "{}.esign.platform_compliant", optional=True)
    cert_valid_at_signing: bool | None = fact(
        "签署时证书有效", "{}.esign.cert_valid_from", "{}.esign.cert_valid_to", optional=True
    )
    cert_subject_ok: bool | None = fact("证书主体相符", "{}.esign.cert_subject", optional=True)
    platform_listed: bool | None = fact("平台在册", "{}.esign.platform", optional=True)
    seal_kind: SealKind = fact("印章类型", "{}.seal_kind")
    seal_owner_ok: bool = fact("印章名称相符", "{}.seal_owner_name")
    signed: bool = fact("已签字", "{}.signed")
    validation_ok: bool | None = fact("验签通过", "{}.esign.validation_ok", optional=True)
    party_text: DisplayText = fact("签署方", "{}.party")
    signer_text: DisplayText = fact("签字人", "{}.signer_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerAuthFacts(Aspect):
    """The authorization on which an authorized representative signed the contract.

    The record's `path` is the signature that it serves, so that its findings concern the contract; its `subject` is
    the number of the authorization, by which they are found for that document, too.
    """

    aspect: ClassVar[str] = "signer_auth"
    title: ClassVar[str] = "签约授权"

    content_complete: bool = fact("授权要素齐全", "authorizations")
    principal_marked: bool = fact("委托人已签名或盖章", "authorizations")
    matter_ok: bool = fact("事项含签署合同", "authorizations")
    contract_no_ok: bool = fact("适用本合同", "authorizations", "contract.contract_no")
    has_limit: bool = fact("有金额上限", "authorizations")
    amount_limit_cents: int | None = fact("金额上限(分)", "authorizations", optional=True)
    total_cents: int = fact("合同总价(分)", "contract.total")
    in_period: bool = fact("签署日在授权期限内", "authorizations", "{}.signed_at")
    revoked: bool = fact("签署前已撤销", "authorizations", "{}.signed_at")
    principal_ok: bool = fact("委托人是合同当事人", "authorizations")
    original_on_file: bool = fact("有原件或扫描件", "authorizations")
    power_only_full: bool = fact("仅写全权代理", "authorizations")
    id_checked: bool | None = fact("已核验身份", "authorizations", optional=True)
    missing_text: DisplayText = fact("缺少的要素", "authorizations")
    period_text: DisplayText = fact("授权期限与签署日", "authorizations", "{}.signed_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveItemFacts(Aspect):
    """One way of keeping the contract that both sides signed."""

    aspect: ClassVar[str] = "archive_item"
    title: ClassVar[str] = "归档项目"

    item: ArchiveItem = fact("归档方式")
    done: bool = fact("已完成", "{}")
    wd_used: int | None = fact("已用工作日", "{}", "contract.signatures[].signed_at", optional=True)
    item_text: DisplayText = fact("归档方式")
    due_text: DisplayText = fact("应完成时间")


ASPECTS: tuple[type[Aspect], ...] = (SignatureFacts, SignerAuthFacts, ArchiveItemFacts)

_FULL_POWER = frozenset({"全权代理", "全权代表", "全权处理", "全权"})


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the facts of each signature of a party under the contract, and of its filing once both have signed."""
    contract = case.contract
    if contract is None:
        return
    signers = Signers(case, setting)
    approvals = final_approvals(setting, contract) if contract.signatures else ()
    id_checks_used = any(each.id_checked_at for each in case.authorizations)
    for index, signature in enumerate(contract.signatures):
        party = signers.party(signature)
        if party is None:
            continue
        at = setting.time("contract.signed", f"{contract.contract_no}/{signature.party}", signature.signed_at)
        act = _Act(contract, signature, party, signers.authorization(signature), at, f"contract.signatures[{index}]")
        yield _signature(setting, signers, act, approved=any(decided <= at for decided in approvals))
        if act.authorization is not None and signature.signer_kind is SignerKind.AUTHORIZED_REPRESENTATIVE:
            yield _authority(act, act.authorization, id_checks_used=id_checks_used)
    if setting.signed_at is not None:
        yield from _archive_items(setting, contract, setting.signed_at)


@dataclass(frozen=True, slots=True)
class _Act:
    """One act of signing: who signed for which party, on which authorization, when, and where the case says so."""

    contract: Contract
    signature: Signature
    party: PartyIdentity
    authorization: Authorization | None
    at: datetime
    path: str


def _signature(setting: Setting, signers: Signers, act: _Act, *, approved: bool) -> SignatureFacts:
    signature, authorization, party = act.signature, act.authorization, act.party
    esign = signature.esign
    return SignatureFacts(
        subject=f"{act.contract.contract_no}/{signature.party}",
        path=act.path,
        on=day(act.at),
        party="customer" if signature.party is Party.CUSTOMER else "supplier",
        signer_kind=signature.signer_kind,
        name_is_legal_rep=signers.is_legal_representative(signature),
        auth_found=authorization is not None,
        signer_is_agent=None if authorization is None else authorization.agent_name == signature.signer_name,
        approved_before=approved,
        method=signature.method,
        esign_present=esign is not None,
        platform_compliant=None if esign is None else esign.platform_compliant,
        cert_valid_at_signing=None if esign is None else esign.cert_valid_from <= act.at <= esign.cert_valid_to,
        cert_subject_ok=None if esign is None else esign.cert_subject == party.name,
        platform_listed=_platform_listed(setting, esign, act.at),
        seal_kind=signature.seal_kind,
        seal_owner_ok=signature.seal_owner_name == party.name,
        signed=signature.signed,
        validation_ok=None if esign is None else esign.validation_ok,
        party_text=f"{party.title}{party.name}",
        signer_text=signers.masked(signature),
    )


def _platform_listed(setting: Setting, esign: EsignEvidence | None, at: datetime) -> bool | None:
    platforms = setting.policy.at(day(at)).get("esign.approved_platforms")
    return esign.platform in platforms if esign and isinstance(platforms, tuple) and platforms else None


def _authority(act: _Act, authorization: Authorization, *, id_checks_used: bool) -> SignerAuthFacts:
    contract, signed_on, limit = act.contract, day(act.at), authorization.amount_limit
    missing = _missing_elements(authorization)
    marked = authorization.principal_signed or authorization.principal_seal is not SealKind.NONE
    return SignerAuthFacts(
        subject=authorization.auth_no,
        path=act.path,
        on=signed_on,
        content_complete=not missing,
        principal_marked=marked,
        matter_ok=AuthMatter.SIGN_CONTRACT in authorization.matters,
        contract_no_ok=authorization.contract_no in (None, contract.contract_no),
        has_limit=limit is not None,
        amount_limit_cents=None if limit is None else cents(limit),
        total_cents=cents(contract.total),
        in_period=authorization.valid_from <= signed_on <= authorization.valid_to,
        revoked=authorization.revoked_on is not None and authorization.revoked_on <= signed_on,
        principal_ok=authorization.principal_name == act.party.name,
        original_on_file=bool(authorization.original_file),
        power_only_full=re.sub(r"[\W_]", "", authorization.power_text) in _FULL_POWER,
        id_checked=authorization.id_checked_at is not None if id_checks_used else None,
        missing_text="、".join(missing if marked else (*missing, "委托人签名或盖章")),
        period_text=f"期限{authorization.valid_from}至{authorization.valid_to}，签署于{stamp(act.at)}",
    )


def _missing_elements(authorization: Authorization) -> tuple[str, ...]:
    """Name the elements of 民法典 165 that the authorization leaves empty; its period never is."""
    elements = (
        ("代理人", authorization.agent_name),
        ("代理事项", authorization.matter_text),
        ("代理权限", authorization.power_text),
    )
    return tuple(title for title, value in elements if not value)


def _archive_items(setting: Setting, contract: Contract, signed_at: datetime) -> Iterator[ArchiveItemFacts]:
    archive, number = contract.archive or ContractArchive(), contract.contract_no
    limit = policy_int(setting, day(signed_at), "deadlines.contract_archive_workdays")
    items: tuple[tuple[ArchiveItem, str, str, str, datetime | None], ...] = (
        ("scan", "扫描", "scanned", "scanned_at", archive.scanned_at),
        ("crm", "上传CRM", "crm_uploaded", "crm_uploaded_at", archive.crm_uploaded_at),
        ("electronic", "电子归档", "archived_electronic", "electronic_archived_at", archive.electronic_archived_at),
        ("paper", "纸质归档", "archived_paper", "paper_archived_at", archive.paper_archived_at),
    )
    for item, title, kind, name, declared in items:
        done_at = setting.time(f"contract.{kind}", number, declared)
        period = workday_period(setting.calendar, signed_at, done_at or setting.as_of, limit)
        yield ArchiveItemFacts(
            subject=f"{number}/{item}",
            path=f"contract.archive.{name}",
            on=day(signed_at),
            due=period.due("wd_used", done_at),
            unknown=period.unknown("wd_used"),
            item=item,
            done=done_at is not None,
            wd_used=period.used,
            item_text=title,
            due_text=period.due_text,
        )
