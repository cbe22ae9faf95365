from dataclasses import dataclass
from typing import ClassVar

import pytest

from docgen.rulebook.aspect import Aspect, fact
from docgen.rulebook.schema import FactType, Kind, policy_types, schema_of

from .examples import Delivery, Grade


def test_the_schema_names_the_facts_of_an_aspect_and_nothing_it_inherits():
    schema = schema_of(Delivery)
    assert (schema.aspect, schema.title) == ("delivery", "交付")
    assert list(schema.facts) == [
        "done",
        "elapsed_min",
        "limit_min",
        "kind",
        "grade",
        "paid_cents",
        "told",
        "late_text",
    ]
    assert schema.facts["elapsed_min"] == FactType(
        Kind.INT, optional=True, title="用时(分钟)", paths=("{}.started_at", "{}.ended_at")
    )
    assert schema.facts["kind"] == FactType(Kind.CHOICE, ("product", "service"), title="类型")
    assert schema.facts["grade"] == FactType(Kind.CHOICE, ("high", "low"), optional=True, title="等级")
    assert schema.facts["late_text"].kind is Kind.DISPLAY


def test_a_field_that_is_no_fact_is_refused():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Wrong(Aspect):
        aspect: ClassVar[str] = "wrong"
        title: ClassVar[str] = "错"
        share: float = fact("比例")

    with pytest.raises(TypeError, match="no type of a fact"):
        schema_of(Wrong)


@pytest.mark.parametrize(
    ("kind", "fitting", "unfit"),
    [
        (FactType(Kind.BOOL), [True, False], [1, 0, "true", None]),
        (FactType(Kind.INT), [0, -1, 2**70], [True, 1.0, "1", None]),
        (FactType(Kind.TEXT), ["", "x"], [1, True, b"x"]),
        (FactType(Kind.CHOICE, ("high", "low")), [Grade.HIGH, "low"], ["other", 1, True]),
    ],
)
def test_a_type_accepts_its_own_values_only(kind: FactType, fitting: list[object], unfit: list[object]):
    assert all(kind.accepts(value) for value in fitting)
    assert not any(kind.accepts(value) for value in unfit)


def test_policy_values_are_optional_facts():
    assert policy_types({"a.b": int})["a.b"] == FactType(Kind.INT, optional=True, title="政策值 a.b")


def test_every_kind_has_a_chinese_name():
    assert [kind.label for kind in Kind] == ["是否", "整数", "选项", "文字", "展示文字"]
