"""The verbs of the pipeline, one after the other, as a program that uses this one as a library calls them."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from docgen import pipeline
from docgen.archive import load_schedule, opened
from docgen.case import CaseFile, load_case
from docgen.case.values import SHANGHAI
from docgen.clock import FixedClock
from docgen.errors import NotFoundError, StateError
from docgen.findings import Outcome
from docgen.pipeline import Office, Wish
from docgen.signing.trust import Trust
from service.settings import Settings
from service.wiring import office
from tests.samples import sample

CLOCK = FixedClock(datetime(2024, 12, 31, 18, tzinfo=SHANGHAI))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pipeline")


@pytest.fixture(scope="module")
def desk(folder: Path) -> Iterator[Office]:
    with office(Settings(workspace=folder), clock=CLOCK) as chosen:
        yield chosen


def case_of(name: str) -> CaseFile:
    return load_case(sample(name).case)


def test_a_case_is_checked_issued_archived_and_audited(folder: Path, desk: Office):
    case, settings = case_of("H01"), Settings()
    assert pipeline.check(case, desk.rulebook).outcomes["CT-08"] is Outcome.PASS
    (issued,) = pipeline.issue(case, [Wish("first_contact_record")], desk, by="赵").kept
    assert issued.pdf_sha256
    with opened(folder, CLOCK) as archive:
        schedule = load_schedule(settings.retention.read_bytes(), file=settings.retention.name)
        with pytest.raises(NotFoundError, match="JC-2024-0012-09"):
            pipeline.archive(case, desk, archive, schedule, by="赵", numbers=frozenset({"JC-2024-0012-09"}))
        admission, done = pipeline.archive(case, desk, archive, schedule, by="赵")
    assert admission.refused == ()
    assert [record.doc_no for record in done.records] == [issued.doc_no]
    report = pipeline.audit(folder, [done.head], clock=CLOCK)
    assert (report.intact, report.records, report.root) == (True, 1, done.head.root)
    verdict = pipeline.verify(desk.workspace.content(issued.pdf_sha256), Trust(), clock=CLOCK)
    assert [reason.code for reason in verdict.reasons] == ["unsigned"]


class TestOverride:
    CASE = case_of("F02_missing_clauses")

    def test_a_warning_is_set_aside_by_name(self, desk: Office):
        pipeline.override(self.CASE, "CT-02", desk, by="郑法", reason="已核实")
        assert desk.workspace.overrides(self.CASE.case_no) == {"CT-02"}

    @pytest.mark.parametrize("rule", ["CT-08", "CT-01", "CT-99"], ids=["passed", "failed", "unknown"])
    def test_nothing_but_a_warning_can_be(self, desk: Office, rule: str):
        before = desk.workspace.overrides(self.CASE.case_no)
        with pytest.raises(StateError) as refused:
            pipeline.override(self.CASE, rule, desk, by="郑法", reason="已核实")
        assert refused.value.code == "not_a_warning"
        assert desk.workspace.overrides(self.CASE.case_no) == before
