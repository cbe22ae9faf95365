"""Transfers to the archive room, attestations and the event log (case_model.md sections 4 and 11)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue
from pydantic_core import PydanticCustomError

from docgen.case.enums import AttestationKind, Evidence, Medium, Retention, Security
from docgen.case.values import FORBIDDEN, Date, Entity, Flag, Instant, PositiveInt, Ref, Text


def _clean_data(data: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """Refuse control characters anywhere in the data of an event, keys included."""
    waiting: list[JsonValue] = [dict(data)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and FORBIDDEN.search(value):
            raise PydanticCustomError("control_character", "含有不允许的控制字符或不可见字符")
    return data


EventData = Annotated[Mapping[str, JsonValue], AfterValidator(_clean_data)]


class TransferItem(Entity):
    """A document handed over to the archive room."""

    seq: PositiveInt = Field(title="序号")
    archive_no: Text | None = Field(None, title="档号")
    doc_no: Text = Field(title="文号(文件编号)")
    responsible: Text = Field(title="责任者")
    title: Text = Field(title="题名")
    dated: Date = Field(title="日期")
    form_id: Text = Field(title="文书类型")
    pages: PositiveInt = Field(title="页数")
    copies: PositiveInt = Field(1, title="份数")
    medium: Medium = Field(title="载体")
    original: Flag = Field(True, title="是否原件")
    security: Security = Field(Security.INTERNAL, title="密级")
    retention: Retention = Field(title="保管期限")
    sha256: Text | None = Field(None, title="电子文件摘要")
    remark: Text | None = Field(None, title="备注")


class ArchiveTransfer(Entity):
    """A hand-over to the archive room (档案移交清单)."""

    transfer_no: Text = Field(title="移交清单号")
    at: Instant = Field(title="移交时间")
    from_ref: Ref = Field(title="移交人")
    to_ref: Ref = Field(title="接收人(档案室)")
    witness_ref: Ref | None = Field(None, title="监交人")
    items: tuple[TransferItem, ...] = Field((), title="移交目录")


class Event(Entity):
    """Something that happened, declared or witnessed (case_model.md section 11)."""

    event_id: Text = Field(title="事件编号")
    at: Instant = Field(title="发生时间")
    recorded_at: Instant = Field(title="登记时间")
    kind: Text = Field(title="事件类型")
    subject: Text = Field(title="对象")
    actor: Text = Field(title="操作人")
    evidence: Evidence = Field(title="证据等级")
    data: EventData = Field(default_factory=dict, title="数据")
    prev_hash: Text | None = Field(None, title="前一事件哈希")
    hash: Text | None = Field(None, title="本事件哈希")


class Attestation(Entity):
    """A dated statement of a named person (rules.md section 5.1, M-01)."""

    kind: AttestationKind = Field(title="声明类型")
    text: Text = Field(title="声明内容")
    by_ref: Ref = Field(title="声明人")
    at: Instant = Field(title="声明时间")
    affirmed: Flag = Field(title="是否确认")
