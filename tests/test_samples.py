"""The samples are whole: each loads, or is refused for the one reason it names."""

import re

import pytest

from docgen.case import load_case
from docgen.derived import CaseStage, exception_summary, stage
from docgen.errors import InputError
from docgen.findings import Outcome
from tests.samples import FOLDER, Kind, Sample, sample, samples

_LOADABLE = samples(Kind.HAPPY, Kind.IN_PROGRESS, Kind.FAILING, Kind.BOUNDARY)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _credit_code_is_valid(code: str) -> bool:
    """Check a credit code by GB 32100-2015."""
    total = sum(_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    return len(code) == 18 and _ALPHABET[-total % 31] == code[17]


def test_every_folder_is_a_sample():
    assert {folder.name for folder in FOLDER.iterdir() if folder.is_dir()} == {each.name for each in samples()}


@pytest.mark.parametrize("each", _LOADABLE, ids=str)
def test_a_sample_that_is_judged_loads(each: Sample):
    assert load_case(each.case).as_of is not None


@pytest.mark.parametrize("each", _LOADABLE, ids=str)
def test_a_sample_that_is_judged_states_its_fails_and_warns_by_rule(each: Sample):
    assert {"fail", "warn"} <= each.findings.keys() <= set(Outcome)
    for rules in each.findings.values():
        assert all(re.fullmatch(r"(GN|CD|ND|PR|CT|OD|AS)-\d\d", rule) and count > 0 for rule, count in rules.items())


@pytest.mark.parametrize("each", samples(Kind.FAILING), ids=str)
def test_a_failing_sample_expects_a_fail(each: Sample):
    assert each.findings["fail"]


@pytest.mark.parametrize("each", samples(Kind.BOUNDARY), ids=str)
def test_a_boundary_sample_expects_nothing(each: Sample):
    assert each.findings["fail"] == each.findings["warn"] == {}


@pytest.mark.parametrize("each", samples(Kind.LOAD_ERROR), ids=str)
def test_a_broken_sample_is_refused_for_the_one_fault_it_names(each: Sample):
    with pytest.raises(InputError) as refused:
        load_case(each.case)
    (detail,) = refused.value.details
    assert each.error is not None
    assert (detail.path, detail.code) == (each.error.path, each.error.code)


@pytest.mark.parametrize("name", ["H01", "S02"])
def test_the_credit_codes_of_the_invented_companies_have_valid_check_characters(name: str):
    case = load_case(sample(name).case)
    assert _credit_code_is_valid(case.supplier.uscc)
    assert _credit_code_is_valid(case.customer.uscc or "")


def test_the_credit_code_check_knows_the_example_of_the_standard():
    assert _credit_code_is_valid("91350100M000100Y43")
    assert not _credit_code_is_valid("91350100M000100Y44")


def test_the_policy_of_a_sample_differs_from_the_shipped_one_only_by_its_overrides():
    policy = sample("B01").policy
    assert policy is not None
    shipped = (FOLDER.parent / "rules" / "policy.yaml").read_text(encoding="utf-8")
    assert sample("B01").overrides == {"approval": {"gm_threshold_cny": "680000.00"}}
    assert policy.read_text(encoding="utf-8") == shipped.replace("500000.00", "680000.00")


def test_the_complete_case_is_closed_and_the_one_in_progress_is_being_executed():
    assert stage(load_case(sample("H01").case)) is CaseStage.CLOSED
    in_progress = load_case(sample("S02").case)
    assert stage(in_progress) is CaseStage.EXECUTING
    assert in_progress.as_of is not None
    assert exception_summary(in_progress.orders[0], in_progress.as_of) == "客户反馈部分功能不熟悉，4月6日二次培训"


@pytest.mark.parametrize(
    ("name", "reached"),
    [
        ("S11", CaseStage.LEAD),
        ("S12", CaseStage.NEEDS_TALKED),
        ("S13", CaseStage.PROPOSAL_DRAFT),
        ("S14", CaseStage.CONTRACT_APPROVING),
        ("S15", CaseStage.EXECUTING),
    ],
)
def test_a_sample_in_progress_has_reached_the_stage_it_is_named_for(name: str, reached: CaseStage):
    assert stage(load_case(sample(name).case)) is reached


def test_the_follow_on_is_the_same_case_three_days_later():
    earlier, later = (load_case(sample(name).case) for name in ("S02", "S02b"))
    assert earlier.as_of is not None
    assert later.as_of is not None
    assert (later.as_of - earlier.as_of).days == 3
    assert later.model_copy(update={"as_of": earlier.as_of}) == earlier
