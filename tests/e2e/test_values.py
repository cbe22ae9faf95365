"""Values nobody hoped for: each gives a right document or a clear refusal, and nothing half-written."""

import time
from typing import Any

import pytest

from tests.e2e.desk import Change, Desk, packed, renamed

SHEET = "product_acceptance_sheet"
LONG = "甲乙丙丁戊己庚辛壬癸" * 50


def place(text: str) -> Change:
    """Put `text` into two fields of the product acceptance."""

    def change(data: dict[str, Any]) -> None:
        acceptance = data["orders"][0]["acceptances"][0]
        acceptance["place"] = acceptance["items"][0]["actual"] = text

    return change


@pytest.mark.parametrize(
    "text",
    [
        "甲<b>乙</b>&amp;丙&丁",
        "第一行\n第二行",
        "左\t右",
        "]]><![CDATA[x",
        "\"'`;rm -rf /",
        "㐂㛃䶮鿍𬱖",
        "阿卜杜拉·买买提",
        "Müller Ø ½ ① Ⅳ ㎡ ℃ “引号” — …",
        "甲\u00a0乙\u3000丙",
    ],
)
def test_odd_text_is_printed_as_it_stands_in_word_and_pdf(desk: Desk, text: str) -> None:
    run = desk.issue(desk.case(place(text)), SHEET)
    assert run.code == 0, run.err
    assert desk.word("产品验收单").count(packed(text)) == 2
    assert packed(text) in "".join(desk.pages("产品验收单"))


@pytest.mark.parametrize("text", ["示例🚀", "شركة", "บริษัท", "\ue000"])
def test_characters_that_no_font_has_are_named_and_only_that_document_is_refused(desk: Desk, text: str) -> None:
    run = desk.issue(desk.case(place(text)), SHEET, "first_contact_record")
    assert run.code == 3
    assert "《产品验收单》 PO20240418001/1" in run.err
    assert f"U+{ord(text[-1]):04X}" in run.err
    assert [name.split("_")[1] for name in desk.written()] == ["客户首次接触记录"] * 2


@pytest.mark.parametrize("text", ["a\x01b", "a\u200bb", "a\u202eb", "\ufeffa"])
def test_control_and_invisible_characters_are_refused_with_their_place(desk: Desk, text: str) -> None:
    run = desk.issue(desk.case(place(text)), SHEET)
    assert run.code == 4
    assert "orders[0].acceptances[0].place" in run.err
    assert "U+" in run.err
    assert desk.written() == []


def test_template_code_in_a_value_is_neither_run_nor_printed(desk: Desk) -> None:
    run = desk.issue(desk.case(place("{{ ''.__class__ }}{% for i in range(9) %}")), SHEET)
    assert run.code == 3
    assert "GN-04" in run.err
    assert desk.written() == []


@pytest.mark.parametrize(
    ("old", "form", "title"),
    [
        ("示例科技有限公司", "contract", "销售合同"),
        ("示例科技有限公司", SHEET, "产品验收单"),
        ("智能制造系统", "negotiation_minutes", "合同谈判纪要"),
        ("王海", "contract", "销售合同"),
    ],
)
def test_names_of_500_characters_are_printed_whole(desk: Desk, old: str, form: str, title: str) -> None:
    run = desk.issue(desk.case(renamed(old, LONG)), form)
    assert run.code == 0, run.err
    assert LONG in desk.word(title)
    assert sum(page.count("庚辛") for page in desk.pages(title)) >= 45
    assert all(len(name.encode()) <= 200 for name in desk.written())


def three_hundred_lines(data: dict[str, Any]) -> None:
    """Give the contract and its minutes 300 lines, delivered in turns."""
    lines = [
        {
            "line_no": number,
            "kind": "product" if number % 2 else "service",
            "category": "hardware" if number % 2 else "service",
            "name": f"设备{number:03d}型终端",
            "spec": f"YB-{number:04d}",
            "unit": "台",
            "quantity": "2",
            "unit_price": "1000.00",
            "amount": "2000.00",
            "tax_rate": "0.13" if number % 2 else "0.06",
            "need_nos": ["DEMO001"],
        }
        for number in range(1, 301)
    ]
    agreed, contract = data["negotiations"][0]["agreed"], data["contract"]
    data["proposals"][1]["quotation"] |= {"lines": lines, "total": "600000.00"}
    for terms in (agreed, contract):
        terms |= {"lines": lines, "total": "600000.00"}
        for stage, amount in zip(terms["payment"], ("180000.00", "360000.00", "60000.00"), strict=True):
            stage["amount"] = amount
        terms["delivery"][0]["line_nos"] = list(range(1, 301, 2))
        terms["delivery"][1]["line_nos"] = list(range(2, 301, 2))
    price = next(clause for clause in contract["clauses"] if clause["clause_id"] == "price")
    price["text"] = "合同总价人民币600000.00元（大写：人民币陆拾万元整）"
    data["baseline"]["min_total"] = "500000.00"
    data["orders"] = []


def test_a_contract_of_300_lines_repeats_its_table_header_and_takes_seconds(desk: Desk) -> None:
    case = desk.case(three_hundred_lines)
    started = time.perf_counter()
    run = desk.issue(case, "contract")
    took = time.perf_counter() - started
    assert run.code == 0, run.err
    pages = desk.pages("销售合同")
    whole = "".join(pages)
    assert all(f"设备{number:03d}型终端" in whole for number in range(1, 301))
    assert all("单价（元）" in page for page in pages if "型终端" in page)
    assert 15 <= len(pages) <= 30
    assert took < 60  # 2 s on an idle core
