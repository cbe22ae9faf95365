import pytest

from docgen.editions import Edition
from docgen.errors import InputError
from docgen.forms.fill import text_of
from tests.forms.desk import case_of, filled


def test_every_missing_field_is_named_at_once_with_path_and_label():
    case = case_of("H01")
    contract = case.contract.model_copy(update={"confidentiality_years": None})
    customer = case.customer.model_copy(update={"uscc": None, "address": None})
    with pytest.raises(InputError) as caught:
        filled("contract", case.model_copy(update={"contract": contract, "customer": customer}))
    assert caught.value.code == "missing_fields"
    assert {(detail.path, detail.label) for detail in caught.value.details} == {
        ("customer.uscc", "客户 › 统一社会信用代码"),
        ("customer.address", "客户 › 住所"),
        ("contract.confidentiality_years", "合同 › 保密期限(年)"),
    }


def test_the_record_edition_demands_the_facts_of_signing():
    case = case_of("H01")
    unsigned = case.contract.model_copy(update={"signatures": case.contract.signatures[:1]})
    with pytest.raises(InputError) as caught:
        filled("contract", case.model_copy(update={"contract": unsigned}), edition=Edition.RECORD)
    assert "contract.supplier_signature" in {detail.path for detail in caught.value.details}
    assert filled("contract", case.model_copy(update={"contract": unsigned}), edition=Edition.SIGNING).docx


def test_a_failed_acceptance_must_state_its_problems_and_a_passed_one_need_not():
    case = case_of("H01")
    order = case.orders[1]
    silent = order.acceptances[0].model_copy(update={"problems": None})
    order = order.model_copy(update={"acceptances": (silent, order.acceptances[1])})
    case = case.model_copy(update={"orders": (case.orders[0], order)})
    with pytest.raises(InputError) as caught:
        filled("service_acceptance_sheet", case, "PO20240418002/1")
    assert {detail.label for detail in caught.value.details} == {"订单 › 验收 › 存在问题"}
    assert filled("service_acceptance_sheet", case, "PO20240418002/2").docx


def test_an_opinion_that_is_no_consent_must_give_its_reason():
    case = case_of("H01")
    proposal = case.proposals[1]
    doubtful = proposal.review.opinions[0].model_copy(update={"decision": "conditional"})
    doubtful = type(doubtful).model_validate({**doubtful.model_dump(warnings=False), "decision": "conditional"})
    review = proposal.review.model_copy(update={"opinions": (doubtful, *proposal.review.opinions[1:])})
    proposals = (case.proposals[0], proposal.model_copy(update={"review": review}))
    with pytest.raises(InputError) as caught:
        filled("proposal_review_form", case.model_copy(update={"proposals": proposals}), "2")
    assert [detail.label for detail in caught.value.details] == ["方案 › 内部审核 › 部门审核意见 › 意见说明"]


def test_of_a_part_that_is_missing_as_a_whole_no_single_field_is_named():
    case = case_of("H01")
    assert case.contract is not None
    unapproved = case.contract.model_copy(update={"approval": None})
    with pytest.raises(InputError) as caught:
        filled("contract_approval_form", case.model_copy(update={"contract": unapproved}))
    assert [(detail.path, detail.label) for detail in caught.value.details] == [
        ("contract.approval", "合同 › 合同审批")
    ]


def test_the_same_input_gives_the_same_bytes():
    first, second = (filled("contract", case_of("H01")) for _ in range(2))
    assert first.docx == second.docx
    assert first.sha256 == second.sha256


def test_a_revision_changes_the_bytes_and_says_so():
    text = filled("contract", case_of("H01"), revision=2).text
    assert "修订版R2" in text
    assert "修订版" not in filled("contract", case_of("H01")).text


def test_text_has_headers_body_and_footers_with_entities_and_breaks_resolved():
    case = case_of("H01")
    hostile = case.customer.model_copy(update={"name": "A & B <中国> 𠮷"})
    contact = case.first_contact.model_copy(update={"purpose": "一行\n二行\t列"})
    text = filled("first_contact_record", case.model_copy(update={"customer": hostile, "first_contact": contact})).text
    assert "A & B <中国> 𠮷" in text
    assert "一行\n二行\t列" in text
    assert "记录件" in text
    assert "第1页" in text.replace(" ", "")


def test_text_of_a_docx_reads_what_it_says():
    assert text_of(filled("power_of_attorney", case_of("H01"), "SQ-2024-0012-01").docx).count("授权委托书") == 1
