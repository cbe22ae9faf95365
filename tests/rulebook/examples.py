"""A small world of aspects, policy values, laws and packs for the tests of the rulebook."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from docgen.case.enums import Choice
from docgen.clock import SHANGHAI
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from docgen.rulebook.judge import Judge, Occasion
from docgen.rulebook.laws import Law
from docgen.rulebook.pack import Vocabulary, load_packs, plain
from docgen.rulebook.schema import policy_types, schema_of

DAY = date(2026, 3, 2)
AS_OF = datetime(2026, 3, 2, 18, 0, tzinfo=SHANGHAI)
OCCASION = Occasion("XS2026-0001", AS_OF, "policy", "case")


class Grade(Choice):
    """A choice with labels."""

    HIGH = "high", "高"
    LOW = "low", "低"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Aspect):
    aspect: ClassVar[str] = "delivery"
    title: ClassVar[str] = "交付"

    done: bool = fact("已交付", "orders[].delivered")
    elapsed_min: int | None = fact("用时(分钟)", "{}.started_at", "{}.ended_at", optional=True)
    limit_min: int = fact("限时(分钟)")
    kind: Literal["product", "service"] = fact("类型")
    grade: Grade | None = fact("等级", optional=True)
    paid_cents: int = fact("已付(分)")
    told: bool | None = fact("已告知", optional=True)
    late_text: DisplayText = fact("超时")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Aspect):
    aspect: ClassVar[str] = "visit"
    title: ClassVar[str] = "回访"

    made: bool = fact("已回访")


def delivery(**changes: object) -> Delivery:
    given: dict[str, Any] = {
        "subject": "PO1",
        "path": "orders[0]",
        "on": DAY,
        "done": True,
        "elapsed_min": 10,
        "limit_min": 60,
        "kind": "product",
        "grade": Grade.HIGH,
        "paid_cents": 100,
        "told": True,
        "late_text": "2.0",
    }
    return Delivery(**{**given, **changes})


POLICY_TYPES = policy_types({"deadlines.delivery_min": int, "delivery.strict": bool, "delivery.mode": str})
POLICY: Mapping[str, bool | int | str] = {"deadlines.delivery_min": 60, "delivery.strict": True, "delivery.mode": "a"}
LAWS = {
    "民法典": Law(name="民法典", document="民法典", in_force_from=date(2021, 1, 1), articles=("201", "509")),
    "旧法": Law(
        name="旧法",
        document="旧法",
        in_force_from=date(2019, 1, 1),
        in_force_to=date(2026, 3, 1),
        articles=("7",),
    ),
    "新法": Law(name="新法", document="新法", in_force_from=date(2026, 3, 2), articles=("8",)),
}
MANUAL = "## 步骤\n- 交付后24小时内**完成**《交付记录》填写，〔上传〕至系统（金额超 ⟪缺：数字⟫ 万元）"
VOCABULARY = Vocabulary(
    aspects={one.aspect: schema_of(one) for one in (Delivery, Visit)},
    policy=POLICY_TYPES,
    laws=LAWS,
    manual=plain(MANUAL),
)
SCHEMA = VOCABULARY.aspects["delivery"]

HEAD = 'version: "2026.1"\nin_force_from: 2021-01-01\nrules:\n'
RULE = """\
  - id: {id}
    title: 交付及时
    severity: {severity}
    kind: data
    parts:
      - aspect: delivery
        {lines}
        message: {message}
    {more}
    manual: {{section: 步骤, quote: 交付后24小时内完成《交付记录》填写}}
    suggestion: 立即交付
"""


def rule_text(
    violates: str = "elapsed_min > limit_min",
    *,
    id: str = "XX-01",  # noqa: A002 - the word of the pack
    applies: str = "",
    pending: str = "",
    severity: str = "fail",
    message: str = "交付{subject}超时{late_text}",
    more: str = "",
) -> str:
    lines = [f"violates: '{violates}'"]
    lines += [f"applies: '{applies}'"] if applies else []
    lines += [f"pending: '{pending}'"] if pending else []
    text = RULE.format(id=id, severity=severity, lines="\n        ".join(lines), message=f"'{message}'", more=more)
    return text.replace("    \n", "")


def pack_text(*rules: str) -> bytes:
    return (HEAD + "".join(rules or (rule_text(),))).encode()


def judge_of(*rules: str) -> Judge:
    return Judge(load_packs([("pack.yaml", pack_text(*rules))], VOCABULARY), LAWS)
