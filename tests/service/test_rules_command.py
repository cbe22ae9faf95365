"""`docgen rules` and `docgen check --explain`: the rulebook shown, checked, tried and compared."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from docgen.errors import DeclarationError, NotFoundError
from service.samples import samples as read_samples
from service.settings import ROOT
from tests.samples import FOLDER, Kind, sample, samples
from tests.service.command import Run
from tests.service.reporting import book, packs_copy

POLICY = ROOT / "rules" / "policy.yaml"


def _policy(folder: Path, threshold: str) -> Path:
    path = folder / f"policy-{threshold}.yaml"
    path.write_text(POLICY.read_text(encoding="utf-8").replace("500000.00", threshold), encoding="utf-8")
    return path


def _copied(folder: Path, *names: str) -> Path:
    for name in names:
        shutil.copytree(sample(name).case.parent, folder / sample(name).name)
    return folder


class TestListAndShow:
    def test_list_gives_every_rule_under_its_chapter(self, docgen: Callable[..., Run]):
        run = docgen("rules", "list")
        assert run.code == 0
        listed = re.findall(r"^  ([A-Z]{2}-\d\d)　", run.out, re.MULTILINE)
        assert listed == [rule.id for pack in book().packs for rule in pack.rules]
        assert "合同签订（" in run.out

    def test_before_the_packs_are_in_force_there_is_nothing_to_list(self, docgen: Callable[..., Run]):
        assert docgen("rules", "list", "--as-of", "2020-12-31T12:00:00+08:00").out.strip() == ""

    def test_show_tells_everything_of_a_rule(self, docgen: Callable[..., Run]):
        run = docgen("rules", "show", "CT-15")
        assert run.code == 0
        for words in (
            "CT-15 授权覆盖本次签署",
            "c款",
            "〔有金额上限〕是，且〔合同总价〕超过〔金额上限〕",
            "has_limit == true and total_cents > amount_limit_cents",
            "确认其具有签署权限",
            "民法典第162、165、171、173条",
            "签署《销售合同（产品销售/服务合同）》（客户方）",
        ):
            assert words in run.out

    def test_an_unknown_rule_is_named(self, docgen: Callable[..., Run]):
        run = docgen("rules", "show", "XX-99")
        assert (run.code, "[unknown_rule]" in run.err, "XX-99" in run.err) == (4, True, True)


class TestLint:
    def test_what_ships_is_clean(self, docgen: Callable[..., Run]):
        run = docgen("rules", "lint")
        assert (run.code, run.err) == (0, "")
        assert "没有错误" in run.out

    def test_every_fault_of_a_pack_is_named_with_file_and_line(self, docgen: Callable[..., Run], tmp_path: Path):
        pack = packs_copy(tmp_path) / "contract.yaml"
        text = pack.read_text(encoding="utf-8")
        pack.write_text(text.replace("not present", "not presnt").replace('article: "470"', 'article: "9470"'), "utf-8")
        run = docgen("rules", "lint", "--packs", tmp_path)
        assert run.code == 5
        assert re.search(r"contract\.yaml:\d+ CT-01：.*presnt", run.err)
        assert "第9470条" in run.err

    def test_a_wrong_policy_is_named(self, docgen: Callable[..., Run], tmp_path: Path):
        run = docgen("rules", "lint", "--policy", _policy(tmp_path, "-1"))
        assert run.code == 5
        assert re.search(r"policy--1\.yaml:\d+ approval\.gm_threshold_cny\S*：不得为负数", run.err)

    def test_a_guard_of_a_form_that_nobody_knows_is_a_fault(self, docgen: Callable[..., Run], tmp_path: Path):
        pack = packs_copy(tmp_path) / "development.yaml"
        text = pack.read_text(encoding="utf-8")
        pack.write_text(text.replace("[first_contact_record]", "[first_contact_recrod]"), encoding="utf-8")
        run = docgen("rules", "lint", "--packs", tmp_path)
        assert run.code == 5
        assert "CD-08：防线提到的表单“first_contact_recrod”不存在" in run.err


class TestTest:
    def test_every_sample_is_as_stated(self, docgen: Callable[..., Run]):
        run = docgen("rules", "test")
        assert run.code == 0, run.out
        assert f"{len(samples())}个样例，0个不符" in run.out

    def test_a_finding_too_few_and_one_too_many_are_both_named(self, docgen: Callable[..., Run], tmp_path: Path):
        expected = _copied(tmp_path, "F21") / sample("F21").name / "expected.json"
        stated = json.loads(expected.read_text(encoding="utf-8"))
        stated["findings"]["fail"] = {"OD-09": 2}
        expected.write_text(json.dumps(stated), encoding="utf-8")
        run = docgen("rules", "test", "--samples", tmp_path)
        assert run.code == 3
        assert "不通过 OD-09：应有2项，实有0项" in run.out
        assert "不通过 OD-12：应有0项，实有1项" in run.out

    def test_an_outcome_that_is_not_stated_is_free(self, docgen: Callable[..., Run], tmp_path: Path):
        expected = _copied(tmp_path, "S02") / "S02" / "expected.json"
        expected.write_text('{"title": "x", "kind": "in_progress", "findings": {"fail": {}}}', encoding="utf-8")
        assert docgen("rules", "test", "--samples", tmp_path).code == 0

    @pytest.mark.parametrize("name", ["E01", "H01"])
    def test_a_case_refused_or_read_against_its_statement_is_named(
        self, docgen: Callable[..., Run], tmp_path: Path, name: str
    ):
        expected = _copied(tmp_path, name) / sample(name).name / "expected.json"
        swapped = '"findings": {}' if name == "E01" else '"error": {"path": "title", "code": "missing"}'
        expected.write_text(f'{{"title": "x", "kind": "failing", {swapped}}}', encoding="utf-8")
        run = docgen("rules", "test", "--samples", tmp_path)
        assert run.code == 3
        assert ("应为能读入" if name == "E01" else "title（missing）") in run.out

    def test_a_changed_pack_shows_in_the_samples(self, docgen: Callable[..., Run], tmp_path: Path):
        (tmp_path / "packs").mkdir()
        pack = packs_copy(tmp_path / "packs") / "orders.yaml"
        text = pack.read_text(encoding="utf-8")
        assert "accept_wd_used > accept_wd_limit" in text
        pack.write_text(text.replace("accept_wd_used > accept_wd_limit", "accept_wd_used > 9"), encoding="utf-8")
        folder = _copied(tmp_path / "samples", "F21", "H01")
        run = docgen("rules", "test", "--samples", folder, "--packs", tmp_path / "packs")
        assert run.code == 3
        assert "2个样例，1个不符" in run.out

    def test_a_folder_without_samples_is_an_error(self, tmp_path: Path):
        with pytest.raises(NotFoundError):
            read_samples(tmp_path)

    def test_a_badly_written_statement_is_an_error_with_its_line(self, tmp_path: Path):
        (_copied(tmp_path, "H01") / "H01" / "expected.json").write_text('{"title": "x", "kid": "y"}', encoding="utf-8")
        with pytest.raises(DeclarationError) as refused:
            read_samples(tmp_path)
        assert refused.value.code == "bad_sample"
        assert {detail.path for detail in refused.value.details} == {"H01/expected.json:1"}


class TestDiff:
    def test_a_higher_threshold_changes_exactly_the_cases_it_should(self, docgen: Callable[..., Run], tmp_path: Path):
        run = docgen("rules", "diff", _policy(tmp_path, "500000.00"), _policy(tmp_path, "680000.00"), FOLDER)
        assert run.code == 0
        affected = re.findall(r"^(\w+)　XS\S+ ", run.out, re.MULTILINE)
        assert affected == [each.name for each in samples() if each.name.startswith(("B01_", "B13_", "F03_"))]
        assert set(re.findall(r"^  (CT-\d\d)　(\S+?)　", run.out, re.MULTILINE)) == {
            ("CT-09", "消失（不通过）"),
            ("CT-17", "消失（不通过）"),
        }
        unread = len(samples(Kind.LOAD_ERROR))
        assert f"{len(samples())}份案卷，3份受影响，{unread}份无法读入" in run.out
        assert run.err.count("无法读入") == unread

    def test_one_cent_below_the_sum_changes_nothing(self, docgen: Callable[..., Run], tmp_path: Path):
        policies = _policy(tmp_path, "500000.00"), _policy(tmp_path, "679999.99")
        run = docgen("rules", "diff", *policies, sample("F03").case, sample("H01").case)
        assert run.out.strip() == "2份案卷，0份受影响"

    def test_two_folders_of_packs_are_compared(self, docgen: Callable[..., Run], tmp_path: Path):
        pack = packs_copy(tmp_path) / "orders.yaml"
        text = pack.read_text(encoding="utf-8")
        pack.write_text(text.replace("accept_wd_used > accept_wd_limit", "accept_wd_used > 9"), encoding="utf-8")
        run = docgen("rules", "diff", ROOT / "rules" / "packs", tmp_path, sample("F21").case)
        assert "OD-12　消失（不通过）" in run.out

    def test_two_pack_files_are_compared_by_their_own_rules(self, docgen: Callable[..., Run], tmp_path: Path):
        old = ROOT / "rules" / "packs" / "orders.yaml"
        new = tmp_path / "orders.yaml"
        text = old.read_text(encoding="utf-8")
        new.write_text(text.replace("accept_wd_used > accept_wd_limit", "accept_wd_used >= 0"), encoding="utf-8")
        run = docgen("rules", "diff", old, new, sample("H01").case)
        assert re.findall(r"^  (\S+?)　(\S+?)　", run.out, re.MULTILINE) == [("OD-12", "出现（不通过）")]

    def test_a_file_that_is_not_there_is_named(self, docgen: Callable[..., Run], tmp_path: Path):
        run = docgen("rules", "diff", POLICY, tmp_path / "none.yaml", sample("H01").case)
        assert (run.code, "[rulebook_missing]" in run.err) == (4, True)


class TestExplain:
    def test_facts_come_with_paths_values_and_the_condition_with_values(self, docgen: Callable[..., Run]):
        run = docgen("check", sample("F21").case, "--explain", "OD-12")
        assert run.code == 0
        for words in (
            "OD-12 产品三个工作日内验收　不通过　［PO20240418001］（orders[0]）",
            "验收已用工作日 accept_wd_used = 4",
            "orders[0].received_at = 2024-05-24 10:00:00+08:00",
            "accept_wd_used〔4〕 > accept_wd_limit〔3〕",
            "手册二(五)步骤4“",
            "民法典第201、620、621条",
        ):
            assert words in run.out

    def test_an_absent_fact_is_said_to_be_absent(self, docgen: Callable[..., Run]):
        run = docgen("check", sample("F21").case, "--explain", "OD-12")
        assert "accept_wd_used〔缺〕" in run.out

    def test_a_rule_without_any_subject_says_so(self, docgen: Callable[..., Run]):
        assert "没有这条规则判断的对象" in docgen("check", sample("H01").case, "--explain", "GN-04").out

    def test_an_unknown_rule_is_refused(self, docgen: Callable[..., Run]):
        assert docgen("check", sample("H01").case, "--explain", "ZZ-01").code == 4
