"""`docs/settings.md`: every setting of the policy with its title, source and shipped value, and who reads it."""

from collections.abc import Iterator, Mapping
from typing import Any

from rules.book import Rulebook, load_rulebook
from rules.dated import Dated
from rules.policy import Policy
from service.docs.influence import Influence, Samples, influences
from service.docs.markdown import GENERATED, code, plain, table
from service.settings import ROOT
from service.wording import SettingName, settings_by_key

_SECTIONS: Mapping[str, str] = {
    "approval": "合同审批",
    "deadlines": "时限",
    "progress": "订单进度",
    "survey": "满意度调研",
    "grading": "客户分级",
    "proposal": "方案",
    "quotation": "报价",
    "calendar": "工作日历",
    "esign": "电子签名",
    "numbering": "编号",
    "events": "系统见证",
    "contract": "合同",
    "attestations": "声明",
    "after_sales": "售后",
    "retention": "保存期限",
    "pii": "个人信息",
}

_INTRODUCTION = """# 公司规定

手册留给公司决定的数值、时限、名单和日历，写在 `rules/policy.yaml` 中。
改动后无须重启即生效；写错的文件整份拒收，原有规定继续有效。

* 每个值可以直接写，也可以写成按生效日期排列的列表：`- {from: 2027-01-01, value: "680000.00"}`。
  规则按其起算之日有效的值判断，见 [规则手册](rules.md)。
* `null`（下表中的“未规定”）表示公司没有规定：依赖它的规则不适用或待定。
  总经理审批金额没有缺省值：不填即违反 CT-28。
* “影响的规则”由条件所读的值得出；由程序先行换算的值，逐项改动后重算全部样例得出。
  样例显不出影响的，列出读取它的事实面；“—”表示规则不读取（用于文书、台账或工作日的推算）。
"""


def settings_text() -> str:
    """Return the text of the document."""
    return "\n".join(_lines(load_rulebook(), Samples.of(ROOT / "samples"))).rstrip() + "\n"


def _lines(book: Rulebook, tried: Samples) -> Iterator[str]:
    yield GENERATED
    yield _INTRODUCTION
    influence = influences([rule for pack in book.packs for rule in pack.rules], tried)
    sections: dict[str, list[SettingName]] = {}
    for setting in settings_by_key().values():
        sections.setdefault(setting.path.partition(".")[0], []).append(setting)
    for section, settings in sections.items():
        yield f"## {_SECTIONS[section]} {code(section)}"
        yield ""
        yield from table(
            ("键", "名称", "单位", "出厂值", "来源", "影响的规则"),
            (_row(setting, book.policy, influence[setting.path]) for setting in settings),
        )


def _row(setting: SettingName, policy: Policy, influence: Influence) -> tuple[str, ...]:
    section, _, key = setting.path.partition(".")
    part = getattr(policy, f"{section}_" if section == "calendar" else section)
    return (
        code(key),
        plain(setting.title),
        plain(setting.unit),
        plain(shipped(getattr(part, key))),
        plain(type(part).model_fields[key].description or ""),
        "、".join(influence.rules) or "、".join(f"（事实面“{title}”）" for title in influence.aspects) or "—",
    )


def shipped(value: Any) -> str:  # noqa: ANN401 - any setting
    """Write the value of a setting: all of its dates where it has several."""
    if isinstance(value, Dated):
        if len(value.root) == 1:
            return _text(value.root[0].value)
        return "；".join(f"{entry.since.isoformat()}起 {_text(entry.value)}" for entry in value.root)
    return _text(value)


def _text(value: object) -> str:
    if value is None:
        return "未规定"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple | Mapping):
        return "、".join(str(item) for item in value) or "空"
    return str(value)
