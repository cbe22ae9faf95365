"""`docs/rules.md`: the rulebook as a book, the manual's sentence beside the condition that stands for it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from docgen.findings import Outcome
from docgen.rulebook.expression import ALWAYS, names, show
from docgen.rulebook.laws import Law
from docgen.rulebook.pack import OURS, Pack, Part, Rule
from docgen.rulebook.program import reads
from rules.book import Rulebook, load_rulebook
from rules.decision_table import FINAL_APPROVAL, Amount, approval_table
from rules.policy import Policy
from service.chapters import TITLES
from service.docs.influence import Samples
from service.docs.markdown import GENERATED, code, plain, table
from service.docs.settings import shipped
from service.samples import results
from service.settings import ROOT
from service.wording import (
    KINDS,
    OUTCOMES,
    condition_text,
    fact_title,
    guard_text,
    law_text,
    settings_by_key,
)

_INTRODUCTION = """# 规则手册

每条规则出自手册的一句话（或本系统补充的要求），由一个或几个条件表达。左栏是手册原文，右栏是条件；〔〕括起的是从案卷得出的事实。

## 结果

| 结果 | 含义 |
| --- | --- |
| 不通过 | 违反了必须遵守的要求 |
| 警告 | 违反了应当遵守的要求；具名人员说明理由后可以放行 |
| 提示 | 值得注意，不影响办理 |
| 待发生 | 尚未到发生之时，或缺少判断所需的事实 |
| 通过 | 未违反 |
| 不适用 | 案卷中没有这条规则判断的对象 |

## 以哪一天为准

| 依据 | 以哪一天有效的为准 |
| --- | --- |
| 规则包 | 评估时点当天：`--as-of`，其次案卷的 `as_of`，再次现在 |
| 公司规定 | 规则起算之日：提交审批之日、期限起算之日、签署之日等，由事实记录的日期决定 |
| 法律条文 | 事实发生之日；当日不在有效期内的条文不打印 |

一次检查记录案卷、规则包、公司规定的摘要和评估时点，凭这些可以在多年后得出同样的结果。
"""

_AMOUNTS = {
    Amount.WITHIN: "不足限额",
    Amount.EQUAL: "等于限额",
    Amount.OVER: "超过限额",
    Amount.NO_THRESHOLD: "未规定限额",
}


def rules_text() -> str:
    """Return the text of the document."""
    return "\n".join(_lines(load_rulebook(), Samples.of(ROOT / "samples"), _shown())).rstrip() + "\n"


def _shown() -> Mapping[str, Sequence[str]]:
    """Return the samples that show each rule firing."""
    fires = {Outcome.FAIL, Outcome.WARN, Outcome.INFO, Outcome.PENDING}
    shown: dict[str, list[str]] = {}
    for result in results(ROOT / "samples"):
        for rule in (
            {finding.rule for finding in result.report.findings if finding.outcome in fires} if result.report else ()
        ):
            shown.setdefault(rule, []).append(result.sample.name)
    return shown


def _lines(book: Rulebook, tried: Samples, shown: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield GENERATED
    yield _INTRODUCTION
    yield from _contents(book.packs)
    for pack in book.packs:
        yield f"## {_title(pack)}"
        yield ""
        until = f"至 {pack.in_force_to.isoformat()}" if pack.in_force_to else "起"
        yield f"规则包 {code(pack.name)}，版本 {pack.version}，自 {pack.in_force_from.isoformat()} {until}有效。"
        yield ""
        for rule in pack.rules:
            yield from _rule(rule, shown.get(rule.id, ()))
    yield from _deadlines(book, tried)
    yield from _approval(book)
    yield from _laws(book.laws)


def _title(pack: Pack) -> str:
    stage = pack.name.removesuffix(".yaml").partition("@")[0]
    return TITLES.get(stage, stage)


def _contents(packs: Sequence[Pack]) -> Iterator[str]:
    yield "## 各章"
    yield ""
    severities = (Outcome.FAIL, Outcome.WARN, Outcome.INFO)
    yield from table(
        ("章", "规则", *(OUTCOMES[severity] for severity in severities), "编号"),
        (
            (
                _title(pack),
                str(len(pack.rules)),
                *(str(sum(rule.severity is severity for rule in pack.rules)) for severity in severities),
                "、".join(_ranges([rule.id for rule in pack.rules])),
            )
            for pack in packs
        ),
    )


def _ranges(ids: Sequence[str]) -> Iterator[str]:
    """Yield runs of consecutive numbers: CT-01…CT-41."""
    breaks = [0, *(index for index, (one, other) in enumerate(pairwise(ids), 1) if not _follows(one, other)), len(ids)]
    for start, end in pairwise(breaks):
        yield ids[start] if end - start == 1 else f"{ids[start]}…{ids[end - 1]}"


def _follows(one: str, other: str) -> bool:
    (stage, _, number), (next_stage, _, next_number) = one.partition("-"), other.partition("-")
    return stage == next_stage and int(next_number) == int(number) + 1


def _rule(rule: Rule, shown: Sequence[str]) -> Iterator[str]:
    marks = "，".join([OUTCOMES[rule.severity], KINDS[rule.kind], *(["仅限内部"] if rule.internal else [])])
    yield f"### {rule.id} {plain(rule.title)}"
    yield ""
    source = "本系统规则" if rule.manual.section == OURS else f"手册 {rule.manual.section}"
    quote = f"“{plain(rule.manual.quote)}”" if rule.manual.quote else "（手册没有这句话）"
    rows = [(quote if number == 0 else "", _condition(part, rule)) for number, part in enumerate(rule.parts)]
    yield from table((plain(source), f"条件（{marks}）"), rows)
    yield from _notes(rule, shown)
    yield ""


def _condition(part: Part, rule: Rule) -> str:
    key = f"**{part.key}款**　" if part.key else ""
    severity = f"**{OUTCOMES[part.severity]}**，若" if part.severity is not rule.severity else "若"
    lines = [f"{key}对每个{plain(part.schema.title)}："]
    if part.applies != ALWAYS:
        lines.append(f"仅当{plain(condition_text(part.applies, part.schema))}；")
    lines.append(f"{severity}{plain(condition_text(part.violates, part.schema))}。")
    if part.pending is not None:
        lines.append(f"待发生，若{plain(condition_text(part.pending, part.schema))}。")
    lines.append(f"文字：{plain(part.message)}")
    lines.append(code(show(part.violates)))
    return "<br>".join(lines)


def _notes(rule: Rule, shown: Sequence[str]) -> Iterator[str]:
    yield f"* 建议：{plain(rule.suggestion)}"
    if rule.law:
        yield f"* 法律：{plain(law_text(rule.law))}"
    if rule.guards:
        yield f"* 防线：{'；'.join(plain(guard_text(guard)) for guard in rule.guards)}"
    if shown:
        yield f"* 样例：{'、'.join(f'[{name}](../samples/{name}/)' for name in shown)}"
    if rule.note:
        yield f"* 备注：{plain(rule.note)}"


def _deadlines(book: Rulebook, tried: Samples) -> Iterator[str]:
    """Yield the table of deadlines: every rule on a fact that comes with a deadline."""
    timed = {(record.aspect, name) for record in tried.records(book.policy) for name in record.due}
    yield "## 期限一览"
    yield ""
    yield "下列规则判断期限；到期时刻见检查结果的“应于”。"
    yield ""
    yield from table(
        ("规则", "从何算到何", "期限", "手册或来源"),
        (
            (rule.id, plain(fact_title(name, part.schema)), plain(_limit(part, name, book.policy)), _source(rule))
            for pack in book.packs
            for rule in pack.rules
            for part in rule.parts
            for name in names(part.violates)
            if (part.schema.aspect, name) in timed
        ),
    )


def _source(rule: Rule) -> str:
    where = "本系统" if rule.manual.section == OURS else rule.manual.section
    return plain(f"{where}“{rule.manual.quote}”")


def _limit(part: Part, timed: str, policy: Policy) -> str:
    settings = settings_by_key()
    limits = []
    for name in reads(part):
        if name.startswith("policy."):
            setting = settings[name.removeprefix("policy.")]
            section, _, key = setting.path.partition(".")
            limits.append(f"{shipped(getattr(getattr(policy, section), key))}{setting.unit}（{setting.title}）")
    others = [f"〔{fact_title(name, part.schema)}〕" for name in names(part.violates) if name != timed]
    return "；".join(limits) or "、".join(others) or "见条件"


def _approval(book: Rulebook) -> Iterator[str]:
    rule = next((rule for pack in book.packs for rule in pack.rules if rule.id == FINAL_APPROVAL), None)
    if rule is None:
        return
    yield "## 审批决策表"
    yield ""
    threshold = shipped(book.policy.approval.gm_threshold_cny)
    yield f"最终审批（{FINAL_APPROVAL}）。限额是公司规定的总经理审批金额，按提交审批之日有效的值；"
    yield f"出厂值 {threshold} 元，与含税合同总价比较，“超过”才须总经理审批。"
    yield "每一格都由规则本身算出。此前须先经销售经理、法务部逐级通过（CT-08）；限额未规定时另有 CT-28。"
    yield ""
    yes = {True: "通过", False: "—"}
    yield from table(
        ("合同金额", "分管副总", "总经理", "签署前", "签署后"),
        (
            (_AMOUNTS[row.amount], yes[row.vp_passed], yes[row.gm_passed], OUTCOMES[row.unsigned], OUTCOMES[row.signed])
            for row in approval_table(rule)
        ),
    )


def _laws(laws: Mapping[str, Law]) -> Iterator[str]:
    yield "## 引用的法律"
    yield ""
    yield from table(
        ("简称", "文件", "有效期", "引用的条", "原文待核对的条"),
        (
            (
                plain(law.name),
                plain(law.document),
                f"{law.in_force_from.isoformat()} 至 {law.in_force_to.isoformat() if law.in_force_to else '今'}",
                "、".join(law.articles),
                "、".join(law.unconfirmed) or "—",
            )
            for law in laws.values()
        ),
    )
