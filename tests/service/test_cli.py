"""The command line as a user or a script meets it: output, exit codes, errors as sentences."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from docgen.archive.fixity import audit
from docgen.case import load_case
from docgen.clock import SystemClock
from tests.samples import Kind, Sample, sample, samples
from tests.service.command import Run

H01 = str(sample("H01").case)


class TestCheck:
    def test_clean_case_exits_0(self, docgen: Callable[..., Run]):
        assert docgen("check", H01).code == 0

    def test_failing_case_exits_3_and_says_what_why_and_what_to_do(self, docgen: Callable[..., Run]):
        run = docgen("check", sample("F02").case)
        assert run.code == 3
        for words in ("CT-01", "质量不达标", "手册二(四)步骤1", "民法典", "建议"):
            assert words in run.out

    def test_json_has_the_pinned_shape(self, docgen: Callable[..., Run]):
        report = json.loads(docgen("check", sample("F04").case, "--format", "json").out)
        assert report["case_no"] == "XS2024-0012"
        assert report["as_of"] == "2024-12-31T18:00:00+08:00"
        assert set(report["pack"]) == {"version", "sha256"}
        assert report["outcomes"]["CT-15"] == "fail"
        assert report["outcomes"]["CD-08"] == "pass"
        finding = report["findings"][0]
        assert finding["rule"] == "CT-15"
        assert {
            "rule",
            "outcome",
            "subject",
            "message",
            "inputs",
            "manual",
            "law",
            "suggestion",
            "due_at",
            "actual_at",
        } <= (set(finding))
        assert set(finding["manual"]) == {"section", "quote"}

    def test_several_cases_give_a_list(self, docgen: Callable[..., Run]):
        reports = json.loads(docgen("check", H01, sample("S02").case, "--format", "json").out)
        assert [report["case_no"] for report in reports] == ["XS2024-0012", "XS2024-0009"]

    def test_as_of_moves_the_moment(self, docgen: Callable[..., Run]):
        run = docgen("check", H01, "--as-of", "2024-04-01T00:00:00+08:00", "--format", "json")
        assert run.code == 3
        assert json.loads(run.out)["outcomes"]["GN-02"] == "fail"

    @pytest.mark.parametrize("moment", ["yesterday", "2024-12-31", "2024-12-31T18:00:00", "2024-13-01T00:00:00+08:00"])
    def test_moment_without_offset_is_refused(self, docgen: Callable[..., Run], moment: str):
        run = docgen("check", H01, "--as-of", moment)
        assert run.code == 4
        assert "[bad_moment]" in run.err

    def test_explain_shows_facts_paths_condition_and_quotation(self, docgen: Callable[..., Run]):
        run = docgen("check", H01, "--explain", "CD-08")
        assert run.code == 0
        for words in ("first_contact.ended_at", "record_elapsed_min", "24小时内完成"):
            assert words in run.out

    @pytest.mark.parametrize("broken", samples(Kind.LOAD_ERROR), ids=str)
    def test_case_that_does_not_load_exits_4_with_path_and_code(self, docgen: Callable[..., Run], broken: Sample):
        run = docgen("check", broken.case)
        assert run.code == 4
        assert broken.error is not None
        assert broken.error.path in run.err
        assert "[invalid_case]" in run.err

    def test_missing_file_is_one_sentence_with_a_code(self, docgen: Callable[..., Run]):
        run = docgen("check", "no/such/case.yaml")
        assert run.code == 4
        assert run.err.startswith("没有案卷文件")
        assert "[case_missing]" in run.err

    def test_english_sentence_has_the_same_code(self, docgen: Callable[..., Run]):
        run = docgen("--lang", "en", "check", "no/such/case.yaml")
        assert "does not exist [case_missing]" in run.err

    def test_policy_without_threshold_gives_ct_28(self, docgen: Callable[..., Run], tmp_path: Path):
        shipped = Path("rules/policy.yaml").read_text(encoding="utf-8")
        without = "\n".join(line for line in shipped.splitlines() if "gm_threshold_cny" not in line)
        (tmp_path / "policy.yaml").write_text(without, encoding="utf-8")
        run = docgen("check", H01, "--policy", tmp_path / "policy.yaml", "--format", "json")
        assert json.loads(run.out)["outcomes"]["CT-28"] == "fail"


class TestIssue:
    def test_document_lands_complete_with_its_file_name(self, docgen: Callable[..., Run], tmp_path: Path):
        run = docgen("issue", H01, "first_contact_record", "--out", tmp_path / "out", "--no-pdf")
        assert run.code == 0
        assert [path.name for path in (tmp_path / "out").iterdir()] == [
            "JC-2024-0012-01_客户首次接触记录_示例科技_R0.docx"
        ]

    def test_second_issue_says_unchanged(self, docgen: Callable[..., Run], tmp_path: Path):
        docgen("issue", H01, "first_contact_record", "--out", tmp_path / "out", "--no-pdf")
        assert "无变化" in docgen("issue", H01, "first_contact_record", "--out", tmp_path / "out", "--no-pdf").out

    def test_pdf_comes_along(self, docgen: Callable[..., Run], tmp_path: Path):
        assert docgen("issue", H01, "contract_approval_form", "--out", tmp_path / "out").code == 0
        assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".docx", ".pdf"}

    def test_refused_form_exits_3_and_lists_every_reason(self, docgen: Callable[..., Run], tmp_path: Path):
        run = docgen("issue", sample("F02").case, "contract", "--out", tmp_path / "out", "--no-pdf")
        assert run.code == 3
        assert "质量不达标" in run.err
        assert "保密期限" in run.err
        assert not (tmp_path / "out").exists()

    def test_all_issues_what_may_be_issued_beside_what_is_refused(self, docgen: Callable[..., Run], tmp_path: Path):
        run = docgen("issue", sample("F02").case, "--all", "--out", tmp_path / "out", "--no-pdf")
        assert run.code == 3
        assert "首次接触记录" in run.out

    @pytest.mark.parametrize("arguments", [[], ["contract", "--all"]])
    def test_forms_and_all_exclude_each_other(self, docgen: Callable[..., Run], tmp_path: Path, arguments: list[str]):
        run = docgen("issue", H01, *arguments, "--out", tmp_path / "out")
        assert run.code == 4
        assert "[which_forms]" in run.err

    def test_unwritable_output_folder_is_an_error_and_the_document_is_kept(
        self, docgen: Callable[..., Run], tmp_path: Path
    ):
        (tmp_path / "file").write_text("x")
        run = docgen("issue", H01, "first_contact_record", "--out", tmp_path / "file" / "out", "--no-pdf")
        assert run.code == 6
        assert "[export_failed]" in run.err
        assert "无变化" in docgen("issue", H01, "first_contact_record", "--out", tmp_path / "out", "--no-pdf").out

    def test_override_needs_name_and_reason(self, docgen: Callable[..., Run], tmp_path: Path):
        run = docgen("issue", H01, "contract", "--out", tmp_path, "--override", "CT-34")
        assert run.code == 4
        assert "[override_needs_reason]" in run.err

    def test_void_then_again(self, docgen: Callable[..., Run], tmp_path: Path):
        docgen("issue", H01, "first_contact_record", "--out", tmp_path / "out", "--no-pdf")
        assert docgen("void", "JC-2024-0012-01", "--reason", "填错").code == 0
        assert docgen("void", "JC-2024-0012-01", "--reason", "填错").code == 4
        assert docgen("void", "JC-9", "--reason", "填错").code == 4


class TestCase:
    def test_new_case_is_a_file_that_is_never_overwritten(self, docgen: Callable[..., Run], tmp_path: Path):
        assert docgen("case", "new", "--out", tmp_path / "case.yaml").code == 0
        assert docgen("case", "new", "--out", tmp_path / "case.yaml").code == 4

    def test_set_changes_one_value(self, docgen: Callable[..., Run], tmp_path: Path):
        copy = tmp_path / "case.yaml"
        copy.write_bytes(sample("H01").case.read_bytes())
        assert docgen("case", "set", copy, "customer.short_name", "示例科").code == 0
        assert load_case(copy).customer.short_name == "示例科"

    def test_wrong_value_leaves_the_file_as_it_was(self, docgen: Callable[..., Run], tmp_path: Path):
        copy = tmp_path / "case.yaml"
        copy.write_bytes(sample("H01").case.read_bytes())
        run = docgen("case", "set", copy, "contract.total", "很多")
        assert run.code == 4
        assert copy.read_bytes() == sample("H01").case.read_bytes()

    def test_approval_is_recorded_with_the_digest_of_the_content(self, docgen: Callable[..., Run], tmp_path: Path):
        copy = tmp_path / "case.yaml"
        copy.write_bytes(sample("H01").case.read_bytes())
        at = "2024-12-20T09:00:00+08:00"
        assert docgen("case", "approve", copy, "--role", "vp", "--by", "S07", "--at", at).code == 0
        approval = load_case(copy).contract.approval
        assert approval is not None
        assert (approval.steps[-1].approver_ref, len(approval.steps[-1].content_sha256 or "")) == ("S07", 64)

    def test_schema_is_json(self, docgen: Callable[..., Run]):
        assert json.loads(docgen("case", "schema").out)["title"]


class TestContract:
    def test_draft_asks_for_what_only_people_know_and_passes_when_told(
        self, docgen: Callable[..., Run], tmp_path: Path
    ):
        case = load_case(sample("H01").case)
        assert case.contract is not None
        without = tmp_path / "before.yaml"
        text = sample("H01").case.read_text(encoding="utf-8")
        head, _, rest = text.partition("\ncontract:\n")
        without.write_text(head + "\norders: []\n" + "transfers: []\n", encoding="utf-8")
        assert rest
        run = docgen("contract", "draft", without, "--out", tmp_path / "after.yaml")
        assert run.code == 0
        assert "待填写" in run.out
        assert load_case(tmp_path / "after.yaml").contract is not None


class TestForms:
    def test_list_names_the_nine(self, docgen: Callable[..., Run]):
        out = docgen("forms", "list").out
        for title in ("客户首次接触记录", "客户需求确认清单", "方案审核表", "合同谈判纪要", "授权委托书", "产品验收单"):
            assert title in out

    def test_lint_is_clean(self, docgen: Callable[..., Run]):
        assert docgen("forms", "lint").code == 0

    def test_new_form_lints_clean_and_shows(
        self, docgen: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        made = docgen(
            "forms", "new", "gate_pass", "--title", "出门证", "--one-per", "orders[]", "--templates", tmp_path
        )
        assert made.code == 0
        assert docgen("forms", "lint", "--templates", tmp_path).code == 0
        monkeypatch.setenv("DOCGEN_TEMPLATES", str(tmp_path))
        assert "出门证" in docgen("forms", "show", "gate_pass").out
        assert docgen("issue", H01, "gate_pass", "--out", tmp_path / "out", "--no-pdf").code == 0
        assert len(list((tmp_path / "out").iterdir())) == 2

    def test_unknown_form_is_refused_by_name(self, docgen: Callable[..., Run]):
        run = docgen("forms", "show", "nothing")
        assert run.code == 4
        assert "[no_form]" in run.err


def test_demo_runs_on_its_own_clock_and_says_where_to_look(docgen: Callable[..., Run], tmp_path: Path):
    run = docgen("demo", "--out", tmp_path / "demo")
    assert run.code == 0
    assert "documents" in run.out
    documents = list((tmp_path / "demo" / "documents" / "XS2024-0012").iterdir())
    assert {path.suffix for path in documents} == {".docx", ".pdf", ".json"}
    (evidence,) = (path for path in documents if path.suffix == ".json")
    assert evidence.name == "YB-XS-2024-0012_销售合同_示例科技_R0_签署证据.json"
    assert "核验有效　YB-XS-2024-0012_销售合同_示例科技_R0（已签署）.pdf" in run.out
    reports = {path.name for path in (tmp_path / "demo" / "reports").iterdir()}
    assert {"XS2024-0012.html", "XS2024-0012.pdf"} <= reports
    drafted = tmp_path / "demo" / "documents" / "XS2024-0912"
    assert len([path for path in drafted.iterdir() if "审批稿" in path.name]) == 2
    assert load_case(drafted / "case.yaml").case_no == "XS2024-0912"
    kept = tmp_path / "demo" / "archive"
    assert "24份尚不可归档" in run.out
    assert "树头相同" in run.out
    (exported,) = kept.glob("XS2024-0012_*")
    assert (exported / "manifest.json").is_file()
    original, restored = (audit(folder, SystemClock()) for folder in (tmp_path / "demo/workspace", kept / "restored"))
    assert original.intact
    assert restored.intact
    assert restored.records == original.records > 0
    assert restored.root == original.root


@pytest.mark.parametrize("place", ["before", "after", "joined"])
def test_workspace_may_be_named_before_or_after_the_command(docgen: Callable[..., Run], tmp_path: Path, place: str):
    folder = tmp_path / "elsewhere"
    named = (f"--workspace={folder}",) if place == "joined" else ("--workspace", folder)
    command = ("issue", H01, "first_contact_record", "--no-pdf", "--out", tmp_path / "out")
    run = docgen(*named, *command) if place == "before" else docgen(*command, *named)
    assert run.code == 0
    assert (folder / "workspace.db").is_file()


def test_what_follows_two_dashes_is_never_an_option(docgen: Callable[..., Run]):
    run = docgen("check", "--", "--debug")
    assert run.code == 4
    assert "[case_missing]" in run.err
