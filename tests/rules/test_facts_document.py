"""Facts and rules of documents at issue: GN-04, GN-06, GN-07, GN-09, CT-22."""

from dataclasses import replace

import pytest

from docgen.case.casefile import CaseFile
from docgen.masking import PiMode
from rules.facts.document import RenderedText, document_facts
from tests.rules.judging import judge_records, setting
from tests.rules.patching import h01, part

PLAIN = RenderedText(
    doc_no="YB-XS-2024-0012",
    form_id="contract",
    text="销售合同 示例科技有限公司",
    pi_mode=PiMode.FULL,
    audience="customer",
    esign_requested=True,
    esign_allowed=True,
)


def said(rule: str, case: CaseFile | None = None, **changes: object) -> bool:
    """Tell whether `rule` fires on the document with `changes`."""
    case = case or h01()
    about = setting(case)
    outcomes = judge_records([document_facts(replace(PLAIN, **changes), case, about)], about, rule)
    assert outcomes in ([], ["fail YB-XS-2024-0012"])
    return bool(outcomes)


class TestPlaceholders:
    @pytest.mark.parametrize(
        "text",
        [
            "甲方：{{ customer.name }}",
            "}}",
            "{% if x %}",
            "金额：None元",
            "(nan)",
            "金额 NaN",
            "联系人：XX",
            "××科技有限公司",
            "⟪缺⟫",
            "日期 TBD",
            "交付时间待定",
            "XXX公司",
        ],
    )
    def test_what_is_left_to_fill_is_found(self, text: str):
        assert said("GN-04", text=text)

    @pytest.mark.parametrize(
        "text",
        [
            "Nanjing",
            "finance",
            "MAXX-200",
            "Nonesuch",
            "YB-GWXX1",
            "XXL",
            "7×24小时",
            "等待定标结果",
            "{单价}",
            "banane",
            "尺寸 X",
            "",
        ],
    )
    def test_ordinary_words_are_not(self, text: str):
        assert not said("GN-04", text=text)

    def test_hits_are_counted_and_quoted_without_names(self):
        about = setting(h01())
        text = "联系人：张明，电话TBD。\n交付日期：待定。"
        found = document_facts(replace(PLAIN, text=text), h01(), about)
        assert found.placeholder_count == 2
        assert "张明" not in found.placeholder_text
        assert "电话TBD" in found.placeholder_text


class TestPersonalData:
    @pytest.mark.parametrize(
        "text",
        [
            "联系人：张明",
            "联系人：张 明",
            "负责人：赵一凡经理",
            "受托人王海",
            "电话 13900000001",
            "电话 139-0000-0001",
            "电话 139 0000 0001",
            "电话：+8613900000001"[3:].replace("+86", ""),
            "邮箱 c01@example.com",
            "邮箱 C01@EXAMPLE.COM",
        ],
    )
    @pytest.mark.parametrize("mode", [PiMode.MASKED, PiMode.NONE])
    def test_a_masked_document_names_nobody(self, text: str, mode: PiMode):
        assert said("GN-06", text=text, pi_mode=mode)
        assert not said("GN-06", text=text)

    @pytest.mark.parametrize(
        "text",
        [
            "联系人：*先生 生产总监",
            "139****0001",
            "c***@example.com",
            "编号 1390000000123",
            "公司电话 0571-00000001",
            "服务热线 400-000-0001",
        ],
    )
    def test_masked_forms_are_fine(self, text: str):
        assert not said("GN-06", text=text, pi_mode=PiMode.MASKED)

    def test_a_name_within_the_name_of_a_company_is_no_leak(self):
        case = h01({"customer.name": "张明科技有限公司"})
        assert not said("GN-06", case, text="客户：张明科技有限公司", pi_mode=PiMode.MASKED)
        assert said("GN-06", case, text="客户：张明科技有限公司 张明", pi_mode=PiMode.MASKED)

    def test_a_latin_name_is_a_word(self):
        case = h01({"contacts[0].name": "Li"})
        assert said("GN-06", case, text="Contact: Li", pi_mode=PiMode.MASKED)
        assert not said("GN-06", case, text="Limited", pi_mode=PiMode.MASKED)

    def test_the_number_of_people_is_counted(self):
        text = "张明、张明、李娜 13900000001"
        assert document_facts(replace(PLAIN, text=text), h01(), setting(h01())).pi_leak_count == 3


class TestHouseSecrets:
    @pytest.mark.parametrize(
        "text",
        [
            "最低价660000元",
            "660000.00",
            "¥660,000.00",
            "¥660,000",
            "人民币陆拾陆万元整",
            "首付款不低于20%",
            "毛利率30%",
            "利润率为30.0%",
            "毛利 0.3",
            "0.30",
            "最短交付周期35天",
            "行业同类产品均价",
        ],
    )
    @pytest.mark.parametrize("audience", ["customer", "public"])
    def test_no_floor_margin_or_supporting_data_leaves_the_house(self, text: str, audience: str):
        assert said("GN-07", text=text, audience=audience)
        assert not said("GN-07", text=text, audience="internal")

    @pytest.mark.parametrize(
        "text",
        [
            "降低生产线能耗30%",
            "按30%、60%、10%分三期",
            "希望降至66万元以内",
            "1660000",
            "660000123",
            "6600000.00",
            "合同总价680000.00元",
            "35日内付款",
            "定制化成本构成已列明",
            "V0.305",
            "壹佰陆拾陆万元整",
        ],
    )
    def test_what_the_customer_may_read_is_no_secret(self, text: str):
        assert not said("GN-07", text=text)

    def test_an_agreed_total_equal_to_the_floor_is_known_to_both(self):
        case = h01({"baseline.min_total": "680000.00"})
        assert not said("GN-07", case, text="合同总价680000.00元")

    def test_a_case_without_baseline_has_no_floor(self):
        assert not said("GN-07", h01({"baseline": None}), text="660000")

    def test_a_margin_of_one_decimal_is_only_looked_for_beside_its_name(self):
        case = h01({"proposals[0].margin_rate": None, "proposals[1].margin_rate": "0.3"})
        assert said("GN-07", case, text="毛利率：30%")
        assert not said("GN-07", case, text="比例0.3")


class TestSigningAndAmounts:
    def test_an_esignature_needs_a_form_that_allows_it(self):
        assert not said("CT-22")
        assert not said("CT-22", esign_allowed=False, esign_requested=False)
        assert said("CT-22", esign_allowed=False)

    def test_figures_and_words_agree(self):
        assert not said("GN-09", text="合同总价人民币680000.00元（大写：人民币陆拾捌万元整）")
        assert said("GN-09", text="合同总价人民币680000.00元（大写：人民币陆拾玖万元整）")

    def test_the_clauses_of_the_complete_case_give_no_finding(self):
        text = "\n".join(clause["text"] for clause in part("contract.clauses"))
        for rule in ("GN-04", "GN-07", "GN-09"):
            assert not said(rule, text=text)
