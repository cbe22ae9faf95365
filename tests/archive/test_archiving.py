"""Archiving: what is admitted, numbers without gaps, no-ops, errors, and writers at the same time."""

import errno
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from docgen.archive import admit, archive_case, audit, records
from docgen.archive.archiving import Archived
from docgen.clock import FixedClock
from docgen.errors import BackendError, IntegrityError, NotFoundError, StateError
from docgen.workspace import Location, Workspace
from docgen.workspace.documents import ARCHIVED
from tests.archive import shelf
from tests.archive.shelf import CLOCK, NOW


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
    with sqlite3.connect(folder / "workspace.db") as database:
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


class TestFullDisk:
    """Nothing is registered, and the same archiving goes through once there is room again."""

    @pytest.mark.parametrize("step", range(4))
    def test_at_each_fsync(self, folder: Path, monkeypatch: pytest.MonkeyPatch, step: int):
        shelf.keep(folder, shelf.document("contract", of=shelf.case()))
        real, calls = os.fsync, [0]

        def full(descriptor: int) -> None:
            calls[0] += 1
            if calls[0] == step + 1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(descriptor)

        admitted = shelf.admission(folder).admitted
        with shelf.archive_in(folder) as archive:
            monkeypatch.setattr(os, "fsync", full)
            attempt: Callable[[], Archived] = lambda: archive_case(  # noqa: E731
                archive, shelf.case(), admitted, shelf.schedule(), by="钱"
            )
            if step < 2:  # the metadata's file and its folder
                with pytest.raises(BackendError):
                    attempt()
                assert records.records(archive) == ()
            monkeypatch.undo()
            assert len(attempt().records) == 1
        assert audit(folder, CLOCK).intact

    def test_while_writing_an_object(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        shelf.keep(folder, shelf.document("contract", of=shelf.case()))

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr("docgen.stores.filesystem._write", full)
        with pytest.raises(BackendError):
            shelf.archive_all(folder)
        monkeypatch.undo()
        assert len(shelf.archive_all(folder).new) == 1

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
