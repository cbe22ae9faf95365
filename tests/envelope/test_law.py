"""The law of an envelope: no other order of events is possible, and the state is what the events say."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from docgen.case.enums import Party, SealKind, SignerKind, SignLevel
from docgen.envelope.definition import Act, Definition, EnvelopeDocument, Person, Practice, SealUse, Seat, Signer
from docgen.envelope.state import Envelope, Stage, State, advance, begin, fold
from docgen.errors import IntegrityError, StateError
from docgen.workspace import KeptEvent
from docgen.workspace.events import EventKind as Kind
from tests.envelope.world import NOW

EXPIRES = NOW + timedelta(hours=20)
STEPS = (Kind.ENVELOPE_IDENTIFIED, Kind.ENVELOPE_VIEWED, Kind.ENVELOPE_CONSENTED, Kind.ENVELOPE_SIGNED)


def digest(number: int) -> str:
    return f"{number:064x}"


def seat(document: int, place: str, *acts: Act) -> Seat:
    return Seat(
        document=document,
        place=place,
        label=place,
        party=Party.SUPPLIER,
        level=SignLevel.L3,
        acts=acts,
        kind=SignerKind.STAFF,
        seal=SealUse(kind=SealKind.CONTRACT_SEAL, owner="样板"),
    )


def signer(key: str, turn: int, documents: tuple[int, ...], *, approver: str = "") -> Signer:
    act = Act.SEAL if approver else Act.SIGN
    return Signer(
        key=key,
        turn=turn,
        person=Person(name=key, ref=key),
        organisation="样板",
        seats=tuple(seat(one, key, act) for one in documents),
        approver=Person(name=approver, ref=approver) if approver else None,
    )


def definition(turns: tuple[int, ...], *, documents: int, seal: bool) -> Definition:
    everything = tuple(range(documents))
    people = [signer(f"p{number}", turn, everything) for number, turn in enumerate(turns)]
    if seal:
        people.append(signer("seal", max(turns) + 1, (0,), approver="boss"))
    return Definition(
        documents=tuple(
            EnvelopeDocument(
                document_id=str(number),
                doc_no=f"D{number}",
                title="合同",
                form_id="contract",
                subject="",
                pages=1,
                file_stem="D",
                pdf_sha256=digest(number),
                prepared_sha256=digest(100 + number),
            )
            for number in range(documents)
        ),
        signers=tuple(people),
        organisation="样板",
        practice=Practice(platform="演示", compliant=True),
        consent_version="1",
        consent_sha256=digest(7),
        expires_at=EXPIRES,
    )


class Law(RuleBasedStateMachine):
    """Throws any event at an envelope; a plain model of who did what says whether it had to be accepted."""

    @initialize(
        turns=st.sampled_from([(1,), (1, 2), (1, 1), (1, 1, 2), (1, 2, 2)]),
        documents=st.integers(1, 2),
        seal=st.booleans(),
    )
    def sent(self, turns: tuple[int, ...], documents: int, seal: bool) -> None:
        self.at = NOW
        defined = definition(turns, documents=documents, seal=seal)
        self.envelope = begin("e", "XS2024-0012", defined, by="sender", at=NOW)
        first = {"definition": defined.model_dump(mode="json")}
        self.events = [KeptEvent(1, NOW, Kind.ENVELOPE_SENT, "XS2024-0012", "e", "sender", first, "")]
        self.fresh = 1000
        # The model: what each signer has done since the documents last changed or the signer was identified anew.
        self.done: dict[str, list[Kind]] = {one.key: [] for one in defined.signers}
        self.seen: dict[str, tuple[str, ...]] = {}
        self.signed: list[str] = []
        self.released: set[str] = set()
        self.closed = False

    def may(self, kind: Kind, key: str, shown: tuple[str, ...]) -> bool:  # noqa: C901, PLR0911 - the whole model
        """Say by the model whether an event is possible now."""
        if kind is Kind.ENVELOPE_EXPIRED:
            return not self.closed and self.at >= EXPIRES
        if self.closed or self.at >= EXPIRES:
            return False
        if kind is Kind.ENVELOPE_VOIDED:
            return True
        mine = self.envelope.signer(key)
        earlier = [one for one in self.envelope.signers if one.turn < mine.turn]
        if key in self.signed or any(one.key not in self.signed for one in earlier):
            return False
        if kind in {Kind.ENVELOPE_LINKED, Kind.ENVELOPE_IDENTIFIED}:
            return True
        if kind is Kind.ENVELOPE_RELEASED:
            return mine.approver is not None and key not in self.released
        if kind is Kind.ENVELOPE_DECLINED:
            return Kind.ENVELOPE_IDENTIFIED in self.done[key]
        needed = STEPS[: STEPS.index(kind)]
        if any(one not in self.done[key] for one in needed):
            return False
        if kind is Kind.ENVELOPE_VIEWED:
            return shown == self.envelope.current
        if self.seen[key] != self.envelope.current:
            return False
        return kind is not Kind.ENVELOPE_SIGNED or mine.approver is None or key in self.released

    def data(self, kind: Kind, key: str, shown: tuple[str, ...]) -> Mapping[str, Any]:
        match kind:
            case Kind.ENVELOPE_VIEWED:
                return {"shown": list(shown)}
            case Kind.ENVELOPE_SIGNED:
                mine = {one.document for one in self.envelope.signer(key).seats}
                self.fresh += 10
                return {
                    "documents": [
                        digest(self.fresh + index) if index in mine else sha256
                        for index, sha256 in enumerate(self.envelope.current)
                    ]
                }
            case _:
                return {"reason": "原因"}

    @rule(
        kind=st.sampled_from(
            (*STEPS, *STEPS, Kind.ENVELOPE_LINKED, Kind.ENVELOPE_RELEASED, Kind.ENVELOPE_DECLINED,
             Kind.ENVELOPE_VOIDED, Kind.ENVELOPE_EXPIRED)
        ),
        who=st.integers(0, 3),
        stale=st.sampled_from([False, False, False, True]),
    )  # fmt: skip
    def throw(self, kind: Kind, who: int, stale: bool) -> None:
        people = self.envelope.signers
        self.happens(kind, people[who % len(people)].key, stale=stale)

    @rule(who=st.integers(0, 3))
    def goes_on(self, who: int) -> None:
        """Whoever's turn it is does the next thing, so that envelopes get to their end, too."""
        if not self.closed and (awaited := self.envelope.awaited):
            mine = awaited[who % len(awaited)]
            if mine.approver and mine.key not in self.released:
                self.happens(Kind.ENVELOPE_RELEASED, mine.key)
            for kind in STEPS:
                self.happens(kind, mine.key)

    @rule(hours=st.integers(1, 4))
    def waits(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    def happens(self, kind: Kind, key: str, *, stale: bool = False) -> None:
        shown = tuple(digest(9) for _ in self.envelope.current) if stale else self.envelope.current
        data = {"signer": key, **self.data(kind, key, shown)}
        allowed = self.may(kind, key, shown)
        try:
            after = advance(self.envelope, kind, self.at, key, data)
        except StateError:
            assert not allowed, f"{kind} was refused"
            return
        assert allowed, f"{kind} was accepted"
        self.envelope = after
        self.events.append(KeptEvent(len(self.events) + 1, self.at, kind, "XS2024-0012", "e", key, data, ""))
        self.remember(kind, key, shown)

    def remember(self, kind: Kind, key: str, shown: tuple[str, ...]) -> None:
        if kind is Kind.ENVELOPE_IDENTIFIED:
            self.done[key] = []
        if kind is Kind.ENVELOPE_VIEWED:
            self.done[key] = [Kind.ENVELOPE_IDENTIFIED]
            self.seen[key] = shown
        self.done[key].append(kind)
        if kind is Kind.ENVELOPE_RELEASED:
            self.released.add(key)
        if kind is Kind.ENVELOPE_SIGNED:
            self.signed.append(key)
            if len(self.signed) == len(self.envelope.signers):
                final = {"documents": list(self.envelope.current)}
                self.envelope = advance(self.envelope, Kind.ENVELOPE_COMPLETED, self.at, "", final)
                self.events.append(
                    KeptEvent(
                        len(self.events) + 1, self.at, Kind.ENVELOPE_COMPLETED, "XS2024-0012", "e", key, final, ""
                    )
                )
                self.closed = True
        if kind in {Kind.ENVELOPE_DECLINED, Kind.ENVELOPE_VOIDED, Kind.ENVELOPE_EXPIRED}:
            self.closed = True

    @invariant()
    def the_events_tell_the_same_state(self) -> None:
        again = fold(self.events)
        assert (again.state, again.progress, again.current) == (
            self.envelope.state,
            self.envelope.progress,
            self.envelope.current,
        )

    @invariant()
    def completed_means_that_everybody_signed_in_turn(self) -> None:
        turns = [self.envelope.signer(key).turn for key in self.signed]
        assert turns == sorted(turns)
        assert (self.envelope.state is State.COMPLETED) == (len(self.signed) == len(self.envelope.signers))


TestLaw = Law.TestCase
TestLaw.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def begun(*, seal: bool = False) -> Envelope:
    return begin("e", "XS2024-0012", definition((1, 2), documents=1, seal=seal), by="sender", at=NOW)


def test_an_envelope_cannot_begin_after_its_end():
    with pytest.raises(StateError) as error:
        begin("e", "XS2024-0012", definition((1,), documents=1, seal=False), by="sender", at=EXPIRES)
    assert error.value.code == "envelope_expired"


def test_a_delegate_takes_the_same_place_and_starts_anew():
    envelope = advance(begun(), Kind.ENVELOPE_IDENTIFIED, NOW, "p0", {})
    other = envelope.signer("p0").model_copy(update={"person": Person(name="another", ref="C09")})
    after = advance(envelope, Kind.ENVELOPE_DELEGATED, NOW, "p0", {"to": other.model_dump(mode="json")})
    assert after.signer("p0").person.name == "another"
    assert after.progress["p0"].stage is Stage.INVITED
    later = other.model_copy(update={"turn": 2})
    with pytest.raises(StateError):
        advance(envelope, Kind.ENVELOPE_DELEGATED, NOW, "p0", {"to": later.model_dump(mode="json")})


def test_a_signature_that_leaves_its_document_as_it_was_or_touches_another_is_none():
    envelope = begun()
    for kind in STEPS[:3]:
        envelope = advance(envelope, kind, NOW, "p0", {"shown": list(envelope.current)})
    with pytest.raises(StateError):
        advance(envelope, Kind.ENVELOPE_SIGNED, NOW, "p0", {"documents": list(envelope.current)})


def test_a_log_in_another_order_is_damage_not_an_envelope():
    first = {"definition": definition((1,), documents=1, seal=False).model_dump(mode="json")}
    events = [
        KeptEvent(1, NOW, Kind.ENVELOPE_SENT, "XS2024-0012", "e", "sender", first, ""),
        KeptEvent(
            2, NOW, Kind.ENVELOPE_SIGNED, "XS2024-0012", "e", "p0", {"signer": "p0", "documents": [digest(1)]}, ""
        ),
    ]
    with pytest.raises(IntegrityError) as error:
        fold(events)
    assert error.value.code == "envelope_log"
