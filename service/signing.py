"""Signing as the service does it: the signing room with keys, time stamps, courier and method as set."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from urllib.parse import unquote, urlsplit

import yaml

from docgen.case import CaseFile
from docgen.clock import Clock
from docgen.envelope import completion, sending
from docgen.envelope.access import Visit
from docgen.envelope.authority import Refusal
from docgen.envelope.ceremony import Ceremony
from docgen.envelope.courier import Outbox, open_courier
from docgen.envelope.definition import Practice, Signer
from docgen.envelope.plan import Choices
from docgen.envelope.room import Consent, Sent, SigningRoom
from docgen.envelope.state import Envelope
from docgen.errors import DeclarationError, StateError
from docgen.pipeline import Office
from docgen.signing.authority import establish
from docgen.signing.keys import open_signer
from docgen.signing.timestamps import open_timestamper
from docgen.signing.trust import Trust, read_trust
from service import wiring
from service.export import write_files
from service.settings import ROOT, Settings

__all__ = [
    "VISIT",
    "Choices",
    "Desk",
    "Envelope",
    "Sent",
    "consent",
    "enact",
    "enact_all",
    "export",
    "found_authority",
    "identified",
    "signing_desk",
    "signing_room",
    "until",
]

_CONSENT = ROOT / "rules" / "consent.yaml"
_BUILTIN = "builtin:"
VISIT = Visit(user_agent="docgen sign")
"""From where somebody acts on the command line."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where documents are issued and signed: the office and the signing room over one workspace."""

    office: Office
    room: SigningRoom


@contextmanager
def signing_desk(settings: Settings, clock: Clock | None = None, policy: Path | None = None) -> Iterator[Desk]:
    """Open everything that signing needs, and close it at the end.

    Raises:
        DeclarationError: no key, no time stamp source, or no courier is set, or one cannot be opened.
    """
    with wiring.office(settings, policy=policy, clock=clock) as office:
        yield Desk(office, signing_room(settings, office))


def found_authority(folder: Path, organisation: str, clock: Clock) -> None:
    """Found a built-in authority for a demonstration, whose root signs nothing more: its key is not kept."""
    establish(folder, organisation, clock, passphrase=token_bytes(32))


def signing_room(settings: Settings, office: Office) -> SigningRoom:
    """Return the signing room over the workspace of `office`, as set.

    Raises:
        DeclarationError: as `signing_desk`.
    """
    if not settings.signer:
        raise DeclarationError(
            "没有设置签名密钥",
            code="signer_missing",
            remedy="设置 DOCGEN_SIGNER；演示可先 docgen sign setup，再设为 builtin:目录",
        )
    clock = office.workspace.clock
    trust = _trust(settings)
    stamps = settings.timestamper or (settings.signer if settings.signer.startswith(_BUILTIN) else "")
    if not stamps:
        raise DeclarationError("没有设置时间戳来源", code="timestamper_missing", remedy="设置 DOCGEN_TIMESTAMPER")
    if not isinstance(office.rulebook, wiring.IssuingRules):
        raise DeclarationError("签署需要完整的规则", code="rules_missing", remedy="检查规则包")
    return SigningRoom(
        workspace=office.workspace,
        rules=office.rulebook,
        catalogue=office.catalogue,
        keys=open_signer(settings.signer, clock),
        timestamper=open_timestamper(stamps, clock, trust=trust),
        courier=open_courier(settings.courier or f"outbox:{_outbox(settings)}"),
        practice=Practice(
            platform=settings.platform,
            compliant=bool(settings.platform_declared_by),
            declared_by=settings.platform_declared_by,
        ),
        consent=consent(),
        trust=trust,
    )


def consent(path: Path = _CONSENT) -> Consent:
    """Read the words that signers agree to, with their version."""
    read = yaml.safe_load(path.read_bytes())
    return Consent(version=str(read["version"]), text=str(read["text"]).strip())


def enact(room: SigningRoom, envelope: Envelope, signer: Signer, case: CaseFile) -> Sent | Refusal:
    """Go through the whole ceremony as one signer, with link and code out of the outbox: demonstration, acceptance.

    Raises:
        StateError: messages do not go to an outbox (`no_outbox`), or there is no unused link.
    """
    ceremony, session = identified(room, envelope, signer)
    shown = [one.sha256 for one in ceremony.view(session, VISIT)]
    ceremony.consent(session, envelope.definition.consent_version, VISIT)
    return ceremony.sign(session, case, shown, VISIT)


def identified(room: SigningRoom, envelope: Envelope, signer: Signer) -> tuple[Ceremony, str]:
    """Open a signer's newest link and prove who it is by the code, both out of the outbox; return the session."""
    outbox = room.courier
    if not isinstance(outbox, Outbox):
        raise StateError(
            "链接和验证码只发给签署人本人", code="no_outbox", remedy="由签署人在收到的链接中办理；演示时用 outbox:目录"
        )
    link = outbox.newest("link", envelope.id, signer.key)
    if link is None:
        raise StateError("还没有轮到这位签署人", code="not_your_turn", remedy="待前一位签署后再签")
    ceremony = Ceremony(room)
    session = ceremony.open(link["token"], VISIT).session
    ceremony.request_code(session, VISIT)
    code = outbox.newest("code", envelope.id, signer.key)
    assert code is not None, "the outbox holds what was just sent"
    ceremony.identify(session, code["code"], VISIT)
    return ceremony, session


def enact_all(room: SigningRoom, envelope: Envelope, case: CaseFile) -> Envelope | Refusal:
    """Let everybody sign in turn, seals released by their approvers; stop at the first whom the rules refuse."""
    for signer in envelope.signers:
        if signer.approver:
            sending.release(room, envelope.id, signer.key, by=signer.approver.name)
        done = enact(room, room.envelope(envelope.id), signer, case)
        if isinstance(done, Refusal):
            return done
    return room.envelope(envelope.id)


def export(desk: Desk, envelope: Envelope, out: Path) -> list[Path]:
    """Write the signed documents of a completed envelope with evidence and certificate into `out`."""
    assert desk.office.converter is not None, "signing needs PDF"
    made = completion.certify(desk.room, desk.office.converter, envelope.id)
    files = {one.name: one.sha256 for entries in made.values() for one in entries}
    return write_files(out, {name: desk.room.workspace.content(sha256) for name, sha256 in files.items()})


def until(days: int | None, clock: Clock) -> datetime | None:
    """Return the moment `days` from now."""
    return None if days is None else clock.now() + days * sending.STANDS_FOR / sending.STANDS_FOR.days


def _outbox(settings: Settings) -> Path:
    return Path(settings.workspace) / "outbox"


def _trust(settings: Settings) -> Trust:
    """Return the roots that count: those set, else the root of the built-in authority that signs."""
    path = settings.trust
    if path is None and settings.signer.startswith(_BUILTIN):
        path = Path(unquote(urlsplit(settings.signer).path)) / "root.pem"
    if path is None:
        raise DeclarationError("没有可信任的根证书", code="trust_missing", remedy="用 DOCGEN_TRUST 指明 PEM 文件")
    try:
        return read_trust(path.read_bytes())
    except OSError as error:
        raise DeclarationError(
            "根证书文件打不开", code="trust_missing", remedy="先建立签发机构（docgen sign setup），或检查 DOCGEN_TRUST"
        ) from error
