"""What the certificate of completion says, in words: documents, signers, consent, every step, and how to check it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from docgen.case.enums import ApprovalRole, SignerKind
from docgen.clock import SHANGHAI
from docgen.envelope.definition import Act, EnvelopeDocument, Person, Signer
from docgen.envelope.evidence import applied, seats_of
from docgen.envelope.room import SYSTEM, Consent
from docgen.envelope.state import Envelope
from docgen.workspace import KeptEvent
from docgen.workspace.events import EventKind as Kind

_WHAT: Final[Mapping[str, str]] = {
    Kind.ENVELOPE_SENT: "发起签署",
    Kind.ENVELOPE_LINKED: "向{to}发送签署链接",
    Kind.ENVELOPE_UNDELIVERED: "通知未送达",
    Kind.ENVELOPE_OPENED: "打开签署链接",
    Kind.ENVELOPE_CODE_SENT: "发送一次性验证码",
    Kind.ENVELOPE_IDENTIFIED: "以一次性验证码核验身份",
    Kind.ENVELOPE_VIEWED: "阅读文件",
    Kind.ENVELOPE_CONSENTED: "同意以电子方式签署（第{version}版同意书）",
    Kind.ENVELOPE_RELEASED: "批准用印",
    Kind.ENVELOPE_SIGNED: "签署",
    Kind.ENVELOPE_DELEGATED: "改由他人签署：{reason}",
    Kind.ENVELOPE_REMINDED: "再次发送链接",
    Kind.ENVELOPE_COMPLETED: "全部签署完成",
    Kind.ENVELOPE_ACCESS_REFUSED: "访问被拒绝（{code}）",
    Kind.ENVELOPE_SIGNING_REFUSED: "签署被规则拒绝",
}


_COMMAND: Final = (
    "核验命令：docgen verify 签署文件.pdf --trust 根证书.pem --expect 签署证据.json；"
    "也可用任何支持 PAdES（ETSI EN 319 142）的软件核验签名与时间戳。"
)
_KINDS: Final[Mapping[str, str]] = {one.value: one.label for one in SignerKind}
_ROLES: Final[Mapping[str, str]] = {one.value: one.label for one in ApprovalRole}


def account(envelope: Envelope, consent: Consent, at: datetime) -> dict[str, object]:
    """Return what `completion.docx` prints of a completed envelope."""
    definition = envelope.definition
    number = f"QM-{envelope.id[:8].upper()}"
    last = envelope.events[-1]
    return {
        "doc": {
            "number": number,
            "title": "签署证明",
            "revision": 0,
            "revised": False,
            "draft": False,
            "record": False,
            "confidential": False,
            "header": None,
            "footer_label": "签署证明",
        },
        "statement": (
            f"兹证明：案卷{envelope.case_no}的下列文件，由下列各方依次核验身份、阅读原文、同意电子签署后，"
            f"于{_stamp(last.at)}全部签署完成。签署方式：{definition.practice.platform}。"
        ),
        "documents": [
            {"rows": list(_document(one, sha256))}
            for one, sha256 in zip(definition.documents, envelope.current, strict=True)
        ],
        "people": [
            {"title": f"{number}. {one.label}", "rows": list(_signer(envelope, one))}
            for number, one in enumerate(envelope.signers, start=1)
        ],
        "consent": {"version": consent.version, "sha256": consent.sha256, "text": consent.text},
        "events": list(_steps(envelope)),
        "checks": [
            "本证明与所附证据文件（JSON）载有定稿的 SHA-256 和全部签名证书；文件改动一个字节，核验即不通过。",
            _COMMAND,
            f"以上过程载于只增不改的台账，末条为第{last.seq}号，SHA-256：{last.hash}。",
            f"签署方式的合规声明：{_declared(definition.practice.compliant, definition.practice.declared_by)}。",
        ],
        "issuer": definition.organisation,
        "dated": f"{at.astimezone(SHANGHAI):%Y年%-m月%-d日}",
    }


def _declared(compliant: bool, by: str) -> str:
    return f"由{by or '发起方'}声明符合《电子签名法》第十三条" if compliant else "未作声明"


def _document(document: EnvelopeDocument, sha256: str) -> Iterator[dict[str, str]]:
    yield _row("文件", f"《{document.title}》{document.doc_no}，共{document.pages}页")
    yield _row("签发时 SHA-256", document.pdf_sha256)
    yield _row("签署后 SHA-256", sha256)


def _signer(envelope: Envelope, signer: Signer) -> Iterator[dict[str, str]]:
    mine = [one for one in envelope.events if one.data.get("signer") == signer.key]
    by_kind = {one.kind: one for one in mine}
    person, signed = signer.person, by_kind[Kind.ENVELOPE_SIGNED]
    title = f"（{person.title}）" if person.title else ""
    yield _row("签署人", f"{person.name}{title}，{signer.organisation}；{applied(signer)}")
    for seat in seats_of(signed):
        yield from _authority(seat, envelope.definition.documents[seat["document"]])
    if signer.approver:
        released = by_kind[Kind.ENVELOPE_RELEASED]
        yield _row("用印批准", f"{signer.approver.name}，{_stamp(released.at)}；用印人{person.name}")
    linked, opened = by_kind[Kind.ENVELOPE_LINKED], by_kind[Kind.ENVELOPE_OPENED]
    yield _row("签署链接", f"{_stamp(linked.at)}发至{linked.data['channel']}；{_stamp(opened.at)}打开（一次有效）")
    code, identified = by_kind[Kind.ENVELOPE_CODE_SENT], by_kind[Kind.ENVELOPE_IDENTIFIED]
    yield _row("身份核验", f"一次性验证码，发至{code.data['channel']}；{_stamp(identified.at)}核验通过")
    consented = by_kind[Kind.ENVELOPE_CONSENTED]
    viewed = by_kind[Kind.ENVELOPE_VIEWED]
    yield _row(
        "阅读与同意", f"{_stamp(viewed.at)}阅读原文；{_stamp(consented.at)}同意（第{consented.data['version']}版）"
    )
    yield _row(
        "签署", f"{_stamp(signed.at)}，IP {signed.data['ip'] or '本机'}，{signed.data['user_agent'] or '本机程序'}"
    )
    for seat in seats_of(signed):
        for act in seat["acts"]:
            yield _row("签名证书" if act["act"] == Act.SIGN else "印章证书", _certificate(act))


def _authority(seat: Mapping[str, Any], document: EnvelopeDocument) -> Iterator[dict[str, str]]:
    said = seat["authority"]
    kind = _KINDS[said["kind"]]
    power = f"，依授权委托书{said['auth_no']}" if said["auth_no"] else ""
    yield _row("签署身份", f"《{document.title}》“{seat['label']}”：{kind}{power}")
    if said["approvals"]:
        steps = "；".join(
            f"{_ROLES[one['role']]}{one['by']} {_stamp(datetime.fromisoformat(one['at']))}" for one in said["approvals"]
        )
        yield _row("审批", steps)


def _certificate(act: Mapping[str, Any]) -> str:
    valid = "至".join(_stamp(datetime.fromisoformat(act[edge])) for edge in ("valid_from", "valid_to"))
    return f"{act['name']}（{act['organisation']}，{act['mark']}），序列号 {act['serial']}，有效期 {valid}"


def _steps(envelope: Envelope) -> Iterator[dict[str, str]]:
    names = {person.ref or person.name: person for person in _everybody(envelope.signers)}
    for event in envelope.events:
        yield {
            "at": _stamp(event.at),
            "who": _who(event.actor, names),
            "what": _what(event, names),
            "whence": _whence(event),
        }


def _everybody(signers: Sequence[Signer]) -> Iterator[Person]:
    for one in signers:
        yield one.person
        if one.approver:
            yield one.approver


def _who(actor: str, names: Mapping[str, Person]) -> str:
    if actor == SYSTEM:
        return "系统"
    return names[actor].name if actor in names else actor


def _what(event: KeptEvent, names: Mapping[str, Person]) -> str:
    said = {name: event.data.get(name, "") for name in ("version", "reason", "code")}
    to = str(event.data.get("to", "")) if event.kind == Kind.ENVELOPE_LINKED else ""
    return _WHAT.get(event.kind, event.kind).format(to=_who(to, names), **said)


def _whence(event: KeptEvent) -> str:
    if channel := event.data.get("channel"):
        return str(channel)
    ip = event.data.get("ip")
    return f"IP {ip}" if ip else "—"


def _row(label: str, text: str) -> dict[str, str]:
    return {"label": label, "text": text}


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
