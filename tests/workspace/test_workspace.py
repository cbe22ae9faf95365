"""The workspace: numbers without gaps, revisions, decisions, overrides and a chain of events."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from docgen.case import CaseFile, canonical_json, load_case
from docgen.case.values import SHANGHAI
from docgen.clock import FixedClock
from docgen.convert import Pdf
from docgen.errors import BackendError, IntegrityError, NotFoundError, StateError
from docgen.findings import CheckReport, PackIdentity
from docgen.issue import Identity, IssuedDocument
from docgen.workspace import KnownNumbers, Location, Ruling, Workspace
from docgen.workspace.workspace import Numbered
from tests.samples import sample

NOW = datetime(2024, 12, 31, 18, tzinfo=SHANGHAI)
RECORD = Identity("XS2024-0012", "first_contact_record", "", "record")


@pytest.fixture
def workspace(location: Location) -> Iterator[Workspace]:
    opened = Workspace.open(location, FixedClock(NOW))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def case() -> CaseFile:
    return load_case(sample("H01").case)


@pytest.fixture
def ruling(case: CaseFile) -> Ruling:
    report = CheckReport(
        case_no=case.case_no,
        as_of=NOW,
        pack=PackIdentity(version="1", sha256="a" * 64),
        policy_sha256="b" * 64,
        case_sha256="c" * 64,
        outcomes={},
        findings=(),
    )
    return Ruling(report, {"general.yaml": "rules: []"})


def document(identity: Identity = RECORD, *, number: str = "JC-2024-0012-01", revision: int = 0, text: bytes = b"docx"):
    return IssuedDocument(
        identity=identity,
        doc_no=number,
        title="客户首次接触记录",
        revision=revision,
        issued_on=date(2024, 12, 31),
        file_stem=f"{number}_R{revision}",
        template_sha256="d" * 64,
        docx=text,
        pdf=None,
    )


def test_kept_document_is_found_with_its_bytes(workspace: Workspace, case: CaseFile, ruling: Ruling):
    (kept,) = workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    assert workspace.latest(RECORD) == kept
    assert workspace.content(kept.docx_sha256) == b"docx"
    assert kept.issued_at == NOW


def test_snapshot_can_be_loaded_again(workspace: Workspace, case: CaseFile, ruling: Ruling):
    workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    assert load_case(canonical_json(case)) == case


def test_next_running_number_follows_what_was_kept(workspace: Workspace, case: CaseFile, ruling: Ruling):
    assert workspace.number_state(RECORD).next_running == 1
    workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    state = workspace.number_state(RECORD)
    assert (state.doc_no, state.next_running) == ("JC-2024-0012-01", 2)


def test_number_taken_meanwhile_is_refused_and_nothing_is_kept(workspace: Workspace, case: CaseFile, ruling: Ruling):
    other = replace(RECORD, subject="2")
    with pytest.raises(StateError) as refusal:
        workspace.keep(
            case, ruling, [Numbered(document(), 1), Numbered(document(other, number="JC-2024-0012-09"), 9)], by="赵"
        )
    assert refusal.value.code == "changed_meanwhile"
    assert workspace.documents(case.case_no) == ()
    assert workspace.events() == ()


def test_one_number_never_serves_two_subjects(workspace: Workspace, case: CaseFile, ruling: Ruling):
    workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    with pytest.raises(StateError) as refusal:
        workspace.keep(case, ruling, [Numbered(document(replace(RECORD, subject="2")), 2)], by="赵")
    assert refusal.value.code == "number_used"


def test_revision_supersedes_the_one_before(workspace: Workspace, case: CaseFile, ruling: Ruling):
    workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    workspace.keep(case, ruling, [Numbered(document(revision=1, text=b"new"), 2)], by="赵")
    assert [(one.revision, one.state) for one in workspace.documents(case.case_no)] == [
        (0, "superseded"),
        (1, "issued"),
    ]


@pytest.mark.parametrize("revision", [0, 2])
def test_revision_that_does_not_follow_is_refused(workspace: Workspace, case: CaseFile, ruling: Ruling, revision: int):
    workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    with pytest.raises(StateError):
        workspace.keep(case, ruling, [Numbered(document(revision=revision, text=b"new"), 2)], by="赵")


def test_both_editions_share_the_number(workspace: Workspace, case: CaseFile, ruling: Ruling):
    signing = replace(RECORD, edition="signing")
    workspace.keep(case, ruling, [Numbered(document(signing), 1)], by="赵")
    assert workspace.number_state(RECORD).doc_no == "JC-2024-0012-01"
    workspace.keep(case, ruling, [Numbered(document(), 2)], by="赵")
    assert {one.identity.edition for one in workspace.documents(case.case_no)} == {"signing", "record"}


def test_pdf_may_be_added_once(workspace: Workspace, case: CaseFile, ruling: Ruling):
    (kept,) = workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    pdf = Pdf(b"%PDF", 1, "e" * 64, "test")
    added = workspace.keep_pdf(kept, pdf, by="赵")
    assert (added.pdf_sha256, added.pages) == ("e" * 64, 1)
    with pytest.raises(StateError):
        workspace.keep_pdf(kept, replace(pdf, sha256="f" * 64), by="赵")


def test_void_needs_an_issued_document(workspace: Workspace, case: CaseFile, ruling: Ruling):
    with pytest.raises(NotFoundError):
        workspace.void("JC-2024-0012-01", reason="填错", by="赵")
    workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    (voided,) = workspace.void("JC-2024-0012-01", reason="填错", by="赵")
    assert (voided.state, voided.void_reason) == ("void", "填错")
    with pytest.raises(StateError):
        workspace.void("JC-2024-0012-01", reason="再作废", by="赵")


def test_overrides_are_remembered_with_name_and_reason(workspace: Workspace):
    workspace.override("XS2024-0012", "CT-02", by="郑法", reason="客户不接受诉讼条款")
    assert workspace.overrides("XS2024-0012") == {"CT-02"}
    assert workspace.overrides("XS2024-0013") == frozenset()
    (event,) = workspace.events("XS2024-0012")
    assert (event.actor, event.data) == ("郑法", {"reason": "客户不接受诉讼条款"})


def test_numbers_of_other_cases_are_known(workspace: Workspace, case: CaseFile, ruling: Ruling):
    workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    assert workspace.known_numbers(case) == KnownNumbers(frozenset(), frozenset())
    other = case.model_copy(update={"case_no": "XS2024-0099", "orders": case.orders[:1]})
    known = workspace.known_numbers(other)
    assert known == KnownNumbers(frozenset({"YB-XS-2024-0012"}), frozenset({"PO20240418001"}))
    without = case.model_copy(update={"case_no": "XS2024-0098", "contract": None, "orders": ()})
    assert workspace.known_numbers(without) == KnownNumbers(frozenset(), frozenset())


def test_number_that_another_case_took_since_the_check_stops_the_issue(
    workspace: Workspace, case: CaseFile, ruling: Ruling
):
    other = case.model_copy(update={"case_no": "XS2024-0099"})
    checked = replace(ruling, known=workspace.known_numbers(other))
    workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    with pytest.raises(StateError) as refusal:
        workspace.keep(other, checked, [], by="赵")
    assert refusal.value.code == "changed_meanwhile"


class TestChain:
    def test_intact_log_verifies(self, workspace: Workspace):
        for number in range(5):
            workspace.override("XS2024-0012", f"CT-0{number}", by="郑法", reason="理由")
        assert workspace.verify_events() is None

    @pytest.mark.parametrize(
        "tamper",
        [
            "UPDATE event SET actor = 'x' WHERE seq = 3",
            "UPDATE event SET data = '{}' WHERE seq = 3",
            "UPDATE event SET at = '2020-01-01 00:00:00' WHERE seq = 3",
            "DELETE FROM event WHERE seq = 3",
            "UPDATE event SET seq = 99 WHERE seq = 3",
        ],
    )
    def test_altered_row_is_named_although_the_triggers_were_dropped(self, tmp_path: Path, tamper: str):
        workspace = Workspace.open(tmp_path / "ws", FixedClock(NOW))
        for number in range(5):
            workspace.override("XS2024-0012", f"CT-0{number}", by="郑法", reason="理由")
        workspace.close()
        with closing(sqlite3.connect(tmp_path / "ws" / "workspace.db")) as raw, raw:
            raw.execute("DROP TRIGGER event_no_update")
            raw.execute("DROP TRIGGER event_no_delete")
            raw.execute(tamper)
        raw.close()
        workspace = Workspace.open(tmp_path / "ws", FixedClock(NOW))
        fault = workspace.verify_events()
        workspace.close()
        assert fault is not None
        assert fault.seq == 3

    @pytest.mark.parametrize("table", ["event", "decision", "override"])
    @pytest.mark.parametrize("act", ["UPDATE {} SET case_no = 'x'", "DELETE FROM {}"])
    def test_database_refuses_change(self, tmp_path: Path, case: CaseFile, ruling: Ruling, table: str, act: str):
        workspace = Workspace.open(tmp_path / "ws", FixedClock(NOW))
        workspace.override(case.case_no, "CT-02", by="郑法", reason="理由")
        workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
        workspace.close()
        raw = sqlite3.connect(tmp_path / "ws" / "workspace.db")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute(act.format(table))
        raw.close()


def test_altered_file_of_the_store_is_noticed(tmp_path: Path, case: CaseFile, ruling: Ruling):
    workspace = Workspace.open(tmp_path / "ws", FixedClock(NOW))
    (kept,) = workspace.keep(case, ruling, [Numbered(document(), 1)], by="赵")
    path = tmp_path / "ws" / "objects" / kept.docx_sha256[:2] / kept.docx_sha256
    path.chmod(0o644)
    path.write_bytes(b"other")
    with pytest.raises(IntegrityError):
        workspace.content(kept.docx_sha256)
    workspace.close()


def test_folder_that_cannot_be_made_is_an_error_with_remedy(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BackendError) as failure:
        Workspace.open(tmp_path / "file" / "ws", FixedClock(NOW))
    assert failure.value.remedy
