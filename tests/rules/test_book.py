import shutil
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from docgen.case import CaseFile, load_case
from docgen.case.canonical import case_sha256
from docgen.clock import SHANGHAI, FixedClock
from docgen.editions import Edition
from docgen.errors import DeclarationError, NotFoundError
from docgen.findings import Outcome
from docgen.rulebook.guards import Action
from rules.book import DEFAULT_PACKS, STAGES, Change, Rulebook, lint, load_rulebook
from rules.facts import ASPECTS
from rules.policy import DEFAULT_POLICY

SAMPLES = Path(__file__).parents[2] / "samples"


@cache
def book() -> Rulebook:
    return load_rulebook()


@cache
def h01() -> CaseFile:
    return load_case(SAMPLES / "H01" / "case.yaml")


def policy_file(folder: Path, change: Callable[[str], str]) -> Path:
    path = folder / "policy.yaml"
    path.write_text(change(DEFAULT_POLICY.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def threshold(amount: str) -> Callable[[str], str]:
    return lambda text: text.replace('gm_threshold_cny: "500000.00"', f"gm_threshold_cny: {amount}")


def packs_copy(folder: Path) -> Path:
    return Path(shutil.copytree(DEFAULT_PACKS, folder / "packs"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_shipped_rulebook_is_clean():
    assert lint() == ()


def test_the_complete_sample_gives_no_finding():
    report = book().check(h01())
    assert report.findings == ()
    assert not report.failed
    assert set(report.outcomes.values()) <= {Outcome.PASS, Outcome.NOT_APPLICABLE}


def test_a_report_names_what_it_stands_on():
    report = book().check(h01())
    assert report.case_no == h01().case_no
    assert report.case_sha256 == case_sha256(h01())
    assert report.policy_sha256 == book().policy.sha256
    assert report.pack == book().judge().identity
    assert report.as_of == h01().as_of


def test_the_moment_is_the_one_given_else_that_of_the_case_else_now():
    at = datetime(2024, 6, 1, 12, 0, tzinfo=SHANGHAI)
    still = load_rulebook(clock=FixedClock(at))
    timeless = h01().model_copy(update={"as_of": None})
    assert still.check(timeless).as_of == at
    assert still.check(h01()).as_of == h01().as_of
    assert still.check(h01(), at - timedelta(days=1)).as_of == at - timedelta(days=1)


def test_packs_come_in_the_order_of_the_stages():
    names = [pack.name.removesuffix(".yaml") for pack in book().packs]
    assert names == [stage for stage in STAGES if stage in names]


def test_every_aspect_that_a_rule_reads_exists_and_every_rule_of_the_specification_too():
    known = {aspect.aspect for aspect in ASPECTS}
    rules = book().judge().rules
    assert {part.schema.aspect for rule in rules for part in rule.parts} <= known
    assert len({rule.id for rule in rules}) == len(rules) >= 127


def test_without_a_threshold_the_rule_that_asks_for_it_fails(tmp_path: Path):
    bare = load_rulebook(policy_file(tmp_path, threshold("null")))
    assert bare.check(h01()).outcomes["CT-28"] is Outcome.FAIL


def test_guards_are_those_of_the_packs_in_force():
    found = book().guards_for("contract", Action.ISSUE, Edition.DRAFT)
    assert {"CT-01", "CT-03", "GN-02"} <= {guard.rule for guard in found}
    assert "CT-08" not in {guard.rule for guard in found}
    signing = book().guards_for("contract", Action.ISSUE, Edition.SIGNING)
    assert "CT-08" in {guard.rule for guard in signing}
    assert book().guards_for("contract", Action.ISSUE, Edition.SIGNING, on=date(2020, 12, 31)) == ()


def test_before_any_pack_is_in_force_nothing_is_judged():
    report = book().check(h01(), datetime(2020, 1, 1, tzinfo=SHANGHAI))
    assert (report.outcomes, report.findings) == ({}, ())


def test_a_rule_is_explained_on_the_case():
    (said,) = book().explain("CD-08", h01())
    assert said.outcome is Outcome.PASS
    assert said.violates == "record_elapsed_min > policy.deadlines.first_contact_min"
    assert any(source.path == "first_contact.ended_at" for fact in said.facts for source in fact.sources)
    with pytest.raises(NotFoundError):
        book().explain("CD-99", h01())


def test_a_changed_threshold_changes_only_the_findings_that_stand_on_it(tmp_path: Path):
    lower = load_rulebook(policy_file(tmp_path, threshold('"1.00"')))
    same = load_rulebook()
    assert book().diff(same, [h01()]) == ()
    changes = book().diff(lower, [h01()])
    assert {change.rule for change in changes} <= {"CT-09", "CT-17"}
    assert all(change.before is None for change in changes)
    back = lower.diff(book(), [h01()])
    assert [(change.rule, change.before, change.after) for change in back] == [
        (change.rule, change.after, change.before) for change in changes
    ]
    assert all(isinstance(change, Change) for change in changes)


def test_changed_packs_and_policies_are_taken_without_a_restart(tmp_path: Path):
    packs, policy = packs_copy(tmp_path), policy_file(tmp_path, str)
    live = load_rulebook(policy, packs)
    before = live.check(h01())
    edit(packs / "development.yaml", "title: 首次接触记录24小时内完成", "title: 首次接触记录当日完成")
    edit(policy, "first_contact_hours: 24", "first_contact_hours: 1")
    after = live.check(h01())
    assert live.judge().rule("CD-08").title == "首次接触记录当日完成"
    assert (before.outcomes["CD-08"], after.outcomes["CD-08"]) == (Outcome.PASS, Outcome.FAIL)
    assert before.pack != after.pack
    assert before.policy_sha256 != after.policy_sha256


def test_a_bad_version_is_refused_whole_with_every_reason_and_the_one_before_stays(tmp_path: Path):
    packs, policy = packs_copy(tmp_path), policy_file(tmp_path, str)
    live = load_rulebook(policy, packs)
    before = live.check(h01())
    edit(packs / "development.yaml", "record_elapsed_min >", "record_elapsed_mn >")
    edit(packs / "needs.yaml", "version:", "versoin:")
    edit(policy, "first_contact_hours: 24", "first_contact_hours: 廿四")
    assert live.check(h01()) == before
    bad_policy, bad_packs = live.refused
    assert [detail.path.partition(":")[0] for detail in bad_policy.details] == ["policy.yaml"]
    assert {detail.path.partition(":")[0] for detail in bad_packs.details} == {"development.yaml", "needs.yaml"}
    edit(packs / "development.yaml", "record_elapsed_mn >", "record_elapsed_min >")
    edit(packs / "needs.yaml", "versoin:", "version:")
    edit(policy, "廿四", "24")
    assert live.check(h01()) == before
    assert live.refused == ()


def test_lint_names_the_faults_of_policy_and_packs_together(tmp_path: Path):
    packs, policy = packs_copy(tmp_path), policy_file(tmp_path, threshold("-1"))
    edit(packs / "general.yaml", "severity: fail", "severity: fatal")
    found = lint(policy, packs)
    assert {"policy.yaml", "general.yaml"} == {detail.path.partition(":")[0] for detail in found}


def test_a_folder_without_packs_is_an_error(tmp_path: Path):
    with pytest.raises(DeclarationError, match="没有规则包"):
        load_rulebook(packs_dir=tmp_path)
    assert "没有规则包" in lint(packs_dir=tmp_path)[0].message


def test_a_dated_pack_replaces_the_one_before_on_its_day(tmp_path: Path):
    packs = packs_copy(tmp_path)
    newer = packs / "development@2026.yaml"
    shutil.copy(packs / "development.yaml", newer)
    edit(newer, "in_force_from: 2021-01-01", "in_force_from: 2026-01-01")
    edit(newer, "title: 首次接触记录24小时内完成", "title: 新")
    edit(packs / "development.yaml", "in_force_from: 2021-01-01", "in_force_from: 2021-01-01\nin_force_to: 2025-12-31")
    dated = load_rulebook(packs_dir=packs)
    assert dated.judge(date(2025, 12, 31)).rule("CD-08").title != "新"
    assert dated.judge(date(2026, 1, 1)).rule("CD-08").title == "新"


def test_eight_threads_check_while_packs_are_reloaded(tmp_path: Path):
    packs = packs_copy(tmp_path)
    live = load_rulebook(packs_dir=packs)
    expected = live.check(h01()).outcomes
    wrong: list[object] = []

    def work() -> None:
        reports = [live.check(h01()) for _ in range(8)]
        wrong.extend(report for report in reports if report.outcomes != expected)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(4):
        edit(packs / "needs.yaml", "rules:", f"# {number}\nrules:")
    for thread in threads:
        thread.join()
    assert wrong == []
