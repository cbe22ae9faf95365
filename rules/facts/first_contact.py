"""Facts of the first contact: its record and the customer system, each within 24 hours (rules CD-08 to CD-10)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.parties import Contact
from docgen.clock import day, minutes
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.periods import late_hours, minutes_due, policy_int
from rules.facts.setting import Setting
from rules.facts.wording import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContactFacts(Aspect):
    """The first contact and its record; there is one of these in every case, held or not."""

    aspect: ClassVar[str] = "first_contact"
    title: ClassVar[str] = "首次接触"

    exists: bool = fact("已有首次接触", "first_contact")
    record_done: bool = fact("已完成记录", "first_contact.recorded_at")
    record_elapsed_min: int | None = fact(
        "记录用时(分钟)", "first_contact.ended_at", "first_contact.recorded_at", optional=True
    )
    crm_done: bool = fact("已更新客户管理系统", "first_contact.crm_synced_at")
    crm_elapsed_min: int | None = fact(
        "更新系统用时(分钟)", "first_contact.ended_at", "first_contact.crm_synced_at", optional=True
    )
    initial_need_count: int | None = fact("初步需求数", "first_contact.initial_needs", optional=True)
    concern_count: int | None = fact("关注点数", "first_contact.concerns", optional=True)
    contact_complete: bool | None = fact("联系人信息完整", "first_contact.contact_ref", "contacts", optional=True)
    missing_text: DisplayText = fact("缺少的项目")
    late_text: DisplayText = fact("超时小时数")


ASPECTS: tuple[type[Aspect], ...] = (FirstContactFacts,)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the one record of `case`, also while there was no contact."""
    yield _first_contact(case, setting)


def _first_contact(case: CaseFile, setting: Setting) -> FirstContactFacts:
    talk = case.first_contact
    if talk is None:
        return FirstContactFacts(
            subject="first_contact",
            path="first_contact",
            on=setting.today,
            exists=False,
            record_done=False,
            crm_done=False,
            missing_text="首次接触",
            late_text="",
        )
    ended = setting.time("first_contact.ended", "first_contact", talk.ended_at)
    recorded = setting.time("first_contact.recorded", "first_contact", talk.recorded_at)
    synced = setting.time("first_contact.crm_synced", "first_contact", talk.crm_synced_at)
    record_elapsed, crm_elapsed = minutes(ended, recorded or setting.as_of), minutes(ended, synced or setting.as_of)
    limit = policy_int(setting, day(ended), "deadlines.first_contact_min")
    contact_missing = _contact_missing(setting.contacts.get(talk.contact_ref))
    return FirstContactFacts(
        subject="first_contact",
        path="first_contact",
        on=day(ended),
        due={
            **minutes_due("record_elapsed_min", ended, limit, recorded),
            **minutes_due("crm_elapsed_min", ended, limit, synced),
        },
        exists=True,
        record_done=recorded is not None,
        record_elapsed_min=record_elapsed,
        crm_done=synced is not None,
        crm_elapsed_min=crm_elapsed,
        initial_need_count=len(talk.initial_needs),
        concern_count=len(talk.concerns),
        contact_complete=not contact_missing,
        missing_text=listed(
            [
                *contact_missing,
                *(["初步需求"] if not talk.initial_needs else []),
                *(["关注点"] if not talk.concerns else []),
            ]
        ),
        late_text=_late(record_elapsed, crm_elapsed, limit),
    )


def _contact_missing(contact: Contact | None) -> list[str]:
    """Name what the record lacks of 联系人, 职位, 联系方式 (企业名称 is always there)."""
    if contact is None:
        return ["联系人", "职位", "联系方式"]
    return [] if contact.phone or contact.email else ["联系方式"]


def _late(record_min: int, crm_min: int, limit: int | None) -> str:
    """Write by how much the record or the system was late; both where they differ."""
    record, crm = late_hours(record_min, limit), late_hours(crm_min, limit)
    if record == crm or "0.0" in (record, crm):
        return max(record, crm)
    return f"记录{record}、系统{crm}"
