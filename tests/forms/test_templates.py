"""The shipped forms, whatever they are: found by themselves, filled from both samples in every edition."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.editions import Edition
from docgen.errors import InputError
from docgen.forms.fill import RenderedForm
from docgen.forms.lint import form_reads
from docgen.forms.ooxml import W, part, tag
from docgen.forms.spec import Audience, FormSpec
from docgen.forms.subjects import subject, subjects
from docgen.masking import PiMode
from tests.forms.desk import case_of, catalogue, filled, lacking

BANNED = re.compile(r"\{\{|\}\}|\{%|\bNone\b|\bnan\b|XX|××|⟪|TBD|待定|True|False|Decimal")
SECRETS = ("660,000", "660000", "毛利率", "行业同类产品均价", "备料成本占比", "首付款不低于")


def documents(*, reached: bool) -> Iterator[tuple[str, str, str, Edition]]:
    for name in ("H01", "S02"):
        for form in catalogue():
            for about in subjects(form.spec, case_of(name)):
                for edition in form.spec.editions:
                    if reached is not bool(lacking(form.spec, case_of(name), about, edition)):
                        yield name, form.spec.form_id, about.key, edition


def named(document: tuple[str, ...]) -> str:
    return "-".join(part for part in document if part)


@pytest.fixture(params=list(documents(reached=True)), ids=named)
def document(request: pytest.FixtureRequest) -> tuple[str, FormSpec, RenderedForm]:
    name, form_id, key, edition = request.param
    return name, catalogue().get(form_id).spec, filled(form_id, case_of(name), key, edition=edition)


def test_a_document_is_whole(document: tuple[str, FormSpec, RenderedForm]):
    name, spec, form = document
    assert BANNED.search(form.text) is None
    reads_customer = "customer.name" in form_reads(catalogue().get(spec.form_id)).printed
    assert case_of(name).customer.name in form.text or not reads_customer
    assert ("记录件" in form.text) == (form.edition is Edition.RECORD)
    assert ("审批稿" in form.text) == (form.edition is Edition.DRAFT)
    if spec.audience is not Audience.INTERNAL:
        assert not [secret for secret in SECRETS if secret in form.text]
        assert "机密" not in form.text
    if spec.pi_mode is PiMode.MASKED:
        case = case_of(name)
        private = [who.name for who in (*case.staff, *case.contacts)] + [
            who.phone for who in case.contacts if who.phone
        ]
        assert not [one for one in private if one in form.text]


@pytest.mark.parametrize("early", list(documents(reached=False)), ids=named)
def test_a_document_whose_stage_is_not_reached_is_refused_with_all_it_lacks(early: tuple[str, str, str, Edition]):
    name, form_id, key, edition = early
    spec = catalogue().get(form_id).spec
    with pytest.raises(InputError) as caught:
        filled(form_id, case_of(name), key, edition=edition)
    assert caught.value.code == "missing_fields"
    lacked = lacking(spec, case_of(name), subject(spec, case_of(name), key), edition)
    assert {detail.path for detail in lacked} <= {detail.path for detail in caught.value.details}


def test_a_signing_edition_holds_every_anchor(document: tuple[str, FormSpec, RenderedForm]):
    _, spec, form = document
    if form.edition is not Edition.RECORD:
        marks = [mark.get(f"{W}name") for mark in part(form.docx, "word/document.xml").iter(tag("bookmarkStart"))]
        assert sorted(mark for mark in marks if mark and mark.startswith(("sig.", "seal."))) == sorted(spec.anchors)


def test_what_only_signing_can_fill_is_blank_before_it():
    case = case_of("H01")
    for form_id, key, facts in (
        ("needs_confirmation_list", "", ("邮件确认", "张明")),
        ("contract", "", ("王海", "SQ-2024-0012-01", "2024年4月17日")),
        ("contract_approval_form", "", ("钱国栋", "冯立新", "2024-04-15 09:30", "同意签署")),
        ("negotiation_minutes", "1", ("2024年4月10日王海",)),
        ("proposal_review_form", "2", ("郑法", "2024-04-07 09:30")),
        ("product_acceptance_sheet", "PO20240418001/1", ("刘洋", "2024-05-28 17:00")),
        ("service_acceptance_sheet", "PO20240418002/1", ("2024-06-05 11:30",)),
        ("power_of_attorney", "SQ-2024-0012-01", ("公章", "2024年4月15日\n")),
    ):
        before = filled(form_id, case, key, edition=Edition.SIGNING).text
        after = filled(form_id, case, key, edition=Edition.RECORD).text
        assert before != after
        assert not [fact for fact in facts if fact in before], form_id
        if form_id != "negotiation_minutes":
            assert not [fact for fact in facts if fact not in after], form_id


CONTENTS = tomllib.loads((Path(__file__).parent / "contents.toml").read_text(encoding="utf-8"))["document"]


@pytest.mark.parametrize("expected", CONTENTS, ids=lambda one: one["form"])
def test_labels_and_values_of_the_sample_are_on_paper(expected: dict[str, str]):
    text = filled(expected["form"], case_of("H01"), expected["key"]).text
    text = text.replace("\n", "").replace(" ", "")
    assert [word for word in expected["words"].split() if word not in text] == []


def test_the_needs_list_has_exactly_the_columns_of_the_manual():
    docx = filled("needs_confirmation_list", case_of("H01")).docx
    rows = list(list(part(docx, "word/document.xml").iter(tag("tbl")))[1].iter(tag("tr")))
    cells = ["".join(text.text or "" for text in cell.iter(tag("t"))) for cell in rows[0].iter(tag("tc"))]
    assert cells == [
        "客户名称",
        "需求编号",
        "需求类型（刚性/柔性/潜在）",
        "需求描述",
        "确认方式（邮件/签字）",
        "确认人",
        "确认时间",
    ]
    assert len(rows) == 1 + len(case_of("H01").needs)


def test_header_rows_repeat_and_no_row_splits():
    for form in catalogue():
        body = part(form.source, "word/document.xml")
        for row in body.iter(tag("tr")):
            styles = {style.get(f"{W}val") for style in row.iter(tag("pStyle"))}
            assert row.find(f"{tag('trPr')}/{tag('cantSplit')}") is not None
            if styles == {"HouseTableHead"} and len(list(row.iter(tag("tc")))) > 2:
                assert row.find(f"{tag('trPr')}/{tag('tblHeader')}") is not None


@pytest.mark.parametrize("edition", list(Edition))
def test_the_signature_block_never_stands_alone(edition: Edition):
    """One row that no converter splits, held to the last lines of the text by paragraphs that keep with the next."""
    body = part(filled("contract", case_of("H01"), edition=edition).docx, "word/document.xml")
    keeping = {"HouseBodyLast", "HouseBodyStrong"}
    for table in body.iter(tag("tbl")):
        if "sig.customer.sign" not in {mark.get(f"{W}name") for mark in table.iter(tag("bookmarkStart"))}:
            continue
        rows = list(table.iter(tag("tr")))
        assert len(rows) == 1
        assert rows[0].find(f"{tag('trPr')}/{tag('cantSplit')}") is not None
        before = [table.getprevious(), table.getprevious().getprevious()]
        assert "".join(text.text or "" for text in before[0].iter(tag("t"))) == "（以下无正文）"
        assert {next(one.iter(tag("pStyle"))).get(f"{W}val") for one in before} <= keeping
        return
    raise AssertionError("no signature block")


def test_a_contract_without_article_numbers_is_numbered():
    case = case_of("H01")
    bare = tuple(clause.model_copy(update={"article": None}) for clause in case.contract.clauses)
    contract = case.contract.model_copy(update={"clauses": bare})
    text = filled("contract", case.model_copy(update={"contract": contract})).text
    assert "第一条　产品/服务规格" in text
    assert "第二十一条　生效与份数" in text


def test_a_clause_of_several_paragraphs_keeps_them():
    case = case_of("H01")
    clauses = tuple(
        clause.model_copy(update={"text": "第一段\n第二段。"}) if clause.clause_id == "ip" else clause
        for clause in case.contract.clauses
    )
    text = filled(
        "contract", case.model_copy(update={"contract": case.contract.model_copy(update={"clauses": clauses})})
    ).text
    assert "第一段。\n第二段。\n" in text


def test_a_fact_that_a_clause_already_states_is_not_stated_again():
    case = case_of("H01")
    standard = case.contract.acceptance_standard
    clauses = tuple(
        clause.model_copy(update={"text": f"验收标准：{standard}。"}) if clause.clause_id == "acceptance" else clause
        for clause in case.contract.clauses
    )
    text = filled(
        "contract", case.model_copy(update={"contract": case.contract.model_copy(update={"clauses": clauses})})
    ).text
    assert text.count(standard) == 1


def test_an_odd_number_of_copies_promises_no_equal_share():
    case = case_of("H01")
    contract = case.contract.model_copy(update={"copies": 3})
    text = filled("contract", case.model_copy(update={"contract": contract})).text
    assert "壹式叁份，具有同等法律效力" in text


def test_a_round_without_agreement_says_so_and_lists_what_is_open():
    case = case_of("H01")
    talk = case.negotiations[0].model_copy(
        update={"agreed": None, "is_final": False, "open_issues": ("付款周期",), "clause_changes": (), "signatures": ()}
    )
    text = filled("negotiation_minutes", case.model_copy(update={"negotiations": (talk,)})).text
    assert text.count("本轮尚未议定。") == 3
    assert "本轮未修改条款。" in text
    assert "六、未决事项\n1. 付款周期" in text


def test_our_own_power_of_attorney_is_addressed_to_the_customer():
    case = case_of("H01")
    own = case.authorizations[0].model_copy(update={"side": "supplier"})
    own = type(own).model_validate({**own.model_dump(warnings=False), "side": "supplier"})
    text = filled("power_of_attorney", case.model_copy(update={"authorizations": (own,)})).text
    assert "致：示例科技有限公司" in text


def test_three_hundred_lines_and_long_names_still_make_a_contract():
    case = case_of("H01")
    line = case.contract.lines[0].model_copy(update={"name": "名" * 500})
    lines = tuple(line.model_copy(update={"line_no": number}) for number in range(1, 301))
    text = filled(
        "contract", case.model_copy(update={"contract": case.contract.model_copy(update={"lines": lines})})
    ).text
    assert text.count("名" * 500) == 300


def test_a_control_character_is_an_error_and_not_a_hole():
    case = case_of("H01")
    customer = case.customer.model_copy(update={"name": "甲\x0b乙"})
    with pytest.raises(InputError) as caught:
        filled("contract", case.model_copy(update={"customer": customer}))
    assert caught.value.code == "bad_character"
