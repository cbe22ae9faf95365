"""Every rule on contract texts: where it fires, where it does not, and at its boundary."""

from datetime import datetime

import pytest

from docgen.case import load_case
from docgen.clock import SHANGHAI
from docgen.errors import DeclarationError
from docgen.precheck.detectors import parse_detectors
from docgen.precheck.source import read_contract
from rules.book import load_rulebook
from rules.precheck import SHIPPED, Precheck, precheck
from tests.samples import sample

_NOW = datetime(2026, 11, 27, 12, tzinfo=SHANGHAI)
_BOOK = load_rulebook()
_FILLING = "双方本着平等自愿、诚实信用的原则，经充分协商，就有关事项达成一致，特立此约，以资共同遵守，绝无反悔。" * 6
_ARTICLES = "第一条　甲\n第二条　乙\n第三条　丙\n"
_ROWS = "名称 | 数量 | 单价 | 金额\n控制柜 | {n} | 100.00 | 400.00\n电缆 | 2 | 50.00 | 100.00\n合计 |  |  | {total}\n"
_STAGES = (
    "第四条　付款方式\n合同签订后支付合同总价的30%，到货后支付合同总价的60%，"
    "质保期满后支付合同总价的{last}%。\n第五条　丁"
)


def checked(text: str, *, imported: bool = True, case: bool = False) -> Precheck:
    contract = read_contract(f"买卖合同\n{_FILLING}\n{text}\n".encode())
    against = load_case(sample("H01").case) if case else None
    return precheck(contract, "c.txt", _BOOK, _NOW, imported=imported, case=against)


def fired(text: str, *, imported: bool = True) -> set[str]:
    return {finding.id for finding in checked(text, imported=imported).findings}


@pytest.mark.parametrize(
    ("rule", "firing", "silent"),
    [
        ("CT-44", "总价680000元（大写：人民币陆拾捌万零壹元整）", "总价680000元（大写：人民币陆拾捌万元整）"),
        ("CT-44", "总价680,000.01元（大写：陆拾捌万元整）", "总价680,000.00元（大写：陆拾捌万元整）"),
        ("CT-44", _ROWS.format(n=5, total="500.00"), _ROWS.format(n=4, total="500.00")),
        ("CT-44", _ROWS.format(n=4, total="500.02"), _ROWS.format(n=4, total="500.00")),
        ("CT-44", _STAGES.format(last=11), _STAGES.format(last=10)),
        ("CT-45", "根据《中华人民共和国合同法》订立。", "根据《中华人民共和国劳动合同法》订立。"),
        ("CT-45", "按照合同法第52条处理。", "按照民法典合同编处理。"),
        ("CT-45", "依据《担保法》提供担保。", "《担保法》已经废止。"),
        ("CT-46", "乙方应尽快发货。", "乙方应在3日内发货。"),
        ("CT-46", "质量应符合国家标准。", "质量应符合GB/T 19001标准。"),
        ("CT-47", "造成人身伤害的，乙方概不负责。", "造成人身伤害的，乙方依法赔偿。"),
        ("CT-47", "甲方拥有最终解释权。", "解释不一致的，协商确定。"),
        ("CT-47", "违约方支付合同总价31%的违约金。", "违约方支付合同总价30%的违约金。"),
        ("CT-47", "逾期的，每日按0.5%支付违约金。", "逾期的，每日按0.49%支付违约金。"),
        ("CT-47", "期满无异议的，本合同自动续期一年。", "期满经书面同意的，另签合同。"),
        ("CT-47", "甲方收货后3日内未提出异议的，视为验收合格。", "甲方收货后3日内提出异议。"),
        ("CT-47", "甲方可随时解除合同。", "甲方可随时解除合同。乙方可随时解除合同。"),
        ("CT-48", "单价为____元。", "单价为35元。"),
        ("CT-48", "交货期：□7天　□15天", "交货期：☑7天　□15天"),
        ("CT-48", "联系人：XXX", "型号：MAXX-200，尺寸XXL"),
        ("CT-49", "甲方：宁波东岭机电有限公司\n乙方：杭州云溪公司\n（以下无正文）\n甲方（盖章）：宁波东岭机械有限公司",
         "甲方：宁波东岭机电有限公司\n乙方：杭州云溪公司\n（以下无正文）\n甲方（盖章）：宁波东岭机电有限公司"),
        ("CT-49", "统一社会信用代码：91330100MA00000010", "统一社会信用代码：91330200MA0000002P"),
        ("CT-50", "2025年2月29日前交货。", "2024年2月29日前交货。"),
        ("CT-50", "自2025年5月2日起至2025年5月1日止。", "自2025年5月1日起至2025年5月1日止。"),
        ("CT-50", "签订日期：2025年3月1日\n2025年2月28日前交货。", "签订日期：2025年3月1日\n2025年3月1日前交货。"),
        ("CT-51", "发生争议，可提交上海仲裁委员会仲裁，也可向人民法院起诉。",
         "发生争议，提交上海仲裁委员会仲裁，可申请法院强制执行。"),
        ("CT-52", _ARTICLES + "违反第四条的，承担责任。", _ARTICLES + "违反第三条的，承担责任。"),
        ("CT-52", _ARTICLES + "详见附件2。\n附件1：清单", _ARTICLES + "详见附件1。\n附件1：清单"),
        ("CT-53", "本合同所称“交付物”须完整。", "本合同所称“交付物”是指软件和文档。"),
        ("CT-54", "本合同自双方签字盖章后生效。", "本合同自双方签字并盖章后生效。"),
    ],
)  # fmt: skip
def test_a_rule_fires_and_does_not(rule: str, firing: str, silent: str):
    assert rule in fired(firing)
    assert rule not in fired(silent)


def test_missing_and_unsure_clauses_are_told_and_optional_ones_are_not():
    told = {(finding.id, finding.reason) for finding in checked("发生争议由双方协商解决。").findings}
    assert ("CT-42", "price") in told
    assert ("CT-43", "dispute_resolution") in told
    assert ("CT-42", "anti_bribery") not in told


def test_a_form_that_is_blank_as_a_whole_is_told_once():
    assert [f.reason for f in checked("金额____元。" * 15).findings if f.id == "CT-48"] == ["blank"] * 15
    (one,) = [f for f in checked("金额____元。" * 16).findings if f.id == "CT-48"]
    assert one.reason == "blank_form"


def test_our_own_text_is_not_asked_for_what_other_rules_ask():
    assert {"CT-44", "CT-48"} & fired("单价____元，总价68元（大写：陆拾玖元整）", imported=False) == set()


def test_every_finding_quotes_its_place():
    result = checked("根据《合同法》，单价____元。签字盖章后生效。2025年2月30日交货。")
    for finding in result.findings:
        if finding.passage:
            place = finding.passage
            assert result.scan.contract.text[place.start : place.end] == place.text
    assert len({finding.key for finding in result.findings}) == len(result.findings)


def test_what_differs_from_the_agreement_is_shown_with_both_sides():
    text = (
        "甲方：示例科技有限公司\n乙方：样板智能装备有限公司\n合同总价为人民币690,000.00元，税率13%。\n"
        "产线数据采集网关 | YB-GW20 | 台 | 25 | 9,800.00 | 245,000.00\n保密期限为2年。\n甲方收货后5个工作日内完成验收。"
    )
    told = {finding.reason: finding for finding in checked(text, case=True).findings if finding.id == "CT-56"}
    assert {"total", "quantity", "amount", "confidentiality", "acceptance"} <= told.keys()
    assert "customer_name" not in told
    assert told["total"].agreed == "680,000.00元"
    assert told["total"].passage is not None
    assert told["total"].passage.text == "690,000.00"


def test_detectors_with_faults_are_refused_with_their_lines():
    broken = SHIPPED.read_text(encoding="utf-8").replace("title: 数量", "titel: 数量").encode()
    with pytest.raises(DeclarationError) as caught:
        parse_detectors("detectors.yaml", broken)
    assert caught.value.code == "bad_detectors"
    assert any("titel" in detail.message for detail in caught.value.details)
