"""Issuing documents through the whole line: refusals, numbers, revisions, editions, overrides."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from docgen.case import CaseFile, load_case
from docgen.case.values import SHANGHAI
from docgen.clock import FixedClock
from docgen.convert import Pdf, open_converter
from docgen.convert.port import Finish
from docgen.editions import Edition
from docgen.errors import InputError, NotFoundError, StateError
from docgen.forms.fill import text_of
from docgen.pipeline import Office, Outcome, Wish, everything, issue
from service.settings import Settings
from service.wiring import office
from tests.rules.patching import GONE, h01
from tests.samples import sample
from tests.service.command import Run

NOW = datetime(2024, 12, 31, 18, tzinfo=SHANGHAI)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    with office(Settings(workspace=tmp_path / "ws", operator="赵"), pdf=False, clock=FixedClock(NOW)) as opened:
        yield opened


@pytest.fixture
def run(desk: Office) -> Callable[..., Outcome]:
    def issued(case: CaseFile, *wishes: Wish) -> Outcome:
        return issue(case, wishes or everything(case, desk.catalogue), desk, by="赵")

    return issued


def case_of(name: str) -> CaseFile:
    return load_case(sample(name).case)


@pytest.mark.parametrize("name", ["H01", "S02"])
def test_every_form_of_a_clean_case_is_issued(run: Callable[..., Outcome], name: str):
    outcome = run(case_of(name))
    assert outcome.refused == ()
    assert len(outcome.new) == len(outcome.kept) > 0


def test_issuing_again_changes_nothing(run: Callable[..., Outcome]):
    first = run(case_of("H01"))
    again = run(case_of("H01"))
    assert again.new == frozenset()
    assert {one.id for one in again.kept} == {one.id for one in first.kept}


def test_changed_content_gets_the_next_revision_of_the_same_number(run: Callable[..., Outcome]):
    wish = Wish("first_contact_record")
    (before,) = run(case_of("H01"), wish).kept
    (after,) = run(h01({"first_contact.purpose": "改写后的沟通目的"}), wish).kept
    assert (after.doc_no, after.revision) == (before.doc_no, 1)
    assert after.file_stem.endswith("_R1")


def test_new_revision_tells_in_what_it_differs_and_is_marked(run: Callable[..., Outcome], desk: Office):
    wish = Wish("first_contact_record")
    run(case_of("H01"), wish)
    outcome = run(h01({"first_contact.purpose": "改写后的沟通目的"}), wish)
    (after,) = outcome.kept
    changed = outcome.changes[after.id]
    assert ("知晓贵司生产环节的业务痛点，介绍我们的智能制造解决方案", "改写后的沟通目的") in {
        (one.before, one.after) for one in changed
    }
    assert len(changed) == 2  # the purpose, and the mark of a revised edition
    assert "修订版" in text_of(desk.workspace.content(after.docx_sha256))


def test_voided_document_is_issued_anew_under_its_number(run: Callable[..., Outcome], desk: Office):
    wish = Wish("first_contact_record")
    (before,) = run(case_of("H01"), wish).kept
    desk.workspace.void(before.doc_no, reason="填错", by="赵")
    (after,) = run(case_of("H01"), wish).kept
    assert (after.doc_no, after.revision, after.state) == (before.doc_no, 1, "issued")


def test_changed_contract_number_needs_the_old_document_voided(run: Callable[..., Outcome], desk: Office):
    run(case_of("H01"), Wish("contract"))
    renumbered = h01({"contract.contract_no": "YB-XS-2024-0013", "authorizations[0].contract_no": "YB-XS-2024-0013"})
    with pytest.raises(StateError) as refusal:
        run(renumbered, Wish("contract"))
    assert refusal.value.code == "number_changed"
    desk.workspace.void("YB-XS-2024-0012", reason="重新编号", by="赵")
    assert [one.doc_no for one in run(renumbered, Wish("contract")).kept] == ["YB-XS-2024-0013"]


def test_missing_clauses_refuse_the_contract_with_every_reason_at_once(run: Callable[..., Outcome]):
    (refusal,) = run(case_of("F02"), Wish("contract")).refused
    messages = " ".join(finding.message for finding in refusal.findings)
    assert "质量不达标" in messages
    assert "保密期限" in messages


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("F03", {"CT-09", "CT-17"}),
        ("F04", {"CT-15"}),
        ("F06", {"CT-03", "CT-05"}),
        ("F15", {"CT-18", "CT-19"}),
        ("F16", {"CT-13"}),
    ],
)
def test_signed_contract_without_authority_or_content_is_refused(
    run: Callable[..., Outcome], name: str, rules: set[str]
):
    (refusal,) = run(case_of(name), Wish("contract")).refused
    assert rules <= {finding.rule for finding in refusal.findings}


@pytest.mark.parametrize(("name", "form"), [("F21", "product_acceptance_sheet"), ("F08", "first_contact_record")])
def test_late_is_not_forbidden(run: Callable[..., Outcome], name: str, form: str):
    assert run(case_of(name), Wish(form)).refused == ()


def test_fault_of_another_order_does_not_block(run: Callable[..., Outcome]):
    faulty = h01({"orders[1].acceptances[1].meeting_summary": GONE})
    outcome = run(faulty, Wish("product_acceptance_sheet"), Wish("service_acceptance_sheet"))
    assert {one.identity.subject for one in outcome.kept} == {"PO20240418001/1", "PO20240418002/1"}
    assert [one.subject for one in outcome.refused] == ["PO20240418002/2"]


def test_fault_that_was_there_before_the_document_is_reported_with_missing_fields(run: Callable[..., Outcome]):
    bare = h01({"contract.confidentiality_years": GONE})
    (refusal,) = run(bare, Wish("contract")).refused
    assert "CT-01" in {finding.rule for finding in refusal.findings}
    assert "contract.confidentiality_years" in {detail.path for detail in refusal.missing}


def test_minutes_are_not_issued_before_a_proposal_is_accepted(run: Callable[..., Outcome]):
    undecided = h01({"proposals[1].accepted_at": GONE, "proposals[1].status": "presented"})
    (refusal,) = run(undecided, Wish("negotiation_minutes")).refused
    assert [(detail.path, detail.label) for detail in refusal.missing] == [("accepted_proposal", "客户认可的方案")]


@pytest.mark.parametrize(("score", "issued"), [(3, True), (4, False)])
def test_improvement_plan_answers_a_low_score(run: Callable[..., Outcome], score: int, issued: bool):
    changed = h01({"after_sales.improvements[0].score": score, "after_sales.surveys[0].scores[1].score": score})
    assert bool(run(changed, Wish("improvement_plan")).kept) is issued


class RefusesLater:
    """A converter that finds out late that a document cannot be printed."""

    def __init__(self, number: str) -> None:
        self._number = number
        self._own = open_converter()

    def convert(self, docx: bytes) -> Pdf:
        return self._own.convert(docx)

    def expect(self, documents: int) -> None:
        pass

    def begin(self, docx: bytes, then: Finish | None = None) -> Callable[[], Pdf]:
        def given() -> Pdf:
            if "".join(self._number.split()) in "".join(text_of(docx).split()):
                raise InputError("文书过长", code="document_too_large")
            return then(self.convert(docx)) if then else self.convert(docx)

        return given

    def close(self) -> None:
        self._own.close()


def test_document_without_pdf_is_refused_alone(desk: Office):
    patient = replace(desk, converter=RefusesLater("操作考核掌握率92%"))
    outcome = issue(case_of("H01"), [Wish("acceptance_meeting_minutes"), Wish("order_form")], patient, by="赵")
    assert [(one.subject, one.unprintable[0].message) for one in outcome.refused] == [
        ("PO20240418002/1", "《验收会议纪要》PO20240418002/1：文书过长")
    ]
    minutes = [one.doc_no for one in outcome.kept if one.identity.form_id == "acceptance_meeting_minutes"]
    assert minutes == ["YH-PO20240418002-02"]
    assert all(one.pdf_sha256 for one in outcome.kept)
    assert len(outcome.kept) == 3


def test_unapproved_contract_leaves_only_as_draft(run: Callable[..., Outcome]):
    unapproved = h01({"contract.approval": GONE, "contract.signatures": GONE, "contract.archive": GONE, "orders": GONE})
    (draft,) = run(unapproved, Wish("contract")).kept
    assert draft.identity.edition == "draft"
    (refusal,) = run(unapproved, Wish("contract", edition=Edition.SIGNING)).refused
    assert {"CT-08"} <= {finding.rule for finding in refusal.findings} or refusal.missing


def test_signing_and_record_edition_are_two_documents_of_one_number(run: Callable[..., Outcome]):
    case = case_of("H01")
    (signing,) = run(case, Wish("contract", edition=Edition.SIGNING)).kept
    (record,) = run(case, Wish("contract", edition=Edition.RECORD)).kept
    assert signing.doc_no == record.doc_no
    assert signing.docx_sha256 != record.docx_sha256


def test_warning_blocks_until_a_named_person_overrides_it(run: Callable[..., Outcome], desk: Office):
    unfiled = h01({"authorizations[0].original_file": GONE})
    (refusal,) = run(unfiled, Wish("contract")).refused
    assert {finding.rule for finding in refusal.findings} == {"CT-34"}
    desk.workspace.override(unfiled.case_no, "CT-34", by="郑法", reason="原件已在途")
    assert run(unfiled, Wish("contract")).refused == ()


def test_override_never_lets_a_fail_pass(run: Callable[..., Outcome], desk: Office):
    faulty = case_of("F16")
    desk.workspace.override(faulty.case_no, "CT-13", by="郑法", reason="强行放行")
    assert len(run(faulty, Wish("contract")).refused) == 1


def test_unknown_form_and_subject_are_named(run: Callable[..., Outcome]):
    with pytest.raises(NotFoundError):
        run(case_of("H01"), Wish("no_such_form"))
    with pytest.raises(NotFoundError) as missing:
        run(case_of("H01"), Wish("product_acceptance_sheet", subject="PO99999999999/1"))
    assert "PO20240418001/1" in missing.value.remedy


def test_one_subject_can_be_chosen(run: Callable[..., Outcome]):
    (kept,) = run(case_of("H01"), Wish("service_acceptance_sheet", subject="PO20240418002/2")).kept
    assert kept.doc_no == "YS-PO20240418002-02"


def test_contract_number_of_another_case_is_refused(run: Callable[..., Outcome]):
    run(case_of("H01"), Wish("contract"))
    twin = h01({"case_no": "XS2024-0099"})
    (refusal,) = run(twin, Wish("contract")).refused
    assert "CT-23" in {finding.rule for finding in refusal.findings}


def test_decision_behind_a_document_is_kept_for_replay(run: Callable[..., Outcome], desk: Office):
    run(case_of("H01"), Wish("contract"))
    assert desk.workspace.verify_events() is None
    assert [event.kind for event in desk.workspace.events()] == ["doc.issued"]


def test_a_questionnaire_is_issued_when_it_is_due_and_not_before(run: Callable[..., Outcome], desk: Office):
    planned = {"done_at": None, "sent_at": None, "scores": (), "suggestions": None, "synced_to_sales_at": None}
    case = case_of("H01")
    surveys = tuple(one.model_copy(update=planned) for one in case.after_sales.surveys)
    case = case.model_copy(
        update={
            "after_sales": case.after_sales.model_copy(
                update={"surveys": surveys, "improvements": (), "visits": case.after_sales.visits[:1]}
            ),
            "success_case": None,
            "customer": case.customer.model_copy(
                update={
                    "grade_history": case.customer.grade_history[:3],
                    "follow_ups": case.customer.follow_ups[:1],
                }
            ),
        }
    )

    def issued(moment: datetime) -> list[str]:
        outcome = issue(case, [Wish("satisfaction_questionnaire")], desk, by="赵", as_of=moment)
        assert outcome.refused == ()
        return [one.doc_no for one in outcome.kept]

    with pytest.raises(StateError) as caught:
        issued(datetime(2024, 7, 3, 23, 59, tzinfo=SHANGHAI))
    assert caught.value.code == "not_due"
    assert "DY-2024-0012-1M 2024-07-04起" in caught.value.remedy
    assert issued(datetime(2024, 7, 4, 0, 0, tzinfo=SHANGHAI)) == ["DY-2024-0012-1M"]
    assert issued(datetime(2024, 9, 4, 9, 0, tzinfo=SHANGHAI)) == ["DY-2024-0012-1M", "DY-2024-0012-3M"]


def test_issuing_everything_leaves_out_what_is_not_due_yet(desk: Office):
    case = case_of("H01")
    planned = case.after_sales.surveys[2].model_copy(update={"done_at": None, "scores": ()})
    case = case.model_copy(
        update={"after_sales": case.after_sales.model_copy(update={"surveys": (planned,), "improvements": ()})}
    )
    outcome = issue(
        case, everything(case, desk.catalogue), desk, by="赵", as_of=datetime(2024, 8, 1, 9, tzinfo=SHANGHAI)
    )
    forms = {one.identity.form_id for one in outcome.kept} | {one.spec.form_id for one in outcome.refused}
    assert "satisfaction_questionnaire" not in forms


def test_a_number_may_carry_a_field_of_its_subject(run: Callable[..., Outcome]):
    kept = run(case_of("H01"), Wish("follow_up_visit_record")).kept
    assert [one.doc_no for one in kept] == ["HF-FW-20240620-001", "HF-FW-20240628-001"]


@pytest.mark.parametrize("name", ["S11", "S12", "S13", "S14", "S15"])
def test_half_finished_case_is_not_asked_for_the_forms_of_later_stages(run: Callable[..., Outcome], name: str):
    assert run(case_of(name)).refused == ()


def test_everything_in_one_edition_leaves_out_the_forms_that_have_it_not(run: Callable[..., Outcome], desk: Office):
    case = case_of("H01")
    kept = run(case, *everything(case, desk.catalogue, Edition.SIGNING)).kept
    assert {one.identity.edition for one in kept} == {Edition.SIGNING}
    with_signing = {form.spec.form_id for form in desk.catalogue if Edition.SIGNING in form.spec.editions}
    assert {one.identity.form_id for one in kept} < with_signing


def test_all_forms_in_a_named_edition_on_the_command_line(docgen: Callable[..., Run], tmp_path: Path):
    arguments = ("issue", sample("H01").case, "--all", "--edition", "signing", "--no-pdf", "--out", tmp_path / "out")
    run = docgen(*arguments)
    assert run.code == 0
    assert "（签署件）" in run.out
    assert "（记录件）" not in run.out


def test_one_subject_of_all_forms_is_refused(docgen: Callable[..., Run], tmp_path: Path):
    run = docgen("issue", sample("H01").case, "--all", "--subject", "PO20240418001", "--out", tmp_path)
    assert run.code == 4
    assert "[which_subject]" in run.err
