"""`docgen.drafting`: the contract on demand, from the standard clauses and the final minutes."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.case import CaseFile, load_case
from docgen.case.editing import set_value
from docgen.case.enums import ClauseOrigin
from docgen.drafting import ClauseLibrary, Draft, draft_contract, load_library
from docgen.errors import DeclarationError, InputError, StateError
from tests.case.variants import GONE, part, variant
from tests.rules.judging import judge
from tests.samples import sample

_LIBRARY = Path(__file__).parents[1] / "rules" / "clauses" / "std-sale-v1.yaml"
_AT = datetime.fromisoformat("2024-04-11T16:00:00+08:00")
_ANSWERS = {
    "sign_place": "浙江省杭州市",
    "payment_method": "银行转账",
    "acceptance_standard": "生产线单位产品能耗较基线降低30%",
    "warranty_months": "12",
    "late_penalty": "5",
    "confidentiality_years": "3",
}
_ASKED = [*_ANSWERS]

# forms.md section 4: the patterns that a clause's text must match
_PATTERNS = {
    "parties": "甲方.*乙方",
    "spec": "规格|型号|服务内容",
    "quantity": "数量",
    "price": "总价|价款|人民币",
    "tax": "含税|不含税",
    "payment": "付款|支付",
    "delivery_time": r"\d+年\d+月\d+日|个?工作日内",
    "delivery_place": "地点|送至|运至",
    "acceptance": "验收",
    "customer_support": "配合|提供.*数据|提供.*场地",
    "service_commitment": "响应|质保|售后",
    "breach_late_delivery": "逾期.{0,6}交付|迟延交付|每逾期一日",
    "breach_quality": "质量.*不符|质量.*不合格|质量.*不达标",
    "confidentiality_scope": "商业秘密|保密信息|保密义务",
    "confidentiality_term": r"保密期限|保密.*\d+年",
    "ip": "知识产权|著作权",
    "dispute_resolution": "仲裁委员会|人民法院",
    "effectiveness": "生效",
    "force_majeure": "不可抗力",
    "termination": "解除|终止",
    "personal_info": "个人信息",
    "anti_bribery": "回扣|商业贿赂|廉洁",
}


@pytest.fixture(scope="module")
def library() -> ClauseLibrary:
    return load_library(_LIBRARY)


def _case(patches: Mapping[str, object] | None = None) -> CaseFile:
    """Return H01 before its contract was drafted."""
    later = dict.fromkeys(("contract", "orders", "after_sales", "success_case", "transfers"), GONE)
    return load_case(variant({**later, **(patches or {})}))


def _draft(case: CaseFile, library: ClauseLibrary, **answers: str) -> Draft:
    return draft_contract(case, library, drafted_ref="S01", drafted_at=_AT, answers=answers)


def _text(draft: Draft, clause_id: str) -> str:
    (found,) = (clause.text for clause in draft.contract.clauses if clause.clause_id == clause_id)
    return found


def _said(case: CaseFile, draft: Draft) -> list[str]:
    """Return what CT-01 to CT-05 say of the case with the drafted contract."""
    whole = case.model_copy(update={"contract": draft.contract})
    return [f"{rule} {said}" for rule in ("CT-01", "CT-02", "CT-03", "CT-04", "CT-05") for said in judge(whole, rule)]


def _only(kind: str) -> dict[str, object]:
    """Return patches that leave only products or only services in the agreed terms."""
    lines = [line for line in part("negotiations[0].agreed.lines") if line["kind"] == kind]
    total = sum(int(float(line["amount"])) for line in lines)
    terms = "negotiations[0].agreed"
    delivery = part(f"{terms}.delivery")[0]
    payment = part(f"{terms}.payment")[0]
    return {
        f"{terms}.lines": lines,
        f"{terms}.total": f"{total}.00",
        f"{terms}.payment": [{**payment, "percent": "1", "amount": f"{total}.00"}],
        f"{terms}.delivery": [{**delivery, "line_nos": [line["line_no"] for line in lines]}],
    }


def test_a_draft_with_all_answers_passes_the_checks_on_clauses_and_terms(library: ClauseLibrary):
    case = _case()
    draft = _draft(case, library, **_ANSWERS)
    assert draft.open_items == ()
    assert draft.objections == ()
    assert _said(case, draft) == []


def test_the_terms_of_the_contract_are_those_of_the_minutes(library: ClauseLibrary):
    case = _case()
    agreed, contract = case.negotiations[-1].agreed, _draft(case, library, **_ANSWERS).contract
    assert (contract.lines, contract.payment, contract.delivery) == (agreed.lines, agreed.payment, agreed.delivery)
    assert (contract.total, contract.tax_included) == (agreed.total, True)
    assert (contract.contract_no, contract.version, contract.template_id) == ("YB-XS-2024-0012", 1, "std-sale-v1")
    assert (contract.drafted_ref, contract.drafted_at) == ("S01", _AT)
    assert (contract.acceptance_workdays, contract.confidentiality_years, contract.copies) == (3, 3, 4)
    assert contract.esign_agreed is True


@pytest.mark.parametrize("kind", ["mixed", "product", "service"])
def test_every_standard_clause_is_there_in_sixteen_articles_and_says_what_it_must(kind: str, library: ClauseLibrary):
    case = _case({} if kind == "mixed" else _only(kind))
    draft = _draft(case, library, **_ANSWERS)
    assert [clause.clause_id for clause in draft.contract.clauses] == [clause.clause_id for clause in library.clauses]
    assert {clause.clause_id for clause in draft.contract.clauses} == set(_PATTERNS)
    for clause_id, pattern in _PATTERNS.items():
        assert re.search(pattern, _text(draft, clause_id), re.DOTALL), clause_id
    assert len({clause.article for clause in draft.contract.clauses} - {"首部"}) == 16
    assert not any("{" in clause.text or "[[" in clause.text for clause in draft.contract.clauses)
    assert _said(case, draft) == []


def test_the_wording_follows_what_is_sold(library: ClauseLibrary):
    product, service = (_draft(_case(_only(kind)), library, **_ANSWERS) for kind in ("product", "service"))
    assert "《产品验收单》" in _text(product, "acceptance")
    assert "《服务验收单》" not in _text(product, "acceptance")
    assert "《产品验收单》" not in _text(service, "acceptance")
    assert (product.contract.title, service.contract.title) == ("产品销售合同", "服务合同")


def test_amounts_dates_and_numbers_stand_in_figures_and_words(library: ClauseLibrary):
    draft = _draft(_case(), library, **_ANSWERS, copies="6")
    assert "人民币680,000.00元（大写：人民币陆拾捌万元整）" in _text(draft, "price")
    assert "含税价，适用税率为13%、6%" in _text(draft, "tax")
    assert "第1、2项于2024年5月31日前交付；第3、4项于2024年6月14日前交付" in _text(draft, "delivery_time")
    assert "第1、2项交付地点：浙江省宁波市示例区科技路2号（乙方送货上门）" in _text(draft, "delivery_place")
    assert "壹式陆份，双方各执叁份" in _text(draft, "effectiveness")
    assert "不含税价" in _text(
        _draft(_case({"negotiations[0].agreed.tax_included": False}), library, **_ANSWERS), "tax"
    )


def test_what_only_people_can_say_is_asked_for_by_name_and_stays_marked(library: ClauseLibrary):
    case = _case()
    draft = _draft(case, library)
    assert [item.name for item in draft.open_items] == _ASKED
    assert all(item.label and item.question.endswith("？") for item in draft.open_items)
    assert draft.open_items[1].path == "contract.payment_method"
    assert draft.contract.payment_method == "待定"
    assert draft.contract.confidentiality_years is None
    assert "待定个月" in _text(draft, "service_commitment")
    assert _said(case, draft) == ["CT-01 b fail YB-XS-2024-0012"]


def test_a_blank_answer_is_no_answer(library: ClauseLibrary):
    draft = _draft(_case(), library, **{**_ANSWERS, "warranty_months": "  "})
    assert [item.name for item in draft.open_items] == ["warranty_months"]


def test_party_data_that_the_case_lacks_is_asked_for_in_the_case(library: ClauseLibrary):
    draft = _draft(_case({"customer.uscc": GONE, "supplier.bank_account": GONE}), library, **_ANSWERS)
    assert [(item.name, item.path, item.label) for item in draft.open_items] == [
        ("", "customer.uscc", "客户 › 统一社会信用代码")
    ]
    assert "统一社会信用代码：待定" in _text(draft, "parties")
    assert "开户银行" not in _text(draft, "parties")  # an optional part is left out whole


def test_negotiated_clauses_are_marked_and_keep_the_standard_text(library: ClauseLibrary):
    changes = [
        {"clause_id": "payment", "before": "甲", "after": "三期支付"},
        {"clause_id": "breach_late_delivery", "before": "甲", "after": "违约金累计不超过合同总价的10%。"},
        {"clause_id": "training", "before": "无", "after": "乙方每季度提供一次免费培训"},
    ]
    case = _case({"negotiations[0].clause_changes": changes})
    draft = _draft(case, library, **_ANSWERS)
    origins = {clause.clause_id: clause.origin for clause in draft.contract.clauses}
    negotiated = {clause_id for clause_id, origin in origins.items() if origin is ClauseOrigin.NEGOTIATED}
    assert negotiated == {"payment", "breach_late_delivery", "training"}
    assert _text(draft, "payment") == _text(_draft(_case(), library, **_ANSWERS), "payment")
    late = _text(draft, "breach_late_delivery")
    assert late.startswith("乙方逾期交付的")
    assert late.endswith("以此为准：违约金累计不超过合同总价的10%。")
    assert _text(draft, "training") == "乙方每季度提供一次免费培训"
    assert judge(case.model_copy(update={"contract": draft.contract}), "CT-32") == []


def test_text_from_the_case_is_never_read_as_a_template(library: ClauseLibrary):
    hostile = "{total}[[{customer.name}]]{{ 7*7 }}"
    draft = _draft(_case({"customer.name": hostile}), library, **{**_ANSWERS, "payment_method": "{sign_place}"})
    assert hostile in _text(draft, "parties")
    assert "以{sign_place}方式" in _text(draft, "payment")


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("warranty_months", "0", "不得小于1"),
        ("warranty_months", "241", "不得大于240"),
        ("warranty_months", "1.5", "须为整数"),
        ("warranty_months", "十二", "须为整数"),
        ("late_penalty", "0.01", "不得小于0.1"),
        ("late_penalty", "1e1", "须为普通十进制数字"),
        ("copies", "3", "须为偶数，双方各执一半"),
        ("payment_method", "现\u202e金", "须为文字，不含控制字符"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_name(name: str, answer: str, message: str, library: ClauseLibrary):
    with pytest.raises(InputError) as caught:
        _draft(_case(), library, **{**_ANSWERS, name: answer})
    (detail,) = caught.value.details
    assert (caught.value.code, detail.path, detail.message) == ("bad_answer", f"answers.{name}", message)
    assert answer not in repr(caught.value.details) or answer.isdigit()


def test_wrong_answers_are_reported_together_with_answers_to_no_question(library: ClauseLibrary):
    with pytest.raises(InputError) as caught:
        _draft(_case(), library, warranty_month="12", copies="5")
    assert len(caught.value.details) == 2
    assert "warranty_months（质保期(月)）" in caught.value.details[0].message


@pytest.mark.parametrize(
    ("patches", "code"),
    [
        ({"negotiations": []}, "no_final_minutes"),
        ({"negotiations[0].is_final": False}, "no_final_minutes"),
        ({"negotiations[0].agreed": GONE}, "no_agreed_terms"),
        ({"negotiations[0].agreed.lines": []}, "no_agreed_terms"),
        ({"contract": part("contract")}, "contract_exists"),
    ],
)
def test_nothing_is_drafted_in_the_wrong_state(patches: dict[str, object], code: str, library: ClauseLibrary):
    with pytest.raises(StateError) as caught:
        _draft(_case(patches), library, **_ANSWERS)
    assert caught.value.code == code
    assert caught.value.remedy


def test_an_unsigned_contract_can_be_replaced_by_its_next_version(library: ClauseLibrary):
    old = {**part("contract"), "contract_no": "YB-XS-2024-0099", "signatures": []}
    case = _case({"contract": old})
    draft = draft_contract(case, library, drafted_ref="S01", drafted_at=_AT, answers=_ANSWERS, replace=True)
    assert (draft.contract.contract_no, draft.contract.version) == ("YB-XS-2024-0099", 2)
    assert draft.contract.approval == case.contract.approval
    with pytest.raises(StateError) as caught:
        draft_contract(load_case(variant()), library, drafted_ref="S01", drafted_at=_AT, answers=_ANSWERS, replace=True)
    assert caught.value.code == "contract_signed"


@pytest.mark.parametrize(
    ("patches", "path", "rule"),
    [
        ({"lines[0].amount": "1.00"}, "agreed.lines[0].amount", "CT-04"),
        ({"total": "680000.01"}, "agreed.total", "CT-04"),
        ({"payment[0].amount": "204000.01"}, "agreed.payment", "CT-03"),
        ({"payment[0].percent": "0.31"}, "agreed.payment", "CT-03"),
        ({"delivery[0].line_nos": ["1"]}, "agreed.delivery", "CT-03"),
        ({"delivery[1].line_nos": ["2", "3", "4"]}, "agreed.delivery", "CT-03"),
        ({"delivery": []}, "agreed.delivery", "CT-03"),
    ],
)
def test_terms_that_contradict_themselves_are_named_where_the_checks_fail(
    patches: dict[str, object], path: str, rule: str, library: ClauseLibrary
):
    case = _case({f"negotiations[0].agreed.{place}": value for place, value in patches.items()})
    draft = _draft(case, library, **_ANSWERS)
    assert path in [objection.path for objection in draft.objections]
    assert all("议定条款" in objection.label for objection in draft.objections)
    assert rule in {said[:5] for said in _said(case, draft)}


def test_an_unknown_drafter_or_a_naive_time_is_refused(library: ClauseLibrary):
    with pytest.raises(InputError) as caught:
        draft_contract(_case(), library, drafted_ref="nobody", drafted_at=_AT.replace(tzinfo=None))
    assert {detail.path for detail in caught.value.details} == {"contract.drafted_ref", "contract.drafted_at"}


def test_the_draft_can_be_written_into_the_case_file(library: ClauseLibrary):
    text = sample("H01").case.read_text(encoding="utf-8")
    start, end = text.index("\ncontract:\n"), text.index("\norders:\n")
    text = text[:start] + text[end:]
    draft = _draft(load_case(text), library, **_ANSWERS)
    after = set_value(text, "contract", draft.contract)
    assert load_case(after).contract == draft.contract
    assert after.startswith(text[:start])


@settings(max_examples=25, deadline=None)
@given(answers=st.dictionaries(st.sampled_from(["title", *_ASKED, "copies"]), st.text(max_size=12)))
def test_any_answers_give_a_contract_or_an_input_error(answers: dict[str, str]):
    try:
        draft = _draft(_case(), load_library(_LIBRARY), **answers)
    except InputError as error:
        assert error.code == "bad_answer"  # noqa: PT017 - either outcome is right
    else:
        assert draft.contract.clauses


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{total_upper}", "{total_uper}", "total_uper"),
        ("clause_id: quantity", "clause_id: spec", "重复"),
        ("{warranty_months}", "12", "warranty_months 没有用到"),
        ("      product: 乙方向甲方提供《标的清单》所列产品，名称、规格型号以该清单为准。\n", "", "三种文字"),
        ("template_id: std-sale-v1", "template: x", "extra"),
        ("kind: even", "kind: odd", "literal"),
        ("phrases:", "phrases: &a", "alias"),
        ("clauses:\n", "clauses: [\n", "syntax"),
    ],
)
def test_a_faulty_library_is_refused_with_its_faults(tmp_path: Path, old: str, new: str, said: str):
    source = _LIBRARY.read_text(encoding="utf-8")
    assert old in source
    broken = tmp_path / "broken.yaml"
    broken.write_text(source.replace(old, new), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        load_library(broken)
    assert caught.value.code == "bad_clause_library"
    assert said in "".join(detail.message + detail.code for detail in caught.value.details)


def test_a_library_that_is_not_there_is_named():
    with pytest.raises(DeclarationError, match=r"missing\.yaml"):
        load_library(Path("missing.yaml"))
