"""Forms of stages one to three where they do more than print a field."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from docgen.case import CaseFile
from docgen.case.proposal import BoundaryNotice
from docgen.editions import Edition
from docgen.errors import InputError
from tests.forms.desk import case_of, filled, issuance

AS_OF = issuance(Edition.SIGNING).as_of


def with_proposal(version: int = 0, **update: object) -> CaseFile:
    case = case_of("H01")
    proposals = list(case.proposals)
    proposals[version] = proposals[version].model_copy(update=update)
    return case.model_copy(update={"proposals": tuple(proposals)})


def text_of(form_id: str, case: CaseFile, key: str = "") -> str:
    return filled(form_id, case, key).text


def test_answers_stand_in_the_order_of_spin_however_they_were_noted():
    case = case_of("H01")
    session = case.sessions[0].model_copy(update={"spin": case.sessions[0].spin[::-1]})
    text = text_of("needs_interview_record", case.model_copy(update={"sessions": (session,)}))
    assert re.findall(r"(现状|困难|影响|需求-效益)问题", text) == ["现状", "困难", "影响", "需求-效益"]


def test_an_outline_that_was_not_prepared_is_refused_with_its_name():
    case = case_of("H01")
    session = case.sessions[0].model_copy(update={"outline": None})
    with pytest.raises(InputError) as caught:
        filled("communication_outline", case.model_copy(update={"sessions": (session,)}))
    assert "sessions[0].outline" in {detail.path for detail in caught.value.details}


def test_a_change_that_costs_nothing_says_so_and_an_unknown_cost_is_a_dash():
    case = case_of("H01")
    assert "0.00" in text_of("need_change_evaluation", case)
    change = case.need_changes[0].model_copy(update={"cost_impact_cny": None})
    assert "0.00" not in text_of("need_change_evaluation", case.model_copy(update={"need_changes": (change,)}))


def test_a_conditional_review_must_state_its_condition():
    case = case_of("H01")
    review = case.needs_reviews[0]
    conditional = type(review).model_validate({**review.model_dump(warnings=False), "decision": "conditional"})
    case = case.model_copy(update={"needs_reviews": (conditional,)})
    with pytest.raises(InputError) as caught:
        filled("needs_review_record", case)
    assert [detail.path for detail in caught.value.details] == ["needs_reviews[0].stated_conditions"]
    stated = conditional.model_copy(update={"conditions": "二期单独立项"})
    assert "附加条件：二期单独立项" in text_of(
        "needs_review_record", case.model_copy(update={"needs_reviews": (stated,)})
    )


@pytest.mark.parametrize(
    ("received", "revised", "status"),
    [
        (timedelta(hours=-100), timedelta(hours=-52), "按时"),
        (timedelta(hours=-100), timedelta(hours=-52, seconds=1), "超时1小时"),
        (timedelta(hours=-48), None, "剩余0小时"),
        (timedelta(hours=-48, seconds=-1), None, "超时1小时"),
        (timedelta(hours=-40), None, "剩余8小时"),
    ],
)
def test_a_feedback_says_how_it_stands_against_48_hours(received: timedelta, revised: timedelta | None, status: str):
    feedback = case_of("H01").proposals[0].feedback[0]
    one = feedback.model_copy(
        update={"received_at": AS_OF + received, "revised_at": AS_OF + revised if revised else None}
    )
    text = text_of("proposal_feedback_record", with_proposal(feedback=(one,)), "1")
    assert f"\n{status}\n" in text


def test_a_quotation_shows_a_discount_only_where_there_is_one():
    assert "优惠金额" not in text_of("quotation_list", case_of("H01"), "2")
    quotation = (
        case_of("H01")
        .proposals[1]
        .quotation.model_copy(update={"discount": Decimal("20000.00"), "total": Decimal("680000.00")})
    )
    text = text_of("quotation_list", with_proposal(1, quotation=quotation), "2")
    assert "优惠金额\n-¥20,000.00" in text
    assert "人民币陆拾捌万元整" in text


def test_a_boundary_notice_is_a_letter_with_the_alternative():
    notice = BoundaryNotice(
        notice_no="NL-2024-0012-01",
        requirement="离线语音控制。",
        boundary="现有产品不支持离线语音",
        alternative="以手持终端扫码操作代替；",
        period_days=60,
        told_at=AS_OF,
        contact_ref="C01",
        need_no="DEMO003",
    )
    case = with_proposal(1, boundary_notices=(notice,))
    text = text_of("capability_boundary_notice", case).replace("\n", "")
    assert "致：示例科技有限公司　张明先生" in text
    assert "“DEMO003　离线语音控制”，经我方产品与技术团队评估，现有产品不支持离线语音。" in text
    assert "替代方案：以手持终端扫码操作代替（预计周期约60天）。" in text
    without = notice.model_copy(update={"period_days": None, "need_no": None})
    text = text_of("capability_boundary_notice", with_proposal(1, boundary_notices=(without,)))
    assert "以手持终端扫码操作代替。" in text
    assert "“离线语音控制”" in text


def test_a_persona_without_limits_shows_a_dash_and_no_empty_label():
    case = case_of("H01")
    ends = ("employees_min", "employees_max", "revenue_min_cny", "revenue_max_cny")
    persona = case.persona.model_copy(update=dict.fromkeys(ends))
    text = text_of("target_persona_list", case.model_copy(update={"persona": persona}))
    assert "员工人数：—" in text
    assert "年营收：—" in text
