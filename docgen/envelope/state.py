"""The state of an envelope: read off its events and nothing else, and the only order in which they can happen.

`advance` is the law. An event is appended only after `advance` accepted it, and reading an envelope folds its events
through the same function, so a log in any other order is no envelope.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from docgen.envelope.definition import Definition, Signer
from docgen.errors import IntegrityError, StateError
from docgen.workspace import KeptEvent
from docgen.workspace.events import EventKind as Kind


class State(StrEnum):
    """Where an envelope stands; every state but the first is final."""

    SENT = "sent"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOIDED = "voided"


class Stage(StrEnum):
    """Where a signer stands, in this order."""

    WAITING = "waiting"
    INVITED = "invited"
    IDENTIFIED = "identified"
    VIEWED = "viewed"
    CONSENTED = "consented"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a signer is: what was shown and consented to, and whether the seal was released."""

    stage: Stage = Stage.WAITING
    shown: tuple[str, ...] = ()
    released: bool = False
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope as its events tell; `current` are the digests of the documents as they are now."""

    id: str
    case_no: str
    sent_by: str
    sent_at: datetime
    definition: Definition
    state: State
    progress: Mapping[str, Progress]
    current: tuple[str, ...]
    reason: str = ""
    events: tuple[KeptEvent, ...] = field(default=(), repr=False)

    @property
    def signers(self) -> tuple[Signer, ...]:
        """Return the signers as they are now, after delegations."""
        return self.definition.signers

    @property
    def turn(self) -> int | None:
        """Return whose turn it is; None where nobody's."""
        if self.state is not State.SENT:
            return None
        return min((one.turn for one in self.signers if not self.has_signed(one)), default=None)

    @property
    def awaited(self) -> tuple[Signer, ...]:
        """Return the signers who may sign now."""
        turn = self.turn
        return tuple(one for one in self.signers if one.turn == turn and not self.has_signed(one))

    def signer(self, key: str) -> Signer:
        """Return the signer of this key; raise `StateError` (`signer_unknown`) where there is none."""
        found = next((one for one in self.signers if one.key == key), None)
        if found is None:
            keys = "、".join(one.key for one in self.signers)
            raise StateError("这次签署没有这个签署人", code="signer_unknown", remedy=f"签署人：{keys}")
        return found

    def has_signed(self, signer: Signer) -> bool:
        """Tell whether a signer has signed."""
        return self.progress[signer.key].stage is Stage.SIGNED


_FINAL: Final[Mapping[State, str]] = {
    State.COMPLETED: "已签署完成",
    State.DECLINED: "已被拒签",
    State.EXPIRED: "已过期",
    State.VOIDED: "已作废",
}
_NOTES: Final = frozenset(
    {
        Kind.ENVELOPE_LINKED,
        Kind.ENVELOPE_OPENED,
        Kind.ENVELOPE_CODE_SENT,
        Kind.ENVELOPE_REMINDED,
    }
)
"""What happens to a signer whose turn it is and changes nothing of the state."""

_ALWAYS: Final = frozenset({Kind.ENVELOPE_ACCESS_REFUSED, Kind.ENVELOPE_SIGNING_REFUSED, Kind.ENVELOPE_UNDELIVERED})
"""What is only logged, whatever the state."""


def begin(envelope_id: str, case_no: str, definition: Definition, *, by: str, at: datetime) -> Envelope:
    """Return a new envelope, its first signers invited.

    Raises:
        StateError: it would be expired already (`envelope_expired`).
    """
    if at >= definition.expires_at:
        raise StateError("签署期限已过", code="envelope_expired", remedy="给出今后的期限")
    fresh = Envelope(
        id=envelope_id,
        case_no=case_no,
        sent_by=by,
        sent_at=at,
        definition=definition,
        state=State.SENT,
        progress={one.key: Progress() for one in definition.signers},
        current=tuple(one.prepared_sha256 for one in definition.documents),
    )
    return _invited(fresh)


def advance(envelope: Envelope, kind: Kind, at: datetime, signer: str, data: Mapping[str, Any]) -> Envelope:
    """Return the envelope after one event, or say why it cannot happen now.

    Raises:
        StateError: the envelope is final (`envelope_completed`, `_declined`, `_expired`, `_voided`), it is not this
            signer's turn (`not_your_turn`), a step before is missing (`step_missing`), or what is signed is not what
            was shown (`shown_differs`).
    """
    if kind in _ALWAYS or kind is Kind.ENVELOPE_CERTIFIED:
        if kind is Kind.ENVELOPE_CERTIFIED and envelope.state is not State.COMPLETED:
            raise StateError("签署尚未完成，不能出具签署证明", code="not_completed", remedy="待各方签署完成")
        return envelope
    standing(envelope)
    if kind is Kind.ENVELOPE_EXPIRED:
        return _expired(envelope, at)
    if at >= envelope.definition.expires_at:
        raise StateError("这次签署已过期", code="envelope_expired", remedy="如需签署，重新发起")
    match kind:
        case Kind.ENVELOPE_VOIDED:
            return replace(envelope, state=State.VOIDED, reason=str(data["reason"]))
        case Kind.ENVELOPE_DELEGATED:
            return _delegated(envelope, signer, Signer.model_validate(data["to"]))
        case Kind.ENVELOPE_COMPLETED:
            return _completed(envelope)
        case _:
            return _step(envelope, kind, at, signer, data)


def standing(envelope: Envelope) -> None:
    """Raise `StateError` where an envelope is final (`envelope_completed`, `_declined`, `_expired`, `_voided`)."""
    if envelope.state is not State.SENT:
        raise StateError(
            f"这次签署{_FINAL[envelope.state]}", code=f"envelope_{envelope.state}", remedy="如需签署，重新发起"
        )


def fold(events: Iterable[KeptEvent]) -> Envelope:
    """Read an envelope off its events.

    Raises:
        IntegrityError: they are not in an order in which they can have happened (`envelope_log`).
    """
    kept = tuple(events)
    if not kept or kept[0].kind != Kind.ENVELOPE_SENT:
        raise _disordered()
    first, *rest = kept
    try:
        definition = Definition.model_validate(first.data["definition"])
        envelope = begin(first.subject, first.case_no, definition, by=first.actor, at=first.at)
        for one in rest:
            envelope = advance(envelope, Kind(one.kind), one.at, str(one.data.get("signer", "")), one.data)
    except (StateError, ValueError, KeyError) as error:
        raise _disordered() from error
    return replace(envelope, events=kept)


def _disordered() -> IntegrityError:
    return IntegrityError("签署记录的先后与签署的规则不符", code="envelope_log", remedy="运行 docgen audit 查明")


def _step(envelope: Envelope, kind: Kind, at: datetime, key: str, data: Mapping[str, Any]) -> Envelope:
    signer = envelope.signer(key)
    here = envelope.progress[key]
    if signer not in envelope.awaited:
        already = here.stage is Stage.SIGNED
        raise StateError(
            "已经签署" if already else "还没有轮到这位签署人",
            code="already_signed" if already else "not_your_turn",
            remedy="无须再签" if already else "待前一位签署后再签",
        )
    if kind in _NOTES:
        return envelope
    needed = _NEEDED.get(kind)
    if needed is None or _STAGES.index(here.stage) < _STAGES.index(needed):
        raise _step_missing(kind)
    match kind:
        case Kind.ENVELOPE_DECLINED:
            return replace(envelope, state=State.DECLINED, reason=str(data["reason"]))
        case Kind.ENVELOPE_SIGNED:
            return _signed(envelope, signer, here, at, data)
        case _:
            return _with(envelope, key, _moved(envelope, signer, here, kind, data))


def _moved(envelope: Envelope, signer: Signer, here: Progress, kind: Kind, data: Mapping[str, Any]) -> Progress:
    """Return how far a signer is after a step that changes nothing else."""
    match kind:
        case Kind.ENVELOPE_IDENTIFIED:
            # A new identification begins anew: whoever is at the page now has to be shown the documents.
            return replace(here, stage=Stage.IDENTIFIED, shown=())
        case Kind.ENVELOPE_VIEWED:
            return replace(here, stage=Stage.VIEWED, shown=_shown(envelope, data))
        case Kind.ENVELOPE_CONSENTED:
            _unchanged(envelope, here)
            return replace(here, stage=Stage.CONSENTED)
        case _:  # the release of a seal
            if signer.approver is None or here.released:
                raise _step_missing(kind)
            return replace(here, released=True)


_STAGES: Final = tuple(Stage)
_NEEDED: Final[Mapping[Kind, Stage]] = {
    Kind.ENVELOPE_RELEASED: Stage.INVITED,
    Kind.ENVELOPE_IDENTIFIED: Stage.INVITED,
    Kind.ENVELOPE_VIEWED: Stage.IDENTIFIED,
    Kind.ENVELOPE_CONSENTED: Stage.VIEWED,
    Kind.ENVELOPE_SIGNED: Stage.CONSENTED,
    Kind.ENVELOPE_DECLINED: Stage.IDENTIFIED,
}
"""What a signer must have done before each step."""


def _step_missing(kind: Kind) -> StateError:
    return StateError(
        f"还不能{_ACTS.get(kind, '这样做')}：之前的步骤没有完成",
        code="step_missing",
        remedy="依次核验身份、阅读、同意，然后签署",
    )


_ACTS: Final[Mapping[Kind, str]] = {
    Kind.ENVELOPE_VIEWED: "阅读",
    Kind.ENVELOPE_CONSENTED: "同意",
    Kind.ENVELOPE_RELEASED: "批准用印",
    Kind.ENVELOPE_SIGNED: "签署",
    Kind.ENVELOPE_DECLINED: "拒签",
}


def _shown(envelope: Envelope, data: Mapping[str, Any]) -> tuple[str, ...]:
    shown = tuple(str(one) for one in data["shown"])
    if shown != envelope.current:
        raise differs()
    return shown


def _unchanged(envelope: Envelope, here: Progress) -> None:
    if here.shown != envelope.current:
        raise differs()


def differs() -> StateError:
    """Return the error for documents that are not those that were shown."""
    return StateError(
        "要签署的文件不是刚才显示的文件", code="shown_differs", remedy="重新打开文件阅读后再签署（其他人可能刚刚签署）"
    )


def _signed(envelope: Envelope, signer: Signer, here: Progress, at: datetime, data: Mapping[str, Any]) -> Envelope:
    _unchanged(envelope, here)
    if signer.approver and not here.released:
        raise StateError("用印尚未批准", code="seal_not_released", remedy=f"先由{signer.approver.name}批准用印")
    current = tuple(str(one) for one in data["documents"])
    mine = {seat.document for seat in signer.seats}
    moved = {index for index, (old, new) in enumerate(zip(envelope.current, current, strict=True)) if old != new}
    if moved != mine:
        raise StateError("签署的文件与签署处不符", code="shown_differs", remedy="重新签署")
    done = _with(envelope, signer.key, replace(here, stage=Stage.SIGNED, signed_at=at))
    if all(done.has_signed(one) for one in done.signers):
        return replace(done, current=current)
    return _invited(replace(done, current=current))


def _completed(envelope: Envelope) -> Envelope:
    if not all(envelope.has_signed(one) for one in envelope.signers):
        raise StateError("还有人没有签署", code="not_completed", remedy="待各方签署完成")
    return replace(envelope, state=State.COMPLETED)


def _expired(envelope: Envelope, at: datetime) -> Envelope:
    if at < envelope.definition.expires_at:
        raise StateError("签署期限未到", code="not_expired", remedy="如不再签署，作废这次签署")
    return replace(envelope, state=State.EXPIRED)


def _delegated(envelope: Envelope, key: str, to: Signer) -> Envelope:
    before = envelope.signer(key)
    if envelope.has_signed(before):
        raise StateError("已经签署，不能再委托", code="already_signed", remedy="无须再签")
    if (to.key, to.turn, to.approver) != (key, before.turn, before.approver):
        raise StateError("委托只能换人，不能换签署处", code="step_missing", remedy="重新委托")
    signers = tuple(to if one.key == key else one for one in envelope.signers)
    definition = envelope.definition.model_copy(update={"signers": signers})
    changed = replace(envelope, definition=definition)
    stage = Stage.INVITED if to.turn == changed.turn else Stage.WAITING
    return _with(changed, key, Progress(stage=stage))


def _invited(envelope: Envelope) -> Envelope:
    """Invite whoever's turn it is."""
    for one in envelope.awaited:
        if envelope.progress[one.key].stage is Stage.WAITING:
            envelope = _with(envelope, one.key, replace(envelope.progress[one.key], stage=Stage.INVITED))
    return envelope


def _with(envelope: Envelope, key: str, progress: Progress) -> Envelope:
    return replace(envelope, progress={**envelope.progress, key: progress})
