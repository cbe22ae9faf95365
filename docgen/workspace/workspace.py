"""Opening a workspace and the acts on it; each act is one transaction, acknowledged after it is durable."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from docgen.case import CaseFile, canonical_json
from docgen.clock import Clock
from docgen.convert import Pdf
from docgen.db.engine import Database
from docgen.db.models import Override
from docgen.findings import CheckReport
from docgen.issue import Identity, IssuedDocument
from docgen.stores import Store, open_store, put_all
from docgen.workspace import decisions, documents, events
from docgen.workspace.casebook import Casebook
from docgen.workspace.decisions import SEAL, Digests, KeptDecision, KnownNumbers, Ruling
from docgen.workspace.documents import KeptDocument, NumberState
from docgen.workspace.events import ChainFault, EventKind, KeptEvent, Occurrence
from docgen.workspace.location import Location
from docgen.workspace.signed import SignedFile, signed_files


@dataclass(frozen=True, slots=True)
class Numbered:
    """A document to keep, with the running number it was made under."""

    document: IssuedDocument
    running: int


@dataclass(frozen=True, slots=True)
class TextDecision:
    """What a person decided on one finding of a pre-check: that it stands, or that it is none.

    `sha256` is the file that was checked, `key` the finding in it, `rule` and `message` what the finding said.
    """

    sha256: str
    key: str
    rule: str
    message: str
    confirmed: bool
    reason: str
    by: str
    at: datetime


class Workspace:
    """A database and a store that belong together."""

    def __init__(self, database: Database, store: Store, clock: Clock) -> None:
        """Join the parts; `clock` gives the witnessed time of every act."""
        self._database = self.database = database
        self._store = self.store = store
        self._clock = self.clock = clock
        self.casebook = Casebook(database, store, clock)

    @classmethod
    def open(cls, where: Location | Path, clock: Clock) -> "Workspace":
        """Open the workspace at a location or in a folder, creating it where it does not exist.

        Raises:
            BackendError: database or store cannot be opened or made.
        """
        location = Location.of(where) if isinstance(where, Path) else where
        location.prepare()
        store = open_store(location.store)
        return cls(Database(location.database), store, clock)

    def close(self) -> None:
        """Release the database."""
        self._database.close()

    def known_numbers(self, case: CaseFile) -> KnownNumbers:
        """Return the contract and order numbers of a case that other cases use."""
        with self._database.reading() as session:
            return decisions.known_numbers(session, case)

    def overrides(self, case_no: str) -> frozenset[str]:
        """Return the ids of the rules whose warnings a named person set aside for this case."""
        with self._database.reading() as session:
            return frozenset(session.scalars(select(Override.rule).where(Override.case_no == case_no)))

    def override(self, case_no: str, rule: str, *, by: str, reason: str) -> None:
        """Record that `by` sets the warning of `rule` aside for the case, and why."""
        now = self._clock.now()
        with self._database.writing() as session:
            session.add(Override(case_no=case_no, rule=rule, by=by, reason=reason, at=now))
            events.append(
                session,
                EventKind.RULE_OVERRIDDEN,
                at=now,
                case_no=case_no,
                subject=rule,
                actor=by,
                data={"reason": reason},
            )

    def decide_text(self, decision: TextDecision, case_no: str = "") -> TextDecision:
        """Record a person's decision on a finding of a pre-check, with the witnessed time; a later one replaces it."""
        kept = replace(decision, at=self._clock.now())
        with self._database.writing() as session:
            events.append(
                session,
                EventKind.TEXT_DECIDED,
                at=kept.at,
                case_no=case_no,
                subject=f"{kept.sha256}/{kept.key}",
                actor=kept.by,
                data={
                    "rule": kept.rule,
                    "message": kept.message,
                    "confirmed": kept.confirmed,
                    "reason": kept.reason,
                },
            )
        return kept

    def text_decisions(self, sha256: str) -> Mapping[str, TextDecision]:
        """Return the decisions on the pre-check of a file by finding, of several the last."""
        decided: dict[str, TextDecision] = {}
        for event in self.events():
            digest, _, key = event.subject.partition("/")
            if event.kind == EventKind.TEXT_DECIDED and digest == sha256:
                decided[key] = TextDecision(
                    sha256=sha256,
                    key=key,
                    rule=str(event.data["rule"]),
                    message=str(event.data["message"]),
                    confirmed=event.data["confirmed"] is True,
                    reason=str(event.data["reason"]),
                    by=event.actor,
                    at=event.at,
                )
        return decided

    def number_state(self, identity: Identity) -> NumberState:
        """Return the number the document's subject has, and the next running number of its form."""
        with self._database.reading() as session:
            return documents.number_state(session, identity)

    def latest(self, identity: Identity) -> KeptDocument | None:
        """Return the newest revision of the document, or None where it was never issued."""
        with self._database.reading() as session:
            return documents.latest(session, identity)

    def keep(self, case: CaseFile, ruling: Ruling, made: Sequence[Numbered], *, by: str) -> tuple[KeptDocument, ...]:
        """Keep newly issued documents of one case: all of them or none.

        The bytes are durable in the store before the rows that name them are committed.
        """
        blobs = [canonical_json(case), _json(ruling.files), _report_json(ruling.report)]
        blobs += [item.document.docx for item in made] + [item.document.pdf.data for item in made if item.document.pdf]
        digests = Digests(*put_all(self._store, blobs)[:3])
        now = self._clock.now()
        with self._database.writing() as session:
            decision = decisions.add(session, case, ruling, digests, at=now)
            seal = decisions.seal(decision)
            kept = tuple(
                documents.add(
                    session,
                    item.document,
                    running=item.running,
                    case_sha256=digests.case,
                    decision_id=decision.id,
                    at=now,
                    by=by,
                )
                for item in made
            )
            said = [{**_issued(document), SEAL: seal} for document in kept]
            events.append_all(
                session,
                [
                    Occurrence(EventKind.DOC_ISSUED, now, case.case_no, document.doc_no, by, data)
                    for document, data in zip(kept, said, strict=True)
                ],
            )
        return kept

    def keep_pdf(self, document: KeptDocument, pdf: Pdf, *, by: str) -> KeptDocument:
        """Keep the PDF of a document that was issued without one."""
        self._store.put(pdf.data)
        now = self._clock.now()
        with self._database.writing() as session:
            kept = documents.add_pdf(session, document.id, pdf.sha256, pdf.pages)
            events.append(
                session,
                EventKind.DOC_CONVERTED,
                at=now,
                case_no=document.identity.case_no,
                subject=document.doc_no,
                actor=by,
                data={"pdf_sha256": pdf.sha256},
            )
        return kept

    def void(self, doc_no: str, *, reason: str, by: str) -> tuple[KeptDocument, ...]:
        """Void every issued edition of the number, with the reason."""
        now = self._clock.now()
        with self._database.writing() as session:
            voided = documents.void(session, doc_no, reason)
            for document in voided:
                events.append(
                    session,
                    EventKind.DOC_VOIDED,
                    at=now,
                    case_no=document.identity.case_no,
                    subject=doc_no,
                    actor=by,
                    data={"reason": reason, "edition": document.identity.edition, "revision": document.revision},
                )
        return voided

    def signed(self, case_no: str) -> Mapping[str, tuple[SignedFile, ...]]:
        """Return what signing left of the documents of a case that all have signed, by document id."""
        with self._database.reading() as session:
            return signed_files(session, case_no)

    def documents(self, case_no: str) -> tuple[KeptDocument, ...]:
        """Return every document issued for the case."""
        with self._database.reading() as session:
            return documents.of_case(session, case_no)

    def document(self, document_id: str) -> KeptDocument:
        """Return one document by its id; raise `NotFoundError` where there is none."""
        with self._database.reading() as session:
            return documents.by_id(session, document_id)

    def decisions(self, case_no: str | None = None) -> tuple[KeptDecision, ...]:
        """Return what the rules decided, in order, for one case or for all."""
        with self._database.reading() as session:
            return decisions.read(session, case_no)

    def content(self, sha256: str) -> bytes:
        """Return kept bytes by digest, re-hashed on the way."""
        return self._store.get(sha256)

    def events(self, case_no: str | None = None) -> tuple[KeptEvent, ...]:
        """Return the log of events, of one case or of all."""
        with self._database.reading() as session:
            return events.read(session, case_no)

    def verify_events(self) -> ChainFault | None:
        """Recompute the chain of events; None means intact."""
        with self._database.reading() as session:
            return events.verify(session)


def _issued(document: KeptDocument) -> dict[str, object]:
    """Return what the log says of a newly issued document."""
    return {
        "form": document.identity.form_id,
        "edition": document.identity.edition,
        "revision": document.revision,
        "docx_sha256": document.docx_sha256,
        "pdf_sha256": document.pdf_sha256 or "",
    }


def _report_json(report: CheckReport) -> bytes:
    return report.model_dump_json().encode()


def _json(files: Mapping[str, str]) -> bytes:
    return json.dumps(files, ensure_ascii=False, sort_keys=True).encode()
