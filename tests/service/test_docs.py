"""The generated documents: they are as the product is, and say what it does."""

import json
import re
import shutil
from pathlib import Path

import pytest

from docgen.errors import DeclarationError
from service import docs
from service.docs.influence import Samples, influences
from service.settings import ROOT
from service.wording import settings_by_key
from tests.service.reporting import book

KEPT = ROOT / "docs"


@pytest.fixture(scope="module")
def rules_text() -> str:
    return (KEPT / "rules.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def settings_text() -> str:
    return (KEPT / "settings.md").read_text(encoding="utf-8")


def _section(text: str, rule: str) -> str:
    return text.partition(f"### {rule} ")[2].partition("\n### ")[0]


def test_the_documents_are_as_the_product_is():
    docs.check(KEPT)


def test_a_document_that_drifts_is_named_and_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(docs, "DOCUMENTS", {"a.md": lambda: "甲\n", "b.md": lambda: "乙\n"})
    (tmp_path / "a.md").write_text("甲\n", encoding="utf-8")
    with pytest.raises(DeclarationError) as drifted:
        docs.check(tmp_path)
    assert drifted.value.code == "docs_stale"
    assert [detail.path for detail in drifted.value.details] == [f"{tmp_path.name}/b.md"]
    assert docs.write(tmp_path) == ("b.md",)
    docs.check(tmp_path)


def test_every_rule_stands_in_the_book_with_its_quotation_and_conditions(rules_text: str):
    for pack in book().packs:
        for rule in pack.rules:
            section = _section(rules_text, rule.id)
            assert section.startswith(rule.title)
            assert rule.manual.quote in section.replace("&lt;", "<").replace("&gt;", ">")
            assert section.count("对每个") == len(rule.parts)
            assert f"* 建议：{rule.suggestion}" in section


def test_a_condition_reads_as_a_sentence_and_as_it_is_written(rules_text: str):
    section = _section(rules_text, "CD-08")
    assert "若〔记录用时(分钟)〕超过公司规定“首次接触记录”。" in section
    assert "待发生，若〔已完成记录〕否。" in section
    assert "`record_elapsed_min > policy.deadlines.first_contact_min`" in section


def test_the_book_shows_samples_that_exist(rules_text: str):
    linked = set(re.findall(r"\(\.\./samples/([^/]+)/\)", rules_text))
    assert "F21_product_acceptance_late" in linked
    assert all((ROOT / "samples" / name).is_dir() for name in linked)
    assert "F21_product_acceptance_late" in _section(rules_text, "OD-12")


def test_no_text_of_the_book_is_left_open(rules_text: str, settings_text: str):
    for text in (rules_text, settings_text):
        assert not re.search(r"\bNone\b|\bTrue\b|\bFalse\b|〔〕(?!括)|“”", text)


def test_tables_have_as_many_cells_in_every_row(rules_text: str, settings_text: str):
    for text in (rules_text, settings_text):
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_every_deadline_of_the_manual_is_in_the_table(rules_text: str):
    table = rules_text.partition("## 期限一览")[2].partition("\n## ")[0]
    for rule in ("CD-08", "PR-10", "CT-20", "OD-08", "OD-09", "OD-12", "OD-15", "AS-03", "AS-04", "AS-05", "AS-07"):
        assert f"| {rule} |" in table
    assert "24小时（首次接触记录）" in table


def test_the_approval_matrix_is_in_the_book(rules_text: str):
    assert "| 等于限额 | 通过 | — | 通过 | 通过 |" in rules_text
    assert "| 超过限额 | 通过 | — | 不通过 | 不通过 |" in rules_text


def test_every_setting_stands_under_its_key(settings_text: str):
    for setting in settings_by_key().values():
        assert f"| `{setting.path.partition('.')[2]}` | {setting.title}" in settings_text


def test_a_setting_names_rules_that_read_it_and_rules_whose_facts_depend_on_it(settings_text: str):
    rows = {row.split("|")[1].strip(" `"): row for row in settings_text.splitlines() if row.startswith("| `")}
    assert "CD-08、CD-10" in rows["first_contact_hours"]
    assert "CT-09、CT-17、CT-28" in rows["gm_threshold_cny"]
    assert "OD-12" in rows["product_acceptance_workdays"]
    assert "AS-07" in rows["months"]


def test_a_setting_that_facts_only_look_up_names_their_aspect():
    samples = Samples.of(ROOT / "samples")
    few = Samples(samples.cases[:1], samples.policy)
    approval = influences([], few)["approval.same_person_two_steps"]
    assert (approval.rules, approval.aspects) == ((), ("审批步骤",))


def test_the_schema_is_json_that_names_the_case():
    schema = json.loads((KEPT / "case.schema.json").read_bytes())
    assert schema["title"] == "销售案卷"
    assert "contract" in schema["properties"]


def test_the_documents_name_no_place_of_this_machine():
    for name in docs.DOCUMENTS:
        assert str(ROOT) not in (KEPT / name).read_text(encoding="utf-8")


def test_copies_of_the_documents_pass_the_check_and_changed_ones_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(docs, "DOCUMENTS", {"case.schema.json": docs.DOCUMENTS["case.schema.json"]})
    shutil.copy(KEPT / "case.schema.json", tmp_path)
    docs.check(tmp_path)
    (tmp_path / "case.schema.json").write_text("{}", encoding="utf-8")
    assert list(docs.stale(tmp_path)) == ["case.schema.json"]
