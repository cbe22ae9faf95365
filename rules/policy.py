"""The company's policy: thresholds, deadlines, calendar and lists that the manual leaves to the company.

Read strictly from a YAML file (rules.md section 2, case_model.md section 12). Every value is plain or a list of
dated values (`- {from: 2024-01-01, value: "500000.00"}`); before its first date, or where it is null, a value is
absent and a rule that needs it is pending or not applicable. The approval threshold has no default: the manual lost
the number, so a policy without it fails rule CT-28.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, time
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from docgen.clock import WorkCalendar
from docgen.errors import DeclarationError
from docgen.rulebook.source import Fault, conform, read, refusal
from rules.dated import Cny, Dated, Flag, Months, Names, Pattern, PolicyValue, Rate, Timeline, Whole

DEFAULT_POLICY = Path(__file__).with_name("policy.yaml")
"""The policy that ships with the product."""

_FACTORS = {"_hours": ("_min", 60), "_cny": ("_cents", 100), "_rate": ("_bp", 10_000)}


AttestationKind = Literal["lawful_source", "customer_words", "terms_explained", "no_oral_promise", "no_concealment"]


def _setting(title: str, default: object, source: str) -> Any:  # noqa: ANN401 - stands for a field of any type
    return Field(default=default, title=title, description=source, validate_default=True)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Approval(_Section):
    """Who approves a contract."""

    gm_threshold_cny: Dated[Cny] = _setting(
        "总经理审批金额(元，含税，超过)", None, "手册 二(四)步骤3（数字缺失，由公司填写）"
    )
    threshold_basis: Dated[Literal["tax_included_total"]] = _setting("审批金额口径", "tax_included_total", "公司规定")
    same_person_two_steps: Dated[Literal["forbidden", "allowed"]] = _setting("同一人审批两级", "forbidden", "公司规定")


class Deadlines(_Section):
    """Periods within which something has to be done."""

    first_contact_hours: Dated[Whole] = _setting("首次接触记录(小时)", "24", "手册 二(一)步骤4")
    need_change_sync_hours: Dated[Whole] = _setting("需求变更同步产品团队(小时)", "24", "手册 四(二)“及时”")
    proposal_revision_hours: Dated[Whole] = _setting("方案修订(小时)", "48", "手册 二(三)步骤4")
    contract_archive_workdays: Dated[Whole] = _setting("合同归档(工作日)", "3", "手册 二(四)步骤4")
    exception_notice_hours: Dated[Whole] = _setting("异常告知(小时)", "24", "手册 二(五)步骤3")
    product_acceptance_workdays: Dated[Whole] = _setting("产品验收(工作日)", "3", "手册 二(五)步骤4")
    service_acceptance_workdays: Dated[Whole] = _setting("服务验收(工作日)", None, "手册未规定")
    rectification_start_hours: Dated[Whole] = _setting("启动整改(小时)", "24", "手册 二(五)步骤4")
    ticket_response_minutes: Dated[Whole] = _setting("售后响应(分钟)", "15", "手册 二(六)步骤2")
    urgent_onsite_hours: Dated[Whole] = _setting("紧急问题上门(小时)", "2", "手册 二(六)步骤2（举例）")
    complex_resolve_hours: Dated[Whole] = _setting("复杂问题解决(小时)", "48", "手册 二(六)步骤2（举例）")
    follow_up_days: Dated[Whole] = _setting("解决后回访(天)", "3", "手册 二(六)步骤2")


class Progress(_Section):
    """Progress of an order."""

    max_gap_days: Dated[Whole] = _setting("进度同步最长间隔(天)", "7", "手册 二(五)步骤3“每周”")


class SurveyPolicy(_Section):
    """Satisfaction surveys after acceptance."""

    months: Dated[Months] = _setting("验收后第几个月调研", ("1", "3", "6"), "手册 二(六)步骤3")
    tolerance_days: Dated[Whole] = _setting("调研容许偏差(天)", "7", "公司规定")
    low_score: Dated[Annotated[Whole, Field(ge=1, le=5)]] = _setting("低分上限(分)", "3", "公司规定")

    @field_validator("months")
    @classmethod
    def _ascending(cls, months: Dated[tuple[int, ...]]) -> Dated[tuple[int, ...]]:
        if any(list(entry.value) != sorted(set(entry.value)) for entry in months.root if entry.value):
            raise ValueError("月份须由小到大且不重复")
        return months


class Grading(_Section):
    """Grades of customers."""

    review: Dated[Literal["monthly"]] = _setting("等级复核周期", "monthly", "手册 四(一)")
    a_stale_months: Dated[Whole] = _setting("A类客户无进展(月)", "3", "手册 四(一)")


class ProposalPolicy(_Section):
    """Proposals."""

    min_margin_rate: Dated[Rate] = _setting("最低毛利率", None, "手册 二(三)步骤3“公司政策”（未给出）")


class QuotationPolicy(_Section):
    """Quotations."""

    min_categories: Dated[Whole] = _setting("报价最少分项数", "2", "手册 四(三)")


class CalendarPolicy(_Section):
    """Working days beyond the published tables, and how periods end (民法典 203)."""

    roll_to_workday: Flag = _setting("期限末日顺延至工作日", "true", "民法典203")
    business_close: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")] | None = _setting(
        "营业结束时间", "24:00", "民法典203"
    )
    years: tuple[Annotated[Whole, Field(ge=1900, le=9998)], ...] = _setting("公司日历覆盖的年份", (), "公司日历")
    days: Mapping[date, Literal["workday", "holiday"]] = _setting("公司日历", {}, "公司日历")

    _working: WorkCalendar = PrivateAttr()

    @model_validator(mode="after")
    def _build(self) -> Self:
        close = self.business_close
        try:
            self._working = WorkCalendar(
                {day: kind == "workday" for day, kind in self.days.items()},
                roll_to_workday=self.roll_to_workday,
                business_close=None if close is None or close == "24:00" else time.fromisoformat(close),
                years=self.years,
            )
        except DeclarationError as error:
            raise ValueError(error.message) from None
        return self

    def working(self) -> WorkCalendar:
        """Give the calendar of these settings."""
        return self._working


class EsignPolicy(_Section):
    """Electronic signatures."""

    approved_platforms: Dated[Names] = _setting("认可的电子签名平台", (), "电子签名法16")


class Numbering(_Section):
    """Patterns of numbers that people assign."""

    need_no: Dated[Pattern] = _setting("需求编号格式", r"^DEMO\d{3,}$", "手册 三(二)")
    contract_no: Dated[Pattern] = _setting("合同编号格式（空＝合同编号前缀-年份-流水号）", None, "公司规定")


class EventsPolicy(_Section):
    """Declared against witnessed times."""

    max_skew_minutes: Dated[Whole] = _setting("申报与见证时间容许偏差(分钟)", "10", "公司规定")


class ContractPolicy(_Section):
    """Contracts."""

    max_penalty_bp: Dated[Annotated[Whole, Field(le=10_000)]] = _setting("违约金提示线(万分比)", "3000", "民法典585")
    templates: Dated[Names] = _setting("登记的标准合同模板", (), "手册 二(四)步骤1")


class AttestationsPolicy(_Section):
    """Statements asked of named people."""

    required: Dated[Annotated[tuple[AttestationKind, ...], Field(max_length=5)]] = _setting(
        "要求的声明", (), "公司规定"
    )


class AfterSalesPolicy(_Section):
    """After-sales service."""

    warn_before_acceptance: Dated[Flag] = _setting("提示早于验收的服务单", "false", "公司规定")


class RetentionPolicy(_Section):
    """How long is kept what has no class of its own (forms.md section 1.6)."""

    short_years: Dated[Whole] = _setting("无合同的个人信息保存(年)", "3", "个人信息保护法19；民法典188")


class PiiPolicy(_Section):
    """Personal data on ledgers."""

    default_mode: Dated[Literal["none", "masked", "full"]] = _setting("台账个人信息模式", "masked", "手册样表")


class Policy(_Section):
    """All settings of the company that rules and facts read."""

    approval: Approval = Approval()
    deadlines: Deadlines = Deadlines()
    progress: Progress = Progress()
    survey: SurveyPolicy = SurveyPolicy()
    grading: Grading = Grading()
    proposal: ProposalPolicy = ProposalPolicy()
    quotation: QuotationPolicy = QuotationPolicy()
    calendar_: CalendarPolicy = Field(default=CalendarPolicy(), alias="calendar")
    esign: EsignPolicy = EsignPolicy()
    numbering: Numbering = Numbering()
    events: EventsPolicy = EventsPolicy()
    contract: ContractPolicy = ContractPolicy()
    attestations: AttestationsPolicy = AttestationsPolicy()
    after_sales: AfterSalesPolicy = AfterSalesPolicy()
    retention: RetentionPolicy = RetentionPolicy()
    pii: PiiPolicy = PiiPolicy()

    @cached_property
    def sha256(self) -> str:
        """Digest over all values, equal for equal policies however they are written."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()

    @cached_property
    def timeline(self) -> Timeline:
        """The values as conditions see them, by the days on which some of them change."""
        dated = dict(self._dated())
        days = sorted({date.min} | {entry.since for value in dated.values() for entry in value.root})
        return Timeline(tuple(days), tuple(_view(dated, day) for day in days))

    def at(self, on: date) -> Mapping[str, PolicyValue]:
        """Give the values in force on the day `on` as conditions see them; absent ones left out."""
        return self.timeline.at(on)

    def calendar(self) -> WorkCalendar:
        """Give the working calendar: the published tables with the company's own."""
        return self.calendar_.working()

    def _dated(self) -> Iterator[tuple[str, Dated[Any]]]:
        for section in type(self).model_fields:
            part = getattr(self, section)
            for name in type(part).model_fields:
                if isinstance(value := getattr(part, name), Dated):
                    yield f"{section}.{name}", value


def _view(dated: Mapping[str, Dated[Any]], on: date) -> Mapping[str, PolicyValue]:
    values = {key: value.at(on) for key, value in dated.items()}
    return MappingProxyType(dict(_seen(key, value) for key, value in values.items() if value is not None))


def _seen(key: str, value: Any) -> tuple[str, PolicyValue]:  # noqa: ANN401 - any setting
    key, factor = _view_key(key)
    return key, int(value * factor) if factor > 1 else value


def _view_key(key: str) -> tuple[str, int]:
    for suffix, (replacement, factor) in _FACTORS.items():
        if key.endswith(suffix):
            return key.removesuffix(suffix) + replacement, factor
    return key, 1


def policy_types() -> Mapping[str, type]:
    """Tell the type of every value of `Policy.at` that a condition may use, by its key (lists are for facts only)."""
    types: dict[str, type] = {}
    for section, info in Policy.model_fields.items():
        assert info.annotation is not None
        for name, setting in info.annotation.model_fields.items():
            annotation = setting.annotation
            if not (isinstance(annotation, type) and issubclass(annotation, Dated)):
                continue
            kind = annotation.__pydantic_generic_metadata__["args"][0]
            while get_origin(kind) is Annotated:
                kind = get_args(kind)[0]
            if get_origin(kind) is tuple:
                continue
            key, factor = _view_key(f"{section}.{name}")
            types[key] = int if factor > 1 else str if get_origin(kind) is Literal else kind
    return types


def load_policy(path: Path | None = None) -> Policy:
    """Read a policy file, by default the one of the product.

    Raises:
        DeclarationError: Code `bad_policy`; each wrong value with file and line.
    """
    path = path or DEFAULT_POLICY
    try:
        content = path.read_bytes()
    except OSError:
        raise refusal([Fault(path.name, 1, "文件", "无法读取")], "政策文件", "bad_policy") from None
    return parse_policy(path.name, content)


def parse_policy(name: str, content: bytes) -> Policy:
    """Read the `content` of the policy file `name`.

    Raises:
        DeclarationError: Code `bad_policy`; each wrong value with file and line.
    """
    faults: list[Fault] = []
    source = read(name, content, faults)
    policy = conform(Policy, source, faults) if source else None
    if policy is None:
        raise refusal(faults, "政策文件", "bad_policy")
    return policy
