"""How the rulebook is put into Chinese: facts, policy values, conditions, guards, sources, moments."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import cast, get_args, get_type_hints

from docgen.case.enums import Choice
from docgen.case.values import SHANGHAI
from docgen.editions import Edition
from docgen.findings import LawReference, ManualReference, Outcome
from docgen.forms.filters import datetime as minute
from docgen.forms.filters import due
from docgen.masking import PiMode
from docgen.money import yuan
from docgen.rulebook.expression import And, Compare, Known, Literal, Name, Node, Operand, Or, Value
from docgen.rulebook.guards import Action, Guard
from docgen.rulebook.pack import OURS
from docgen.rulebook.schema import Schema
from docgen.rulebook.source import Fault, read, refusal
from rules.policy import Policy

FORMS = Path(__file__).resolve().parent.parent / "rules" / "forms.yaml"

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.FAIL: "不通过",
    Outcome.WARN: "警告",
    Outcome.PENDING: "待发生",
    Outcome.INFO: "提示",
    Outcome.PASS: "通过",
    Outcome.NOT_APPLICABLE: "不适用",
}
"""Printed name of each outcome."""

KINDS: Mapping[str, str] = {"data": "数据", "text": "文本", "attestation": "声明"}
"""Printed name of each kind of rule."""

ACTIONS: Mapping[Action, str] = {
    Action.ISSUE: "签发前",
    Action.SIGN: "签署前",
    Action.ARCHIVE: "归档前",
    Action.REPORT: "只提示",
}
"""When a guard stands before its action."""

PI_MODES: Mapping[PiMode, str] = {PiMode.NONE: "不含", PiMode.MASKED: "脱敏", PiMode.FULL: "完整"}
"""Printed name of each way to treat personal data."""

_OPERATORS = {"==": "为", "!=": "不为", "<": "小于", "<=": "不超过", ">": "超过", ">=": "不小于"}
_ACTIONS = {Action.ISSUE: "签发", Action.SIGN: "签署", Action.ARCHIVE: "归档", Action.REPORT: "提示于"}
_EDITIONS = {Edition.DRAFT: "", Edition.SIGNING: "签署件", Edition.RECORD: "记录件"}
_PARTIES = {"customer": "客户方", "supplier": "我方"}
_LITERALS: Mapping[str, str] = {
    **_PARTIES,
    "mandatory": "手册必备条款",
    "statutory_fatal": "当事人条款",
    "statutory_warn": "建议条款",
    "optional": "可选条款",
    "electronic": "电子归档",
    "paper": "纸质归档",
    "scan": "扫描",
    "crm": "上传客户管理系统",
    "lines": "标的",
    "total": "总价",
    "tax": "税",
    "payment": "付款",
    "delivery": "交付",
}


def instant(at: datetime) -> str:
    """Write a moment to the minute, in the time of the business."""
    return minute(at.astimezone(SHANGHAI))


def deadline(at: datetime) -> str:
    """Write a deadline; the end of a day is 24:00 of that day."""
    return due(at.astimezone(SHANGHAI))


def manual_text(manual: ManualReference) -> str:
    """Write where a rule stands in the manual, with the sentence."""
    where = "本系统规则" if manual.section == OURS else f"手册{manual.section}"
    return f"{where}“{manual.quote}”" if manual.quote else where


def law_text(law: tuple[LawReference, ...]) -> str:
    """Write articles of law, those of one law together."""
    by_name: dict[str, list[str]] = {}
    for reference in law:
        by_name.setdefault(reference.name, []).append(reference.article)
    return "；".join(f"{name}第{'、'.join(articles)}条" for name, articles in by_name.items())


def value_text(name: str, value: Value, labels: Mapping[str, str]) -> str:
    """Write a value of a fact or policy value; the name tells the unit, `labels` the names of choices."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return f"{yuan(value)}元" if name.endswith("_cents") else str(value)
    return labels.get(value, value)


@cache
def fact_choices(record: Hashable) -> Mapping[str, Mapping[str, str]]:
    """Return the printed labels of every fact of an aspect's class that is a choice of the case file, by value."""
    found: dict[str, Mapping[str, str]] = {}
    for name, hint in get_type_hints(record).items():
        for kind in get_args(hint) or (hint,):
            if isinstance(kind, type) and issubclass(kind, Choice):
                found[name] = {str(member.value): member.label for member in kind}
    return found


def fact_title(name: str, schema: Schema) -> str:
    """Return what a fact of an aspect, or a policy value, is called."""
    if name.startswith("policy."):
        return f"公司规定“{settings_by_key()[name.removeprefix('policy.')].title}”"
    fact = schema.facts.get(name)
    title = fact.title if fact else ""
    return title.removesuffix("(分)") if name.endswith("_cents") else title or name


def fact_value(name: str, value: Value, schema: Schema) -> str:
    """Write the value of a fact of an aspect, or of a policy value."""
    fact = schema.facts.get(name)
    labels = fact_choices(cast("Hashable", schema.record)).get(name) or (_LITERALS if fact and fact.choices else {})
    return value_text(name, value, labels)


@dataclass(frozen=True, slots=True)
class SettingName:
    """What a setting of the policy is called: its place in the file, its title, and the unit it is entered in."""

    path: str
    title: str
    unit: str


@cache
def settings_by_key() -> Mapping[str, SettingName]:
    """Return every setting of the policy by the key that conditions use."""
    found: dict[str, SettingName] = {}
    for section, part in Policy.model_fields.items():
        for name, setting in getattr(part.annotation, "model_fields", {}).items():
            key = f"{part.alias or section}.{name}"
            title, _, unit = (setting.title or name).partition("(")
            found[_seen_key(key)] = SettingName(key, title, unit.removesuffix(")"))
    return found


def _seen_key(key: str) -> str:
    """Return the key under which conditions see a setting, whose value they see in the smallest unit."""
    for suffix, seen in (("_hours", "_min"), ("_cny", "_cents"), ("_rate", "_bp")):
        if key.endswith(suffix):
            return key.removesuffix(suffix) + seen
    return key


def condition_text(node: Node, schema: Schema) -> str:
    """Write a normalised condition as a sentence: 客户记录用时超过公司规定“…”，且…."""
    return _condition(node, schema, inside=False)


def _condition(node: Node, schema: Schema, *, inside: bool) -> str:
    match node:
        case And(()):
            return "总是"
        case Or(()):
            return "从不"
        case And(items) | Or(items):
            joint = "，且" if isinstance(node, And) else "，或"
            text = joint.join(_condition(item, schema, inside=True) for item in items)
            return f"（{text}）" if inside else text
        case Known(fact, present):
            return f"{'已知' if present else '未知'}〔{fact_title(fact.name, schema)}〕"
        case Compare():
            return _comparison(node, schema)
        case _:
            raise TypeError("the condition is not normalised")


def _comparison(node: Compare, schema: Schema) -> str:
    left, right = node.left, node.right
    if isinstance(left, Literal):
        left, right = right, left
    name = left.name if isinstance(left, Name) else ""
    if isinstance(right, Literal) and isinstance(right.value, bool):
        return f"〔{fact_title(name, schema)}〕{'是' if right.value is (node.operator == '==') else '否'}"
    operator = node.operator
    if isinstance(node.left, Literal):
        operator = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(operator, operator)
    return f"〔{fact_title(name, schema)}〕{_OPERATORS[operator]}{_operand(right, name, schema)}"


def _operand(operand: Operand, beside: str, schema: Schema) -> str:
    if isinstance(operand, Name):
        title = fact_title(operand.name, schema)
        return title if operand.policy_key else f"〔{title}〕"
    text = fact_value(beside, operand.value, schema)
    return f"“{text}”" if isinstance(operand.value, str) else text


@cache
def form_titles(path: Path = FORMS) -> Mapping[str, str]:
    """Return the forms of the manual by identifier, with their titles.

    Raises:
        DeclarationError: Code `bad_forms_list`.
    """
    faults: list[Fault] = []
    source = read(path.name, path.read_bytes(), faults)
    if source is None:
        raise refusal(faults, "表单清单", "bad_forms_list")
    return dict(source.data)


def guard_text(guard: Guard) -> str:
    """Write what a guard stands before: 签发《合同》签署件."""
    form = "所有表单" if guard.form is None else f"《{form_titles().get(guard.form, guard.form)}》"
    return f"{_ACTIONS[guard.action]}{form}{guard_reach(guard)}"


def guard_reach(guard: Guard) -> str:
    """Write how far a guard reaches: from which edition on, before whose signature, with which parts of its rule."""
    edition = f"{_EDITIONS[guard.edition]}" + ("起" if guard.edition is Edition.SIGNING else "")
    party = f"（{_PARTIES[guard.party]}）" if guard.party else ""
    parts = f"，仅{'、'.join(sorted(guard.parts))}款" if guard.parts else ""
    pending = "，待发生也不放行" if guard.blocks_pending else ""
    return f"{edition}{party}{parts}{pending}"
