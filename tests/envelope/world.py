"""A signing room over the contract of H01, on a clock that tests move; the room is made once and copied."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from docgen.case import CaseFile, load_case
from docgen.clock import SHANGHAI
from docgen.convert import open_converter
from docgen.editions import Edition
from docgen.envelope import sending
from docgen.envelope.access import Visit
from docgen.envelope.authority import Refusal
from docgen.envelope.ceremony import Ceremony
from docgen.envelope.courier import Outbox
from docgen.envelope.definition import Practice
from docgen.envelope.plan import Choices
from docgen.envelope.room import Consent, Sent, SigningRoom
from docgen.envelope.state import Envelope
from docgen.forms.catalogue import Catalogue
from docgen.pipeline import Office, Wish, issue
from docgen.signing.authority import Authority, establish
from docgen.signing.keys import BuiltinKeys
from docgen.signing.timestamps import BuiltinTimestamper
from docgen.signing.trust import Trust, read_trust
from docgen.workspace import KeptDocument, Location, Workspace
from service import wiring
from service.settings import ROOT, Settings
from tests.samples import sample

NOW = datetime(2024, 12, 31, 10, 0, tzinfo=SHANGHAI)
SENDER = "S01"
CHOICES = Choices(keeper="S05", approver="S02")
VISIT = Visit("203.0.113.7", "Mozilla/5.0 (test)")
CONSENT = Consent("1", "本人同意以电子方式签署。")
PRACTICE = Practice(platform="演示签名平台", compliant=True, declared_by="郑法")


class MovingClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@cache
def case() -> CaseFile:
    return load_case(sample("H01").case)


def with_power(number: int = 0, **changes: object) -> CaseFile:
    """H01 with one of its authorizations changed."""
    powers = list(case().authorizations)
    powers[number] = powers[number].model_copy(update=changes)
    return case().model_copy(update={"authorizations": tuple(powers)})


def with_contract(**changes: object) -> CaseFile:
    contract = case().contract
    assert contract is not None
    return case().model_copy(update={"contract": contract.model_copy(update=changes)})


@cache
def rulebook() -> wiring.IssuingRules:
    return wiring.IssuingRules(wiring.rulebook(Settings()))


@cache
def catalogue() -> Catalogue:
    return Catalogue.open(ROOT / "templates_docx")


def prepare(folder: Path, *forms: str, where: Location | None = None) -> None:
    """Issue the signing edition of H01's forms in a workspace, and found an authority beside it."""
    clock = MovingClock()
    location = where or Location.of(folder / "workspace")
    with closing(Workspace.open(location, clock)) as workspace, closing(open_converter()) as converter:
        office = Office(rulebook(), catalogue(), workspace, converter)
        wishes = [Wish(form, edition=Edition.SIGNING) for form in forms]
        outcome = issue(case(), wishes, office, by=SENDER)
        assert not outcome.refused
    establish(folder / "authority", "演示签名机构", clock, passphrase=b"offline")


@dataclass
class Scene:
    """A room with its clock, its outbox and the acts of signers."""

    folder: Path
    clock: MovingClock
    room: SigningRoom
    outbox: Outbox
    documents: tuple[KeptDocument, ...]

    @property
    def ceremony(self) -> Ceremony:
        return Ceremony(self.room)

    @property
    def trust(self) -> Trust:
        return read_trust((self.folder / "authority" / "root.pem").read_bytes())

    def send(self, of: CaseFile | None = None, choices: Choices = CHOICES, **more: datetime) -> Envelope:
        sent = sending.send(self.room, of or case(), self.documents, choices, by=SENDER, **more)
        assert isinstance(sent, Sent)
        return sent.envelope

    def refused(self, of: CaseFile, choices: Choices = CHOICES) -> Sequence[Refusal]:
        sent = sending.send(self.room, of, self.documents, choices, by=SENDER)
        assert isinstance(sent, tuple)
        return sent

    def token(self, envelope: Envelope, signer: str) -> str:
        message = self.outbox.newest("link", envelope.id, signer)
        assert message is not None
        return message["token"]

    def code(self, envelope: Envelope, signer: str) -> str:
        message = self.outbox.newest("code", envelope.id, signer)
        assert message is not None
        return message["code"]

    def identified(self, envelope: Envelope, signer: str, visit: Visit = VISIT) -> str:
        """Open the newest link and prove who it is; return the session."""
        opened = self.ceremony.open(self.token(envelope, signer), visit)
        self.ceremony.request_code(opened.session, visit)
        self.ceremony.identify(opened.session, self.code(envelope, signer), visit)
        return opened.session

    def consented(self, envelope: Envelope, signer: str, visit: Visit = VISIT) -> tuple[str, tuple[str, ...]]:
        """Go on until only the signature is missing; return session and the digests shown."""
        session = self.identified(envelope, signer, visit)
        shown = tuple(one.sha256 for one in self.ceremony.view(session, visit))
        self.ceremony.consent(session, CONSENT.version, visit)
        return session, shown

    def sign(self, envelope: Envelope, signer: str, of: CaseFile | None = None) -> Sent | Refusal:
        session, shown = self.consented(envelope, signer)
        return self.ceremony.sign(session, of or case(), shown, VISIT)

    def sign_all(self, envelope: Envelope) -> Envelope:
        for one in envelope.signers:
            if one.approver and one.approver.ref:
                sending.release(self.room, envelope.id, one.key, by=one.approver.ref)
            self.clock.forward(minutes=1)
            assert isinstance(self.sign(envelope, one.key), Sent)
        return self.room.envelope(envelope.id)

    def logged(self, envelope: Envelope, kind: str) -> list[Mapping[str, object]]:
        """What the ledger says of one kind of event of an envelope."""
        found = self.room.workspace.events(envelope.case_no)
        return [one.data for one in found if one.subject == envelope.id and one.kind == kind]

    def refusals(self, envelope: Envelope) -> list[object]:
        return [one["code"] for one in self.logged(envelope, "envelope.access_refused")]


def open_scene(folder: Path, clock: MovingClock | None = None, where: Location | None = None) -> Scene:
    """Open the room of a prepared folder."""
    clock = clock or MovingClock()
    workspace = Workspace.open(where or Location.of(folder / "workspace"), clock)
    authority = Authority(folder / "authority", clock, validity=timedelta(days=3600))
    outbox = Outbox(folder / "outbox")
    room = SigningRoom(
        workspace=workspace,
        rules=rulebook(),
        catalogue=catalogue(),
        keys=BuiltinKeys(authority),
        timestamper=BuiltinTimestamper(authority, clock),
        courier=outbox,
        practice=PRACTICE,
        consent=CONSENT,
        trust=read_trust((folder / "authority" / "root.pem").read_bytes()),
    )
    return Scene(folder, clock, room, outbox, workspace.documents(case().case_no))


def copied(source: Path, target: Path) -> Scene:
    shutil.copytree(source, target, dirs_exist_ok=True)
    return open_scene(target)


def closed(scene: Scene) -> None:
    with closing(scene.room.workspace):
        assert scene.room.workspace.verify_events() is None
