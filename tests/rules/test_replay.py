"""Replay: a decision kept in a workspace is repeated from what was kept, and from nothing else."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from docgen.case import CaseFile
from docgen.clock import SHANGHAI, FixedClock
from docgen.errors import DeclarationError, IntegrityError, NotFoundError
from docgen.findings import Outcome
from docgen.issue import Identity, IssuedDocument
from docgen.workspace import KeptDecision, KnownNumbers, Ruling, Workspace
from docgen.workspace.workspace import Numbered
from rules.book import Rulebook, kept_rulebook
from rules.facts import Known
from rules.replay import Replayer
from tests.rules.patching import h01
from tests.rules.test_book import book, edit, packs_copy, policy_file, threshold
from tests.rules.test_book import load_rulebook as loaded

NOW = datetime(2024, 12, 31, 18, tzinfo=SHANGHAI)
NOBODY = KnownNumbers(frozenset(), frozenset())


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace.open(tmp_path / "ws", FixedClock(NOW))
    yield opened
    opened.close()


def decide(
    workspace: Workspace, rulebook: Rulebook, case: CaseFile | None = None, known: KnownNumbers | None = NOBODY
) -> KeptDecision:
    """Check a case (H01) and keep the decision with a document issued under it."""
    case = case or h01()
    seen = known and Known(known.contract_numbers, known.order_numbers)
    ruling = Ruling(rulebook.check(case, known=seen), rulebook.files, known)
    return keep(workspace, case, ruling)


def keep(workspace: Workspace, case: CaseFile, ruling: Ruling) -> KeptDecision:
    before = workspace.decisions()
    number = f"JC-2024-0012-{len(before) + 1:02}"
    document = IssuedDocument(
        identity=Identity(case.case_no, "first_contact_record", number, "record"),
        doc_no=number,
        title="客户首次接触记录",
        revision=0,
        issued_on=date(2024, 12, 31),
        file_stem=number,
        template_sha256="d" * 64,
        docx=number.encode(),
        pdf=None,
    )
    workspace.keep(case, ruling, [Numbered(document, len(before) + 1)], by="赵")
    return workspace.decisions()[-1]


def said(workspace: Workspace, decision: KeptDecision) -> list[str]:
    return [one.rule for one in Replayer(workspace.content).replay(decision)]


def replaced(files: Mapping[str, str], name: str, change: Callable[[str], str]) -> dict[str, str]:
    assert change(files[name]) != files[name]
    return {**files, name: change(files[name])}


class TestTheSameAnswer:
    def test_of_a_clean_case(self, workspace: Workspace):
        decision = decide(workspace, book())
        assert decision.sealed
        assert said(workspace, decision) == []

    def test_of_a_case_with_findings(self, workspace: Workspace):
        late = h01({"first_contact.recorded_at": "2024-06-01T09:00:00+08:00"})
        decision = decide(workspace, book(), late)
        kept = json.loads(workspace.content(decision.digests.report))
        assert "CD-08" in {finding["rule"] for finding in kept["findings"]}
        assert said(workspace, decision) == []

    def test_whatever_the_files_on_the_disk_say_by_then(self, workspace: Workspace, tmp_path: Path):
        policy, packs = policy_file(tmp_path, threshold('"680000.00"')), packs_copy(tmp_path)
        decision = decide(workspace, loaded(policy, packs))
        edit(policy, '"680000.00"', '"1.00"')
        edit(packs / "contract.yaml", "version:", "version: nonsense #")
        (packs / "general.yaml").unlink()
        assert said(workspace, decision) == []

    @pytest.mark.parametrize("known", [None, NOBODY, KnownNumbers(frozenset({"YB-XS-2024-0012", "A-1"}), frozenset())])
    def test_with_what_was_known_of_other_cases(self, workspace: Workspace, known: KnownNumbers | None):
        decision = decide(workspace, book(), known=known)
        assert said(workspace, decision) == []

    def test_keeps_of_other_cases_only_what_this_one_uses_too(self, workspace: Workspace):
        known = KnownNumbers(frozenset({"YB-XS-2024-0012", "A-1"}), frozenset({"PO-9"}))
        assert decide(workspace, book(), known=known).known == KnownNumbers(frozenset({"YB-XS-2024-0012"}), frozenset())

    def test_of_decisions_under_several_rulebooks(self, workspace: Workspace, tmp_path: Path):
        other = loaded(policy_file(tmp_path, threshold('"680000.00"')))
        decisions = [decide(workspace, one) for one in (book(), other, book())]
        replayer = Replayer(workspace.content)
        assert [replayer.replay(decision) for decision in decisions] == [(), (), ()]
        assert decisions[0].policy_sha256 != decisions[1].policy_sha256

    @pytest.mark.parametrize("name", ["laws.yaml", "clauses.yaml", "manual.md"])
    def test_the_files_beside_the_packs_are_those_of_then(self, name: str):
        assert name in book().files


class TestTheKeptRulebook:
    def test_says_what_the_present_one_says(self):
        again = kept_rulebook(book().files)
        case = h01({"contract.clauses": []})
        assert again.check(case) == book().check(case)
        assert again.files == book().files

    def test_goes_by_the_laws_of_then(self):
        later = replaced(
            book().files,
            "laws.yaml",
            lambda text: text.replace("in_force_from: 2021-01-01", "in_force_from: 2099-01-01", 1),
        )
        case = h01({"contract.clauses": []})
        laws = {law.name for one in kept_rulebook(later).check(case).findings for law in one.law}
        assert "民法典" in {law.name for one in book().check(case).findings for law in one.law}
        assert "民法典" not in laws

    def test_goes_by_the_clauses_of_then(self):
        fewer = replaced(
            book().files, "clauses.yaml", lambda text: text.replace("tax: {title: 是否含税", "vat: {title: 税")
        )
        findings = kept_rulebook(fewer).check(h01()).findings
        assert [one.subject.rpartition("/")[2] for one in findings if one.rule == "CT-01"] == ["vat"]

    @pytest.mark.parametrize("name", ["laws.yaml", "policy/policy.yaml", "manual.md"])
    def test_needs_every_file(self, name: str):
        with pytest.raises(DeclarationError):
            kept_rulebook({key: text for key, text in book().files.items() if key != name})


class TestAnotherAnswer:
    def test_names_the_rule_with_both_answers(self, workspace: Workspace):
        case, report = h01(), book().check(h01())
        outcomes = {**report.outcomes, "CD-08": Outcome.FAIL}
        ruling = Ruling(report.model_copy(update={"outcomes": outcomes}), book().files, None)
        (difference,) = Replayer(workspace.content).replay(keep(workspace, case, ruling))
        assert (difference.rule, difference.before.outcome, difference.after.outcome) == (
            "CD-08",
            Outcome.FAIL,
            Outcome.PASS,
        )

    def test_pairs_the_findings_about_one_thing(self, workspace: Workspace):
        case = h01({"first_contact.recorded_at": "2024-06-01T09:00:00+08:00"})
        report = book().check(case)
        milder = [one.model_copy(update={"message": "稍迟"}) if one.rule == "CD-08" else one for one in report.findings]
        ruling = Ruling(report.model_copy(update={"findings": tuple(milder)}), book().files, None)
        (difference,) = Replayer(workspace.content).replay(keep(workspace, case, ruling))
        assert difference.before.finding is not None
        assert difference.after.finding is not None
        assert difference.before.finding.message == "稍迟"
        assert difference.after.finding.message != "稍迟"


class TestAlteredRecords:
    @pytest.mark.parametrize("part", ["case", "rules", "report"])
    def test_changed_bytes_are_found(self, workspace: Workspace, tmp_path: Path, part: str):
        decision = decide(workspace, book())
        digest = getattr(decision.digests, part)
        path = tmp_path / "ws" / "objects" / digest[:2] / digest
        path.chmod(0o644)
        path.write_bytes(path.read_bytes().replace(b"2024", b"2023", 1))
        with pytest.raises(IntegrityError) as altered:
            Replayer(workspace.content).replay(decision)
        assert altered.value.code == "object_altered"

    def test_removed_bytes_are_found(self, workspace: Workspace, tmp_path: Path):
        decision = decide(workspace, book())
        digest = decision.digests.rules
        (tmp_path / "ws" / "objects" / digest[:2] / digest).unlink()
        with pytest.raises(NotFoundError):
            Replayer(workspace.content).replay(decision)

    @pytest.mark.parametrize(
        "change",
        ["report_sha256 = case_sha256", "as_of = '2024-01-01 00:00:00.000000'", "known = NULL", "pack_version = '9'"],
    )
    def test_a_rewritten_decision_is_no_longer_vouched_for(self, workspace: Workspace, tmp_path: Path, change: str):
        decide(workspace, book())
        with closing(sqlite3.connect(tmp_path / "ws" / "workspace.db")) as connection, connection:
            connection.execute("DROP TRIGGER decision_no_update")
            connection.execute(f"UPDATE decision SET {change}")
        (decision,) = workspace.decisions()
        assert not decision.sealed
        with pytest.raises(IntegrityError) as altered:
            Replayer(workspace.content).replay(decision)
        assert altered.value.code == "decision_altered"

    def test_a_report_of_another_check_is_refused(self, workspace: Workspace):
        first = decide(workspace, book())
        second = decide(workspace, book(), h01({"title": "另一个标题"}))
        swapped = replace(second, digests=replace(second.digests, report=first.digests.report))
        with pytest.raises(IntegrityError):
            Replayer(workspace.content).replay(swapped)


class TestWhatThePresentProgramCannotRead:
    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("packs/general.yaml", "aspect: case_core", "aspect: of_former_times"),
            ("policy/policy.yaml", "approval:", "approval_of_former_times:"),
            ("laws.yaml", "laws:", "former_laws:"),
        ],
    )
    def test_is_reported_as_such(self, workspace: Workspace, name: str, old: str, new: str):
        report = book().check(h01())
        files = replaced(book().files, name, lambda text: text.replace(old, new))
        decision = keep(workspace, h01(), Ruling(report, files, NOBODY))
        with pytest.raises(DeclarationError) as unreadable:
            Replayer(workspace.content).replay(decision)
        assert unreadable.value.code == "decision_unreadable"
        assert unreadable.value.details

    def test_packs_that_did_not_decide_are_no_answer(self, workspace: Workspace):
        files = replaced(book().files, "packs/general.yaml", lambda text: f"{text}\n# noted later\n")
        decision = keep(workspace, h01(), Ruling(book().check(h01()), files, NOBODY))
        with pytest.raises(IntegrityError):
            Replayer(workspace.content).replay(decision)
