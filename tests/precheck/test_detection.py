"""Which clauses are found, measured on contracts whose labels follow from how they were made (bank.yaml)."""

from functools import cache

import pytest

from docgen.precheck.clauses import Status
from docgen.precheck.scan import scan
from docgen.precheck.source import read_contract
from rules.precheck import shipped_detectors
from tests.precheck.evaluation import bank, composed
from tests.precheck.measuring import TODAY, Measured, measure

_FILLING = "双方本着平等自愿、诚实信用的原则，经充分协商，就有关事项达成一致，特立此约，以资共同遵守，绝无反悔。" * 6


@cache
def measured(half: str) -> Measured:
    return measure(composed(half, 60))


@pytest.mark.parametrize("half", ["tuning", "held"])
def test_present_clauses_are_found_and_absent_ones_missed(half: str):
    result = measured(half)
    assert result.share(result.present, Status.FOUND) >= 0.97, result.wrong
    assert result.share(result.present, Status.MISSING) <= 0.02, result.wrong
    assert result.share(result.absent, Status.MISSING) >= 0.92, result.wrong
    assert result.share(result.absent, Status.FOUND) <= 0.03, result.wrong


def test_every_clause_has_wordings_in_both_halves():
    assert set(bank()) == set(shipped_detectors().declared.clauses) - {"quality"} | {"filler"}
    assert all(bank()[clause][half] for clause in bank() for half in ("tuning", "held"))


def test_every_quotation_is_exactly_what_stands_at_its_offsets():
    for contract in composed("held", 20, seed=3):
        text = read_contract(contract.text.encode())
        for verdict in scan(text, shipped_detectors(), TODAY).clauses:
            for passage in verdict.passages:
                assert text.text[passage.start : passage.end] == passage.text
                assert len(passage.text) <= 80 or "\n" in passage.text
            assert len(verdict.passages) <= 3
            assert bool(verdict.passages) is (verdict.status is not Status.MISSING)


def verdict(clause: str, text: str) -> Status:
    contract = read_contract(f"合同\n{_FILLING}\n{text}\n".encode())
    return {one.id: one.status for one in scan(contract, shipped_detectors(), TODAY).clauses}[clause]


@pytest.mark.parametrize(
    ("clause", "text", "status"),
    [
        ("dispute_resolution", "第九条　争议　发生争议由双方协商解决。", Status.UNSURE),
        ("dispute_resolution", "第九条　争议　协商不成的，向甲方所在地人民法院起诉。", Status.FOUND),
        ("quantity", "数量详见附件一。", Status.UNSURE),
        ("quantity", "第一条 标的 控制柜十台，型号YS-10。", Status.FOUND),
        ("quantity", "第1条 附则 本合同以中文书写。", Status.MISSING),
        ("quantity", "违反第三条约定的，乙方退还十台的货款。", Status.MISSING),
        ("quantity", "对数量不符有异议的，应当场提出。", Status.MISSING),
        ("force_majeure", "除不可抗力外，乙方不得延期。", Status.UNSURE),
        ("anti_bribery", "本合同不包括廉洁条款。", Status.MISSING),
        ("personal_info", "依照《中华人民共和国个人信息保护法》执行。", Status.MISSING),
        ("effectiveness", "补充协议经双方签字盖章后生效。", Status.MISSING),
        ("acceptance", "验收合格后五日内支付余款。", Status.UNSURE),
        ("confidentiality_term", "保 密 期 限 ： 五 年 。", Status.FOUND),
        ("confidentiality_scope", "雙方應對商業秘密予以保密。", Status.FOUND),
        ("tax", "单价为含税价，税率１３％。", Status.FOUND),
        ("payment", "甲方逾期支付货款的，每日支付千分之一违约金。", Status.MISSING),
    ],
)
def test_one_sentence_decides(clause: str, text: str, status: Status):
    assert verdict(clause, text) is status


def test_the_supplier_may_be_the_first_party():
    head = "甲方（卖方）：杭州甲公司\n乙方（买方）：宁波乙公司\n"
    assert verdict("customer_support", head + "乙方应提供安装场地并配合调试。") is Status.FOUND
    assert verdict("customer_support", head + "甲方应提供安装场地并配合调试。") is not Status.FOUND
