"""Lists of forms as data and as spreadsheets: opened again, numbers are numbers and dates are dates."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from docgen.clock import SHANGHAI
from docgen.editions import Edition
from docgen.errors import InputError
from docgen.forms.ledger import render_ledger
from docgen.forms.lists import lists
from docgen.forms.xlsx import Column, Kind, List, workbook
from tests.forms.desk import FIGURES, case_of, catalogue, filled, issuance

MADE_ON = date(2024, 12, 31)


def opened(*found: List) -> Workbook:
    return load_workbook(BytesIO(workbook(found, made_on=MADE_ON)))


def clock_of_excel(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI).replace(tzinfo=None)


def service_record() -> tuple[List, ...]:
    form = catalogue().get("after_sales_record")
    cases = [case_of("H01"), case_of("S02")]
    return lists(form, render_ledger(form, cases, issuance(Edition.SIGNING), FIGURES).docx)


def one_column(kind: Kind, *values: object, suffix: str = "") -> List:
    return List("清单", "清单", (Column("栏", kind, suffix),), [(value,) for value in values])


def test_a_ledger_opens_with_real_dates_and_numbers_under_the_words_on_paper():
    sheet = opened(*service_record()).worksheets[0]
    head, first, second = sheet.iter_rows(values_only=True)
    assert head[1] == "服务日期"
    assert first[1] == clock_of_excel(2024, 6, 20)
    assert first[2] == "故障"
    assert (first[6], second[6]) == (5, 4)
    assert sheet["G2"].number_format == '0"分"'
    assert sheet["B2"].number_format == "yyyy-mm-dd"


def test_the_tables_of_a_contract_are_sheets_with_amounts_and_rates():
    form = catalogue().get("contract")
    book = opened(*lists(form, filled("contract", case_of("H01"), edition=Edition.RECORD).docx))
    goods = list(book.worksheets[0].iter_rows(values_only=True))
    assert goods[0][:2] == ("序号", "名称")
    assert goods[1][0] == 1
    assert goods[1][4:] == (1, 360000, 360000, 0.13)
    signed = list(book.worksheets[-1].iter_rows(values_only=True))
    assert signed[1][-1] == clock_of_excel(2024, 4, 17, 10, 20)


def test_every_form_with_lists_gives_a_workbook_and_names_each_sheet_once():
    for form in catalogue():
        cases = [case_of("H01")]
        if form.spec.is_ledger:
            found = lists(form, render_ledger(form, cases, issuance(Edition.SIGNING), FIGURES).docx)
            assert found, form.spec.form_id
            names = [sheet.title for sheet in opened(*found).worksheets]
            assert len(set(names)) == len(names)


def test_the_same_lists_give_the_same_bytes():
    assert workbook(service_record(), made_on=MADE_ON) == workbook(service_record(), made_on=MADE_ON)


def test_a_sheet_is_ready_to_read_and_to_print():
    sheet = opened(*service_record()).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:H3"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$1:$1"
    assert "售后服务记录　编号：WS-2024-0012-01" in str(sheet.oddHeader.center.text)
    assert (sheet["A1"].font.name, sheet["A2"].font.name) == ("黑体", "宋体")
    assert sheet.column_dimensions["E"].width > sheet.column_dimensions["C"].width


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "{=1}", "http://example.com", "-1", "001"])
def test_a_text_stays_a_text_whatever_it_begins_with(text: str):
    cell = opened(one_column(Kind.TEXT, text)).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_nothing_is_an_empty_cell():
    assert opened(one_column(Kind.DATE, None, MADE_ON)).worksheets[0]["A2"].value is None


def test_a_moment_is_written_in_local_time():
    at = datetime(2024, 6, 20, 1, 0, tzinfo=SHANGHAI)
    cell = opened(one_column(Kind.MOMENT, at)).worksheets[0]["A2"]
    assert cell.value == clock_of_excel(2024, 6, 20, 1)


def test_amounts_keep_their_cents():
    assert opened(one_column(Kind.MONEY, Decimal("492035.41"))).worksheets[0]["A2"].value == 492035.41


@pytest.mark.parametrize(("length", "fits"), [(32_767, True), (32_768, False)])
def test_a_text_longer_than_a_cell_is_refused(length: int, fits: bool):
    found = one_column(Kind.TEXT, "字" * length)
    if fits:
        assert opened(found).worksheets[0]["A2"].value == "字" * length
    else:
        with pytest.raises(InputError) as caught:
            workbook([found], made_on=MADE_ON)
        assert caught.value.code == "cell_too_long"
        assert "第1行第1列" in caught.value.message


def test_lists_of_the_same_name_and_columns_continue_each_other():
    book = opened(one_column(Kind.TEXT, "甲"), one_column(Kind.TEXT, "乙"))
    assert [[cell.value for cell in column] for sheet in book.worksheets for column in sheet.columns] == [
        ["栏", "甲", "乙"]
    ]


def test_sheets_of_one_name_with_other_columns_get_names_of_their_own():
    other = List("清单", "清单", (Column("另一栏"),), [("甲",)])
    assert opened(one_column(Kind.TEXT, "甲"), other).sheetnames == ["清单", "清单(2)"]


def test_a_name_that_no_sheet_may_have_is_made_one():
    named = List("[甲]:乙/丙" + "长" * 40, "", (Column("栏"),), [])
    assert opened(named).sheetnames == ["甲乙丙" + "长" * 28]


def test_the_archive_catalogue_has_dates_as_archives_write_them():
    form = catalogue().get("archive_catalog")
    (found,) = lists(form, filled("archive_catalog", case_of("H01")).docx)
    cell = opened(found).worksheets[0]["F2"]
    assert (cell.value, cell.number_format) == (clock_of_excel(2024, 4, 17), "yyyymmdd")
    assert [column.title for column in found.columns] == [
        "序号",
        "档号",
        "文号",
        "责任者",
        "题名",
        "日期",
        "密级",
        "页数",
        "备注",
    ]


def test_a_line_with_a_value_is_no_name_of_a_list():
    form = catalogue().get("customer_info_table")
    found = lists(form, render_ledger(form, [case_of("H01")], issuance(Edition.SIGNING), FIGURES).docx)
    assert [one.name for one in found] == ["客户信息管理表", "附表　来源与核验"]


def test_words_in_a_column_of_numbers_stay_words():
    form = catalogue().get("contract")
    taxes = lists(form, filled("contract", case_of("H01")).docx)[1]
    assert [row[0] for row in taxes.rows] == [Decimal("0.13"), Decimal("0.06"), "合计"]
