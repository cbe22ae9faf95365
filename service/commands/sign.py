"""`docgen sign`: documents sent to their signers, and what senders, approvers and signers do until all have signed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import click

from docgen.case import CaseFile
from docgen.clock import SHANGHAI, SystemClock
from docgen.editions import Edition
from docgen.envelope import sending
from docgen.envelope.authority import Refusal as SignerRefusal
from docgen.envelope.plan import Choices, Order
from docgen.envelope.room import Sent
from docgen.envelope.state import Envelope, Stage
from docgen.errors import InputError
from docgen.pipeline import Refusal, Wish
from docgen.pipeline import sign as send_to_sign
from docgen.signing.authority import establish
from service import signing, terminal, wiring
from service.archiving import archive_room
from service.commands.issue import refusal_lines
from service.commands.options import policy_option
from service.envelope_wording import ENVELOPE_STATES, SIGNER_STAGES
from service.export import write_file
from service.problems import REFUSED
from service.settings import Settings
from service.signing import Desk, signing_desk

_envelope = click.argument("envelope_id", metavar="签署编号")
_signer = click.argument("signer", metavar="签署处")
_case = click.option("--case", "case_path", type=click.Path(path_type=Path), help="案卷文件（默认工作区中最近的案卷）")
_by = click.option("--by", help="操作人")
_out = click.option("--out", type=click.Path(path_type=Path), required=True, help="输出目录")
_reason = click.option("--reason", required=True, help="原因")


@click.group()
def sign() -> None:
    """签署：发起、催办、作废、代签、批准用印、办理、取回签署件和证据。"""


def _choices(command: click.decorators.FC) -> click.decorators.FC:
    """Add the options in which the sender decides what form and case leave open."""
    for option in reversed(
        (
            click.option("--subject", metavar="对象", help="只签一个对象，如 PO20240418002/2"),
            click.option("--signer", "signers", multiple=True, metavar="签署处=人", help="由谁签，如 customer=C03"),
            click.option("--power", "powers", multiple=True, metavar="签署处=编号", help="依哪份授权委托书"),
            click.option("--seal", "seals", multiple=True, metavar="签署处=印章", help="用哪枚印章"),
            click.option("--optional", multiple=True, metavar="签署处", help="也请可选的签署处签署"),
            click.option("--seal-keeper", metavar="人", help="我方用印人"),
            click.option("--seal-approver", metavar="人", help="我方用印批准人（须是另一人）"),
            click.option(
                "--order",
                type=click.Choice([one.value for one in Order]),
                default=Order.DECLARED.value,
                show_default=True,
                help="次序：按表单声明、依次、同时",
            ),
            click.option("--days", type=click.IntRange(1, 365), help="几天内有效（默认14天）"),
            policy_option,
            _by,
        )
    ):
        command = option(command)
    return command


@sign.command("setup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="目录")
@click.option("--organisation", required=True, help="签发机构的名称")
@click.option("--root-key", type=click.Path(path_type=Path, dir_okay=False), required=True, help="根密钥写到哪个文件")
@click.password_option("--passphrase", prompt="根密钥的口令", help="加密根密钥的口令")
def setup(folder: Path, organisation: str, root_key: Path, passphrase: str) -> None:
    """建立内置签发机构：用于演示，或双方约定的签署方式（不是持牌认证机构）。"""
    key = establish(folder, organisation, SystemClock(), passphrase=passphrase.encode())
    path = write_file(root_key.parent, root_key.name, key)
    path.chmod(0o600)
    click.echo(f"已建立签发机构：{folder}（设置 DOCGEN_SIGNER=builtin:{folder.resolve()}）")
    click.echo(f"根密钥在 {path}，请移到离线处保管；对外公布的根证书是 {folder / 'root.pem'}")


@sign.command("start")
@click.argument("path", type=click.Path(path_type=Path), metavar="案卷")
@click.argument("forms", nargs=-1, required=True, metavar="表单…")
@_choices
@click.pass_obj
def start(settings: Settings, /, path: Path, forms: tuple[str, ...], **given: object) -> int:
    """签发签署件并发给签署人；链接只到签署人手中，发起人看不到。"""
    case = wiring.case_file(path)
    with signing_desk(settings, policy=_path(given["policy"])) as desk:
        sent = _sent(desk, case, forms, settings, given)
        if not isinstance(sent, Sent):
            return _refused(sent)
        click.echo("\n".join(_lines(sent.envelope, sent)))
    return 0


@sign.command("run")
@click.argument("path", type=click.Path(path_type=Path), metavar="案卷")
@click.argument("forms", nargs=-1, required=True, metavar="表单…")
@_choices
@_out
@click.pass_obj
def run(settings: Settings, /, path: Path, forms: tuple[str, ...], out: Path, **given: object) -> int:
    """从发起到取回一次办完：链接和验证码取自本机发件箱，只用于演示和验收。"""
    case = wiring.case_file(path)
    with signing_desk(settings, policy=_path(given["policy"])) as desk:
        sent = _sent(desk, case, forms, settings, given)
        if not isinstance(sent, Sent):
            return _refused(sent)
        done = signing.enact_all(desk.room, sent.envelope, case)
        if isinstance(done, SignerRefusal):
            return _refused((done,))
        click.echo("\n".join(_lines(done)))
        for written in signing.export(desk, done, out):
            click.echo(f"  {written}")
    return 0


@sign.command("status")
@click.argument("which", metavar="签署编号|案卷号")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def status(settings: Settings, which: str, form: Literal["text", "json"]) -> None:
    """显示一次签署，或一个案卷的全部签署。"""
    with signing_desk(settings) as desk:
        found = desk.room.envelopes(which) or (desk.room.envelope(which),)
        if form == "json":
            click.echo(json.dumps([_as_data(one) for one in found], ensure_ascii=False, indent=2))
        else:
            click.echo("\n\n".join("\n".join(_lines(one)) for one in found))


@sign.command("act")
@_envelope
@_signer
@_case
@click.pass_obj
def act(settings: Settings, envelope_id: str, signer: str, case_path: Path | None) -> int:
    """以签署人身份办完一次签署：链接和验证码取自本机发件箱，只用于演示和验收。"""
    with signing_desk(settings) as desk:
        envelope = desk.room.envelope(envelope_id)
        done = signing.enact(desk.room, envelope, envelope.signer(signer), _present(settings, envelope, case_path))
        return _done(done)


@sign.command("release")
@_envelope
@click.argument("signer", default="seal", metavar="[签署处]")
@click.option("--by", required=True, help="用印批准人（编号或姓名）")
@click.pass_obj
def release(settings: Settings, envelope_id: str, signer: str, by: str) -> None:
    """批准用印；用印人之后才能用印。"""
    with signing_desk(settings) as desk:
        click.echo("\n".join(_lines(sending.release(desk.room, envelope_id, signer, by=by))))


@sign.command("decline")
@_envelope
@_signer
@_reason
@click.pass_obj
def decline(settings: Settings, envelope_id: str, signer: str, reason: str) -> None:
    """以签署人身份拒签（演示和验收）；这次签署就此结束。"""
    with signing_desk(settings) as desk:
        envelope = desk.room.envelope(envelope_id)
        ceremony, session = signing.identified(desk.room, envelope, envelope.signer(signer))
        click.echo("\n".join(_lines(ceremony.decline(session, reason, signing.VISIT))))


@sign.command("delegate")
@_envelope
@_signer
@click.argument("to", metavar="人")
@_reason
@_case
@_by
@click.pass_obj
def delegate(
    settings: Settings, envelope_id: str, signer: str, to: str, reason: str, case_path: Path | None, by: str | None
) -> int:
    """改由同一方的另一人签署；规则不接受的人不行。"""
    with signing_desk(settings) as desk:
        case = _present(settings, desk.room.envelope(envelope_id), case_path)
        operator = wiring.operator(settings, by)
        return _done(sending.delegate(desk.room, envelope_id, signer, to, case=case, reason=reason, by=operator))


@sign.command("remind")
@_envelope
@click.argument("signer", default="", metavar="[签署处]")
@_by
@click.pass_obj
def remind(settings: Settings, envelope_id: str, signer: str, by: str | None) -> int:
    """向待签署的人重新发送链接；旧链接失效。"""
    with signing_desk(settings) as desk:
        return _done(sending.remind(desk.room, envelope_id, by=wiring.operator(settings, by), signer=signer))


@sign.command("void")
@_envelope
@_reason
@_by
@click.pass_obj
def void(settings: Settings, envelope_id: str, reason: str, by: str | None) -> None:
    """作废一次未完成的签署；链接全部失效。"""
    with signing_desk(settings) as desk:
        done = sending.void(desk.room, envelope_id, reason=reason, by=wiring.operator(settings, by))
        click.echo("\n".join(_lines(done)))


@sign.command("export")
@_envelope
@_out
@click.pass_obj
def export(settings: Settings, envelope_id: str, out: Path) -> None:
    """取回签署件、签署证据（JSON）和签署证明（PDF）。"""
    with signing_desk(settings) as desk:
        for written in signing.export(desk, desk.room.envelope(envelope_id), out):
            click.echo(str(written))


def _sent(
    desk: Desk, case: CaseFile, forms: tuple[str, ...], settings: Settings, given: dict[str, object]
) -> Sent | tuple[Refusal | SignerRefusal, ...]:
    choices = Choices(
        signers=_pairs("--signer", given["signers"]),
        powers=_pairs("--power", given["powers"]),
        seals=_pairs("--seal", given["seals"]),
        optional=frozenset(_texts(given["optional"])),
        keeper=_text(given["seal_keeper"]),
        approver=_text(given["seal_approver"]),
        order=Order(str(given["order"])),
    )
    subject, days = _text(given["subject"]), given["days"]
    wishes = [Wish(form, subject, Edition.SIGNING) for form in forms]
    return send_to_sign(
        case,
        wishes,
        desk.office,
        desk.room,
        choices,
        by=wiring.operator(settings, _text(given["by"])),
        until=signing.until(days if isinstance(days, int) else None, desk.room.clock),
    )


def _present(settings: Settings, envelope: Envelope, path: Path | None) -> CaseFile:
    """Return the case as it is now: of the file, else as the workspace knows it."""
    if path is not None:
        return wiring.case_file(path)
    with archive_room(settings) as room:
        return room.case(envelope.case_no)


def _done(done: Sent | SignerRefusal) -> int:
    if isinstance(done, SignerRefusal):
        return _refused((done,))
    click.echo("\n".join(_lines(done.envelope, done)))
    return 0


def _refused(refusals: tuple[Refusal | SignerRefusal, ...]) -> int:
    for refusal in refusals:
        lines = refusal_lines(refusal) if isinstance(refusal, Refusal) else signer_lines(refusal)
        click.echo("\n".join(lines), err=True)
    return REFUSED


def signer_lines(refusal: SignerRefusal) -> Iterator[str]:
    """Yield why somebody may not sign: rule, fact and remedy of every finding."""
    person = refusal.signer.person
    yield f"不得签署　{refusal.signer.label}　{person.name}（{refusal.signer.key}）　[refused]"
    for finding in refusal.findings:
        yield from (f"  {line}" for line in terminal.finding_lines(finding))


def _lines(envelope: Envelope, sent: Sent | None = None) -> Iterator[str]:
    until = envelope.definition.expires_at.astimezone(SHANGHAI)
    yield f"签署 {envelope.id}　{ENVELOPE_STATES[envelope.state]}　案卷 {envelope.case_no}　期限 {until:%Y-%m-%d %H:%M}"
    for document in envelope.definition.documents:
        yield f"  文件　{document.doc_no}　《{document.title}》"
    undelivered = {one.key for one in sent.undelivered} if sent else set()
    for one in envelope.signers:
        progress = envelope.progress[one.key]
        stage = SIGNER_STAGES[progress.stage]
        if one.approver and progress.stage is not Stage.SIGNED:
            stage += f"，用印{'已' if progress.released else '待'}{one.approver.name}批准"
        failed = "　通知未送达，请用 remind 重发" if one.key in undelivered else ""
        yield f"  第{one.turn}步　{one.key}　{one.label}　{one.person.name}　{stage}{failed}"
    if envelope.reason:
        yield f"  原因　{envelope.reason}"


def _as_data(envelope: Envelope) -> dict[str, object]:
    return {
        "id": envelope.id,
        "case_no": envelope.case_no,
        "state": envelope.state.value,
        "reason": envelope.reason,
        "expires_at": envelope.definition.expires_at.isoformat(),
        "documents": [
            {"doc_no": one.doc_no, "form": one.form_id, "sha256": sha256}
            for one, sha256 in zip(envelope.definition.documents, envelope.current, strict=True)
        ],
        "signers": [
            {
                "key": one.key,
                "turn": one.turn,
                "name": one.person.name,
                "label": one.label,
                "stage": envelope.progress[one.key].stage.value,
            }
            for one in envelope.signers
        ],
    }


def _pairs(option: str, given: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in _texts(given):
        place, equals, what = text.partition("=")
        if not (place and equals and what):
            raise InputError(f"{option} 须写作 签署处=值", remedy=f"例如 {option} customer=C03", code="bad_choice")
        found[place] = what
    return found


def _texts(given: object) -> tuple[str, ...]:
    return tuple(str(one) for one in given) if isinstance(given, tuple) else ()


def _text(given: object) -> str | None:
    return str(given) if given else None


def _path(given: object) -> Path | None:
    return given if isinstance(given, Path) else None
