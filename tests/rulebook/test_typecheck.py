import pytest
from hypothesis import given

from docgen.rulebook.closures import closure
from docgen.rulebook.expression import And, Node, Value, normalised
from docgen.rulebook.parser import parse
from docgen.rulebook.schema import FactType, Kind, Schema
from docgen.rulebook.typecheck import Role, check, futile

from .conditions import BOOLS, CONDITIONS, INTS, RECORDS, TEXTS
from .examples import POLICY_TYPES, SCHEMA, Delivery


def faults(text: str, role: Role = Role.VIOLATES) -> list[str]:
    return list(check(parse(text), role, SCHEMA, POLICY_TYPES))


@pytest.mark.parametrize(
    "text",
    [
        "done",
        "not done and elapsed_min > policy.deadlines.delivery_min",
        'kind == "product" or kind in ("service", "product")',
        'grade != "high"',
        "elapsed_min > limit_min",
        "paid_cents != -1",
        "told == done",
        "policy.delivery.strict",
        'policy.delivery.mode == "x"',
        "policy.delivery.mode == kind",
    ],
)
def test_a_well_typed_condition_has_no_fault(text: str):
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("elapsed_mn > 1", "delivery没有事实“elapsed_mn”，是否为“elapsed_min”"),
        ("policy.deadlines.delivery_mn > 1", "是否为“deadlines.delivery_min”"),
        ("deadlines.delivery_min > 1", "政策值须以 policy. 开头"),
        ('limit_min > "5"', "limit_min是整数，不能与文字'5'比较"),
        ("limit_min == true", "limit_min是整数，不能与是否True比较"),
        ("kind == 1", "kind是选项，不能与整数1比较"),
        ('kind > "product"', "选项kind不能比较大小"),
        ("done > told", "是否done不能比较大小"),
        ('kind == "products"', "kind没有选项“products”，是否为“product”"),
        ('kind in ("product", "x")', "kind没有选项“x”"),
        ('kind in ("product", "product")', "重复的值"),
        ("kind == grade", "kind与grade的选项没有交集"),
        ("limit_min", "limit_min是整数，不能单独作条件"),
        ('late_text == "x"', "late_text是展示文字"),
        ("late_text", "late_text是展示文字"),
        ("1 < 2", "两个常量相比没有意义"),
        ("done and true", "不能只写常量"),
        ("limit_min >= limit_min", "与自身相比"),
        ("known(elapsed_min)", "known 只能用在 applies 中"),
        ("elapsed_min > done", "elapsed_min是整数，不能与是否done比较"),
    ],
)
def test_a_badly_typed_condition_is_told_what_is_wrong(text: str, message: str):
    assert any(message in fault for fault in faults(text)), faults(text)


def test_every_fault_of_a_condition_is_told():
    assert len(faults("nothing and (neither or 1 < 2) and limit_min")) == 4


def test_only_violates_may_read_a_fact_that_can_be_absent():
    assert faults("elapsed_min > 1", Role.VIOLATES) == []
    assert faults("policy.deadlines.delivery_min > 1", Role.APPLIES) == []
    for role in (Role.APPLIES, Role.PENDING):
        assert faults("elapsed_min > 1", role) == [f"elapsed_min可能缺失，不能用在 {role} 中"]


def test_known_is_for_optional_facts_in_applies():
    assert faults("known(elapsed_min) and not known(grade)", Role.APPLIES) == []
    assert faults("known(done)", Role.APPLIES) == ["done总是存在，不需要 known"]
    assert faults("known(late_text)", Role.APPLIES) == ["late_text总是存在，不需要 known"]
    assert "没有事实" in faults("known(nothing)", Role.APPLIES)[0]
    assert "known 只能" in faults("known(elapsed_min)", Role.PENDING)[0]


def verdict(violates: str, applies: str = "true") -> str | None:
    return futile(parse(applies), parse(violates), SCHEMA, POLICY_TYPES)


@pytest.mark.parametrize(
    ("violates", "applies", "message"),
    [
        ("limit_min > 5 and limit_min < 3", "true", "violates 不可能成立"),
        ("limit_min > 5 and limit_min < 6", "true", "violates 不可能成立"),
        ("done and not done", "true", "violates 不可能成立"),
        ("done or not done", "true", "violates 总是成立"),
        ("limit_min > 5 or limit_min <= 5", "true", "violates 总是成立"),
        ('kind in ("product", "service")', "true", "violates 总是成立"),
        ('kind == "product" and kind == "service"', "true", "violates 不可能成立"),
        ('kind == "product"', 'kind == "service"', "violates 不可能成立"),
        ('kind == "product"', 'kind == "product"', "violates 总是成立"),
        ("done", 'kind == "product" and kind == "service"', "applies 不可能成立"),
        ("elapsed_min > 1", "known(elapsed_min) and not known(elapsed_min)", "applies 不可能成立"),
        ("elapsed_min > limit_min and limit_min > paid_cents and paid_cents > elapsed_min", "true", "不可能"),
        ("elapsed_min < limit_min or elapsed_min == limit_min or elapsed_min > limit_min", "true", "总是成立"),
    ],
)
def test_a_part_that_can_never_decide_anything_is_found(violates: str, applies: str, message: str):
    assert message in (verdict(violates, applies) or "")


@pytest.mark.parametrize(
    ("violates", "applies"),
    [
        ("limit_min > 5 and limit_min < 7", "true"),
        ("elapsed_min > limit_min and limit_min > paid_cents", "true"),
        ("elapsed_min > policy.deadlines.delivery_min", "true"),
        ("done", "known(elapsed_min)"),
        ("elapsed_min < 0 or told", "not known(elapsed_min)"),
        ('policy.delivery.mode == "x"', "policy.delivery.strict"),
        ('policy.delivery.mode not in ("x", "y")', "true"),
    ],
)
def test_a_part_that_can_decide_is_not_complained_of(violates: str, applies: str):
    assert verdict(violates, applies) is None


RANDOM = Schema(
    "a",
    "",
    Delivery,
    {
        **{name: FactType(Kind.INT, optional=True) for name in INTS},
        **{name: FactType(Kind.BOOL, optional=True) for name in BOOLS},
        **{name: FactType(Kind.TEXT, optional=True) for name in TEXTS},
    },
)


@given(CONDITIONS, CONDITIONS, RECORDS)
def test_no_record_contradicts_a_verdict_on_futility(applies: Node, violates: Node, record: dict[str, Value]):
    said = futile(applies, violates, RANDOM, {})
    relevant, broken = (closure(normalised(And((node,))))(record) for node in (applies, violates))
    if said == "applies 不可能成立":
        assert relevant is not True
    elif said == "violates 不可能成立":
        assert not (relevant and broken)
    elif said == "violates 总是成立":
        assert not (relevant and broken is False)
