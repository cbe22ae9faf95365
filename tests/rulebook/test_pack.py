from datetime import date

import pytest

from docgen.editions import Edition
from docgen.errors import DeclarationError
from docgen.findings import LawReference, Outcome
from docgen.rulebook.expression import ALWAYS, show
from docgen.rulebook.guards import Action, Guard
from docgen.rulebook.pack import Pack, clause_of, load_packs, plain

from .examples import HEAD, VOCABULARY, pack_text, rule_text


def load(*contents: bytes) -> tuple[Pack, ...]:
    return load_packs([(f"p{number}.yaml", content) for number, content in enumerate(contents)], VOCABULARY)


def faults(*contents: bytes) -> list[tuple[str, str, str]]:
    with pytest.raises(DeclarationError) as caught:
        load(*contents)
    assert caught.value.code == "bad_rulebook"
    assert caught.value.remedy
    return [(detail.path, detail.label, detail.message) for detail in caught.value.details]


def test_a_rule_is_read_with_all_it_says():
    text = rule_text(
        "elapsed_min > limit_min",
        applies='kind == "product"',
        pending="not done",
        more="law: [{name: 民法典, article: '201'}]\n    internal: true\n    note: 备注\n"
        "    guards: {issue: ['delivery_note@signing!'], report: ['*']}",
    )
    ((rule,),) = (pack.rules for pack in load(pack_text(text)))
    assert (rule.id, rule.title, rule.severity, rule.kind) == ("XX-01", "交付及时", Outcome.FAIL, "data")
    assert (rule.internal, rule.note, rule.suggestion) == (True, "备注", "立即交付")
    assert rule.law == (LawReference(name="民法典", article="201"),)
    assert rule.guards == (
        Guard("XX-01", Action.ISSUE, "delivery_note", Edition.SIGNING, blocks_pending=True),
        Guard("XX-01", Action.REPORT, None),
    )
    (part,) = rule.parts
    assert (part.key, part.severity, part.label, part.message) == (
        "",
        Outcome.FAIL,
        "XX-01/",
        "交付{subject}超时{late_text}",
    )
    assert show(part.violates) == "elapsed_min > limit_min"
    assert part.pending is not None
    assert show(part.pending) == "done == false"
    assert show(clause_of(part).condition) == 'kind == "product" and elapsed_min > limit_min'


def test_parts_may_have_their_own_severity():
    text = rule_text().replace(
        "      - aspect: delivery\n",
        "      - {aspect: visit, key: b, severity: info, violates: not made, message: 未回访}\n"
        "      - aspect: delivery\n        key: a\n",
    )
    (rule,) = load(pack_text(text))[0].rules
    assert [(part.key, part.severity, part.applies == ALWAYS) for part in rule.parts] == [
        ("b", Outcome.INFO, True),
        ("a", Outcome.FAIL, True),
    ]


def test_a_pack_knows_when_it_is_in_force_and_its_digest():
    content = pack_text().replace(b"rules:", b"in_force_to: 2026-12-31\nrules:")
    (pack,) = load(content)
    assert [
        pack.in_force(date.fromisoformat(day)) for day in ("2020-12-31", "2021-01-01", "2026-12-31", "2027-01-01")
    ] == [
        False,
        True,
        True,
        False,
    ]
    assert pack.version == "2026.1"
    assert pack.sha256 != load(content + b"\n# changed\n")[0].sha256


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("elapsed_min > limit_min", "elapsed_mn > limit_min"), 10, "没有事实“elapsed_mn”，是否为“elapsed_min”"),
        (("elapsed_min > limit_min", "elapsed_min > "), 10, "violates：第14个字符处"),
        (("elapsed_min > limit_min", "limit_min > 5 and limit_min < 3"), 10, "不可能成立"),
        (("elapsed_min > limit_min", "elapsed_min / limit_min > 2"), 10, "不认识的写法"),
        (("aspect: delivery", "aspect: deliver"), 9, "没有事实组“deliver”"),
        (("超时{late_text}", "超时{late}"), 11, "{late}不是delivery的事实"),
        (("超时{late_text}", "超时{late_text"), 11, "花括号不成对"),
        (("超时{late_text}", "超时{late_text.x}"), 11, "花括号不成对"),
        (("quote: 交付后24小时内", "quote: 交付后48小时内"), 12, "引文不在手册中"),
        ((", quote: 交付后24小时内完成《交付记录》填写", ", quote: ''"), 12, "缺少手册引文"),
        (("suggestion: 立即交付", "suggestion: ''"), 13, "不能为空"),
        (("severity: fail", "severity: fatal"), 6, "应为"),
        (("kind: data", "kind: date"), 7, "应为"),
        (("title: 交付及时", "titel: 交付及时"), 5, "未知的键“titel”，是否为“title”"),
        (("id: XX-01", "id: xx1"), 4, "格式不符"),
        (("    suggestion:", "    law: [{name: 民典, article: '201'}]\n    suggestion:"), 13, "没有“民典”"),
        (("    suggestion:", "    law: [{name: 民法典, article: '202'}]\n    suggestion:"), 13, "没有第202条"),
        (("    suggestion:", "    guards: {issue: [Contract]}\n    suggestion:"), 13, "防线写法不正确"),
        (("    suggestion:", "    guards: {issue: ['note:b']}\n    suggestion:"), 13, "不存在的部分"),
        (("    suggestion:", "    guards: {issue: ['note#customer']}\n    suggestion:"), 13, "只有签署才分当事人"),
        (("    suggestion:", "    guards: {print: [note]}\n    suggestion:"), 13, "应为"),
        (
            ("violates: 'elapsed_min > limit_min'", "violates: elapsed_min > 1\n        applies: told"),
            11,
            "不能用在 applies",
        ),
    ],
)
def test_a_fault_is_named_with_file_line_and_rule(change: tuple[str, str], line: int, message: str):
    content = pack_text().decode().replace(*change)
    found = faults(content.encode())
    assert any(path == f"p0.yaml:{line}" and message in said for path, _, said in found), found
    assert all(label for _, label, _ in found)


def test_the_manual_is_quoted_apart_from_markdown_brackets_and_gaps():
    for quote in ("完成《交付记录》填写，上传至系统", "金额超万元", "交付后 24小时内完成"):
        assert load(pack_text(rule_text().replace("交付后24小时内完成《交付记录》填写", quote)))
    assert plain("- **甲**〔乙〕⟪缺：数⟫ | 丙 |\n> # 丁") == "甲乙丙丁"


def test_a_rule_of_our_own_needs_no_quotation_but_a_given_one_must_be_right():
    assert load(
        pack_text(
            rule_text().replace("section: 步骤, quote: 交付后24小时内完成《交付记录》填写", "section: ours, quote: ''")
        )
    )
    assert (
        "引文"
        in faults(pack_text(rule_text().replace("section: 步骤, quote: 交付后", "section: ours, quote: 交互后")))[0][2]
    )


def test_two_rules_of_one_id_are_refused():
    assert faults(pack_text(rule_text(), rule_text())) == [("p0.yaml:14", "XX-01", "规则编号重复")]


def test_two_packs_may_hold_one_rule_only_on_different_days():
    old = pack_text().replace(b"rules:", b"in_force_to: 2025-12-31\nrules:")
    new = pack_text().replace(b"2021-01-01", b"2026-01-01")
    assert len(load(old, new)) == 2
    assert "有效期重叠" in faults(old, pack_text().replace(b"2021-01-01", b"2025-12-31"))[0][2]
    assert "有效期重叠" in faults(pack_text(), new)[0][2]


def test_a_pack_that_ends_before_it_begins_is_refused():
    assert "早于生效" in faults(pack_text().replace(b"rules:", b"in_force_to: 2020-12-31\nrules:"))[0][2]


def test_rules_of_several_parts_need_keys():
    text = rule_text().replace(
        "      - aspect: delivery\n",
        "      - {aspect: visit, violates: not made, message: 未回访}\n      - aspect: delivery\n",
    )
    assert "须有不同的 key" in faults(pack_text(text))[0][2]


def test_every_fault_of_every_file_is_told_at_once():
    broken = rule_text("elapsed_mn > 1", message="{x}").replace("quote: 交付", "quote: 支付")
    found = faults(
        pack_text(broken, rule_text(id="XX-02").replace("severity: fail", "severity: bad")), b"version: [", b"rules: 1"
    )
    assert {(path.partition(":")[0], label) for path, label, _ in found} >= {
        ("p0.yaml", "XX-01"),
        ("p0.yaml", "XX-02"),
        ("p1.yaml", "YAML"),
        ("p2.yaml", "version"),
    }
    assert len([1 for _, label, _ in found if label == "XX-01"]) == 3


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b"x", HEAD.encode(), HEAD.encode() + b"  - 1\n", b"rules: [[[]]]"]
)
def test_a_file_without_rules_is_refused(content: bytes):
    assert faults(content)


def test_a_condition_too_large_for_the_engine_is_a_fault_of_its_rule():
    wide = f"limit_min in ({', '.join(str(number) for number in range(55))})"
    assert any("过于复杂" in message for _, _, message in faults(pack_text(rule_text(wide))))
