"""Archiving: what is admitted, numbers without gaps, no-ops, errors, and writers at the same time."""

import errno
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from docgen.archive import admit, archive_case, audit, records
from docgen.archive.archiving import Archived, archive_cases
from docgen.archive.preparing import Lot
from docgen.archive.search import Query, search
from docgen.clock import FixedClock
from docgen.errors import BackendError, IntegrityError, NotFoundError, StateError
from docgen.forms.subjects import subjects
from docgen.workspace import Location, Workspace
from docgen.workspace.documents import ARCHIVED
from tests.archive import shelf
from tests.archive.shelf import CLOCK, NOW
from tests.rules.patching import GONE, h01


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ws"


def numbers(done: Archived) -> list[str]:
    return [one.archive_no for one in done.records]


def test_numbers_run_without_gaps_in_each_class_and_year(location: Location):
    shelf.fill(location, "contract", "first_contact_record")
    done = shelf.fill(location, "contract", of=shelf.numbered_case(13))
    assert numbers(done) == ["0001-XS·2024-D30-0002"]


def test_archived_documents_change_their_state_and_cannot_be_void(location: Location):
    shelf.fill(location, "contract")
    (document,) = shelf.documents(location, shelf.case().case_no)
    assert document.state == ARCHIVED
    workspace = Workspace.open(location, CLOCK)
    with pytest.raises(StateError) as refusal:
        workspace.void(document.doc_no, reason="填错", by="赵")
    workspace.close()
    assert refusal.value.code == "archived"


def test_archived_document_gets_no_pdf_afterwards(location: Location):
    from docgen.convert import Pdf  # noqa: PLC0415 - only here

    shelf.fill(location, "contract")
    (document,) = shelf.documents(location, shelf.case().case_no)
    workspace = Workspace.open(location, CLOCK)
    with pytest.raises(StateError, match="已归档"):
        workspace.keep_pdf(document, Pdf(b"%PDF", 1, "e" * 64, "test"), by="赵")
    workspace.close()


def test_archiving_again_is_a_no_op(location: Location):
    first = shelf.fill(location)
    again = shelf.archive_all(location)
    assert (again.records, again.new, again.head) == (first.records, frozenset(), first.head)


def test_new_revision_of_an_archived_document_is_archived_beside_it(location: Location):
    shelf.fill(location, "contract")
    shelf.keep(location, shelf.document("contract", of=shelf.case(), revision=1, text="更正"))
    done = shelf.archive_all(location)
    assert [(one.revision, one.archive_no[-4:]) for one in done.records] == [(0, "0001"), (1, "0002")]
    assert done.new == {done.records[1].archive_no}


def test_draft_and_unsigned_editions_are_refused_with_who_has_to_sign(folder: Path):
    shelf.keep(
        folder,
        shelf.document("contract", of=shelf.case(), edition="draft"),
        shelf.document("needs_confirmation_list", of=shelf.case(), edition="signing"),
    )
    found = shelf.admission(folder)
    assert found.admitted == ()
    reasons = {one.document.identity.form_id: one.reasons[0] for one in found.refused}
    assert reasons["contract"].startswith("审批稿")
    assert "尚未签署：" in reasons["needs_confirmation_list"]


def test_form_that_nobody_signs_is_final_as_it_is(folder: Path):
    unsigned = next(
        form.spec.form_id for form in shelf.catalogue() if not form.spec.signers and not form.spec.is_ledger
    )
    shelf.keep(folder, shelf.document(unsigned, of=shelf.case(), edition="signing"))
    assert len(shelf.admission(folder).admitted) == 1


def test_draft_beside_the_final_edition_is_left_aside(folder: Path):
    shelf.keep(folder, shelf.document("contract", of=shelf.case(), edition="draft"))
    shelf.keep(folder, shelf.document("contract", of=shelf.case(), text="final"))
    found = shelf.admission(folder)
    assert [one.document.identity.edition for one in found.admitted] == ["record"]
    assert found.refused == ()


def test_guard_of_the_rules_refuses_with_its_finding(folder: Path):
    shelf.keep(folder, shelf.document("contract", of=shelf.case()))
    grounds = shelf.grounds(shelf.finding("CT-19"), before={"contract": "CT-19"})
    found = admit(shelf.case(), shelf.documents(folder, shelf.case().case_no), grounds)
    assert [finding.rule for one in found.refused for finding in one.findings] == ["CT-19"]


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, ()),
        ({"orders[1].acceptances[1].result": "fail"}, ("归档前尚待：订单 › 复验通过",)),
        ({"orders[1].acceptances[1].signed_at": GONE}, ("归档前尚待：订单 › 复验通过",)),
        ({"orders[1].acceptances[1]": GONE}, ("归档前尚待：订单 › 复验通过",)),
        ({"orders[0].acceptances[0].result": "fail"}, ()),
    ],
)
def test_rectification_waits_for_the_round_that_passes(
    folder: Path, changes: dict[str, object], reasons: tuple[str, ...]
):
    of = h01(changes)
    (subject,) = subjects(shelf.catalogue().get("rectification_record").spec, of)
    shelf.keep(folder, shelf.document("rectification_record", of=of, subject=subject.key), of=of)
    found = shelf.admission(folder, of)
    assert tuple(reason for one in found.refused for reason in one.reasons) == reasons
    assert len(found.admitted) == (not reasons)


@pytest.mark.parametrize(("status", "waits"), [("accepted", False), ("rejected", False), ("presented", True)])
def test_proposal_waits_until_the_customer_has_decided(folder: Path, status: str, waits: bool):
    of = h01({"proposals[1].status": status, "proposals[1].accepted_at": GONE})
    before, last = subjects(shelf.catalogue().get("proposal").spec, of)
    made = [shelf.document("proposal", of=of, subject=one.key) for one in (before, last)]
    for document in made:
        shelf.keep(folder, document, of=of)
    found = shelf.admission(folder, of)
    waiting = {one.document.doc_no: one.reasons for one in found.refused}
    assert set(waiting) == {made[0].doc_no, made[1].doc_no} if waits else {made[0].doc_no}
    assert set(waiting.values()) == {("归档前尚待：方案 › 客户认可（或方案终结）",)}


def test_wanted_document_out_of_force_is_refused_by_name(folder: Path):
    (document,) = shelf.keep(folder, shelf.document("contract", of=shelf.case()))
    workspace = Workspace.open(folder, CLOCK)
    workspace.void(document.doc_no, reason="填错", by="赵")
    workspace.close()
    documents = shelf.documents(folder, shelf.case().case_no)
    assert admit(shelf.case(), documents, shelf.grounds()).refused == ()
    refused = admit(shelf.case(), documents, shelf.grounds(), frozenset({document.doc_no})).refused
    assert [one.reasons for one in refused] == [("已作废",)]


def test_wanted_document_that_does_not_exist_is_an_error(folder: Path):
    shelf.keep(folder, shelf.document("contract", of=shelf.case()))
    with pytest.raises(NotFoundError, match="XX-1"):
        admit(shelf.case(), shelf.documents(folder, shelf.case().case_no), shelf.grounds(), frozenset({"XX-1"}))


def test_document_void_after_admission_is_not_archived(location: Location):
    (document,) = shelf.keep(location, shelf.document("contract", of=shelf.case()))
    found = shelf.admission(location)
    workspace = Workspace.open(location, CLOCK)
    workspace.void(document.doc_no, reason="填错", by="赵")
    workspace.close()
    with shelf.archive_in(location) as archive:
        with pytest.raises(StateError) as refusal:
            archive_case(archive, shelf.case(), found.admitted, shelf.schedule(), by="钱")
        assert refusal.value.code == "changed_meanwhile"
        assert records.records(archive) == ()


def test_altered_bytes_are_not_archived(folder: Path):
    (document,) = shelf.keep(folder, shelf.document("contract", of=shelf.case()))
    path = folder / "objects" / document.docx_sha256[:2] / document.docx_sha256
    path.chmod(0o644)
    path.write_bytes(b"x")
    with pytest.raises(IntegrityError):
        shelf.archive_all(folder)


def test_document_that_cannot_be_opened_is_not_archived(location: Location):
    shelf.keep(location, replace(shelf.document("contract", of=shelf.case()), docx=b"no zip"))
    with pytest.raises(StateError) as refusal:
        shelf.archive_all(location)
    assert refusal.value.code == "not_archivable"
    assert [detail.label for detail in refusal.value.details] == ["可用性"]


def test_record_of_other_content_is_an_error(folder: Path):
    shelf.fill(folder, "contract")
    found = shelf.admission(folder)
    other = shelf.docx("other")
    with shelf.archive_in(folder) as archive:
        digest = archive.store.put(other)
    with closing(sqlite3.connect(folder / "workspace.db")) as database, database:
        database.execute("UPDATE document SET docx_sha256 = ?", (digest,))
    database.close()
    with shelf.archive_in(folder) as archive, pytest.raises(IntegrityError) as failure:
        archive_case(archive, shelf.case(), found.admitted, shelf.schedule(), by="钱")
    assert failure.value.code == "archived_differs"


def test_two_writers_archive_every_document_once(location: Location):
    cases = [shelf.numbered_case(number) for number in range(1, 9)]
    for one in cases:
        shelf.keep(location, shelf.document("contract", of=one), shelf.document("first_contact_record", of=one), of=one)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda one: shelf.archive_all(location, one), cases * 2))
    assert sum(len(one.new) for one in done) == 16
    with shelf.archive_in(location) as archive:
        found = sorted(one.archive_no for one in records.records(archive, None) if "D30" in one.archive_no)
    assert found == [f"0001-XS·2024-D30-{item:04d}" for item in range(1, 9)]
    assert audit(location, CLOCK).intact


def test_clock_that_jumps_backwards_changes_nothing(location: Location):
    shelf.fill(location, "contract")
    earlier = FixedClock(NOW - timedelta(days=400))
    head = shelf.fill(location, "contract", of=shelf.numbered_case(13), clock=earlier).head
    assert audit(location, earlier, [head]).intact


def test_archiving_waits_for_the_disk_only_to_commit(location: Location, monkeypatch: pytest.MonkeyPatch):
    shelf.keep(location, *(shelf.document(form, of=shelf.case()) for form in shelf.FORMS))
    admitted = shelf.admission(location).admitted
    with shelf.archive_in(location) as archive:
        calls: list[int] = []
        monkeypatch.setattr(os, "fsync", calls.append)
        done = archive_case(archive, shelf.case(), admitted, shelf.schedule(), by="钱")
        monkeypatch.undo()
        assert len(done.new) == len(shelf.FORMS)
        assert calls == []  # the bytes were durable since they were issued
    assert audit(location, CLOCK).intact


class TestManyCases:
    """Many cases in one transaction: each wholly or not at all, and none because of another."""

    def lots(self, location: Location, *numbers: int) -> list[Lot]:
        cases = [shelf.numbered_case(number) for number in numbers]
        return [Lot(one, shelf.admission(location, one).admitted) for one in cases]

    def issue(self, location: Location, number: int, *, spoilt: bool = False) -> None:
        one = shelf.numbered_case(number)
        made = [shelf.document(form, of=one) for form in ("contract", "first_contact_record")]
        if spoilt:
            made[1] = replace(made[1], docx=f"no zip {number}".encode())
        shelf.keep(location, *made, of=one)

    def test_a_case_that_is_refused_leaves_no_gap_and_hinders_nobody(self, location: Location):
        for number in range(1, 6):
            self.issue(location, number, spoilt=number == 3)
        with shelf.archive_in(location) as archive:
            done = archive_cases(archive, self.lots(location, 1, 2, 3, 4, 5), shelf.schedule(), by="钱")
            found = records.records(archive)
        assert [isinstance(one, StateError) for one in done] == [False, False, True, False, False]
        assert [len(one.new) for one in done if isinstance(one, Archived)] == [2, 2, 2, 2]
        assert [one.case_no[-1] for one in found if "D30" in one.archive_no] == ["1", "2", "4", "5"]
        assert [one.archive_no[-4:] for one in found if "D30" in one.archive_no] == ["0001", "0002", "0003", "0004"]
        assert audit(location, CLOCK).intact

    def test_documents_void_meanwhile_keep_their_whole_case_out(self, location: Location):
        for number in (1, 2):
            self.issue(location, number)
        lots = self.lots(location, 1, 2)
        workspace = Workspace.open(location, CLOCK)
        workspace.void(lots[0].admitted[1].document.doc_no, reason="填错", by="赵")
        workspace.close()
        with shelf.archive_in(location) as archive:
            first, second = archive_cases(archive, lots, shelf.schedule(), by="钱")
            assert {one.case_no for one in records.records(archive)} == {"XS2024-0002"}
        assert isinstance(first, StateError)
        assert isinstance(second, Archived)
        assert audit(location, CLOCK).intact

    def test_the_same_case_twice_is_archived_once(self, location: Location):
        self.issue(location, 1)
        with shelf.archive_in(location) as archive:
            first, again = archive_cases(archive, self.lots(location, 1, 1), shelf.schedule(), by="钱")
            later = archive_cases(archive, self.lots(location, 1), shelf.schedule(), by="钱")[0]
        assert isinstance(first, Archived)
        assert isinstance(again, Archived)
        assert isinstance(later, Archived)
        assert (len(first.new), again.new, later.new) == (2, frozenset(), frozenset())
        assert first.records == again.records == later.records

    def test_nothing_to_archive_is_no_act(self, location: Location):
        self.issue(location, 1)
        with shelf.archive_in(location) as archive:
            assert archive_cases(archive, [], shelf.schedule(), by="钱") == ()
            assert records.records(archive) == ()

    def test_eight_writers_archive_every_document_once(self, location: Location):
        numbers = range(1, 17)
        for number in numbers:
            self.issue(location, number)
        lots = self.lots(location, *numbers)
        batches = [lots[start : start + 4] for start in range(0, 16, 4)] * 2

        def take(batch: list[Lot]) -> int:
            with shelf.archive_in(location) as archive:
                done = archive_cases(archive, batch, shelf.schedule(), by="钱")
            return sum(len(one.new) for one in done if isinstance(one, Archived))

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(take, batches)) == 32
        with shelf.archive_in(location) as archive:
            found = sorted(one.archive_no for one in records.records(archive) if "D30" in one.archive_no)
        assert found == [f"0001-XS·2024-D30-{item:04d}" for item in range(1, 17)]
        assert audit(location, CLOCK).intact


def test_older_record_whose_metadata_lie_in_the_store_is_read_and_audited(folder: Path):
    (record,) = shelf.fill(folder, "contract").records
    with closing(sqlite3.connect(folder / "workspace.db")) as database, database:
        (text,) = database.execute("SELECT description FROM archive_record").fetchone()
        database.execute("DROP TRIGGER archive_record_no_update")
        database.execute("UPDATE archive_record SET description = NULL")
        database.execute("DELETE FROM archive_body")
    database.close()
    assert not audit(folder, CLOCK).intact  # neither in the row nor in the store
    with shelf.archive_in(folder) as archive:
        archive.store.put(text.encode())
        assert records.metadata_of(archive, record).customer == record.customer
        assert search(archive, Query(words="contract"))[0].passages == (f"【contract】 of {record.case_no}",)
    assert audit(folder, CLOCK).intact


class TestFullDisk:
    """Nothing is registered, and the same archiving goes through once there is room again."""

    @pytest.mark.parametrize("step", range(8))
    def test_at_each_fsync_of_issuing(self, folder: Path, monkeypatch: pytest.MonkeyPatch, step: int):
        Workspace.open(folder, CLOCK).close()
        real, calls = os.fsync, count()

        def full(descriptor: int) -> None:
            if next(calls) == step:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(descriptor)

        made = shelf.document("contract", of=shelf.case())
        workspace = Workspace.open(folder, CLOCK)
        monkeypatch.setattr(os, "fsync", full)
        ruling = shelf.Ruling(shelf.report(), {"a.yaml": "rules: []"})
        with pytest.raises(BackendError, match="磁盘已满"):
            workspace.keep(shelf.case(), ruling, [shelf.Numbered(made, 1)], by="赵")
        monkeypatch.undo()
        assert workspace.documents(shelf.case().case_no) == ()
        assert workspace.events() == ()
        workspace.close()
        assert len(shelf.fill(folder, "contract").new) == 1
        assert audit(folder, CLOCK).intact

    def test_in_the_database(self, folder: Path):
        shelf.keep(folder, shelf.document("contract", of=shelf.case()))
        admitted = shelf.admission(folder).admitted
        with shelf.archive_in(folder) as archive:
            with archive.database.reading() as session:
                pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar()
                session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            with pytest.raises(BackendError):
                archive_case(archive, shelf.case(), admitted, shelf.schedule(), by="钱" * 9000)
            assert records.records(archive) == ()
        assert len(shelf.archive_all(folder).new) == 1
        assert audit(folder, CLOCK).intact
