"""The success case before the public: the customer named with its consent only, people never."""

import pytest

from docgen.case import CaseFile
from docgen.case.after_sales import CaseConsent, SuccessCase
from docgen.forms.anonymity import customer_alias, published
from tests.forms.desk import case_of, filled

NAMES = ("示例科技有限公司", "示例科技")


def told(**changes: object) -> CaseFile:
    case = case_of("H01")
    assert case.success_case is not None
    success = {
        "background": "示例科技有限公司是500人规模的制造企业",
        "quote": "示例科技的产线一目了然（张明，13900000001；我方王芳）",
        "pain_points": ("示例科技能耗高",),
        **changes,
    }
    return case.model_copy(update={"success_case": case.success_case.model_copy(update=success)})


def consent(*, anonymized: bool) -> CaseConsent:
    found = case_of("H01").success_case
    assert found is not None
    assert found.consent is not None
    return found.consent.model_copy(update={"anonymized": anonymized})


@pytest.mark.parametrize("given", [None, consent(anonymized=True)])
def test_without_consent_to_be_named_the_customer_is_nowhere_named(given: CaseConsent | None):
    text = filled("success_case", told(consent=given)).text
    assert not [name for name in NAMES if name in text]
    assert "某制造企业产线能耗优化案例" in text
    assert "某制造企业是500人规模的制造企业" in text


def test_with_consent_to_be_named_the_customer_is_named():
    text = filled("success_case", told(consent=consent(anonymized=False))).text
    assert "示例科技产线能耗优化案例" in text
    assert "某制造企业" not in text


@pytest.mark.parametrize("anonymized", [True, False])
def test_people_are_named_in_neither(anonymized: bool):
    case = told(consent=consent(anonymized=anonymized))
    staff = case.staff[0].name
    assert case.success_case is not None
    spoken = case.success_case.model_copy(update={"quote": f"感谢{staff}，张明（13900000001）"})
    text = filled("success_case", case.model_copy(update={"success_case": spoken})).text
    assert not [name for name in ("张明", "13900000001", staff) if name in text]
    assert "*先生（139****0001）" in text


def test_numbers_and_references_stay_as_they_are():
    before, after = told(consent=None).success_case, published(told(consent=None)).success_case
    assert isinstance(before, SuccessCase)
    assert isinstance(after, SuccessCase)
    assert after.success_case_no == before.success_case_no
    assert after.results == before.results
    assert after.published_at == before.published_at


def test_a_case_without_success_story_is_unnamed_too():
    case = case_of("H01").model_copy(update={"success_case": None})
    assert published(case).customer.name == "某制造企业"


@pytest.mark.parametrize(
    ("industry", "alias"),
    [("制造业", "某制造企业"), ("互联网", "某互联网企业"), ("农业", "某农业企业"), ("批发业", "某批发企业")],
)
def test_the_alias_says_the_industry(industry: str, alias: str):
    assert customer_alias(case_of("H01").customer.model_copy(update={"industry": industry})) == alias
