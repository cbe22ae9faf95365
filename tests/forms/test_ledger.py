"""Ledgers: the manual's columns, the rows of the samples, masking, order, volumes, and memory that does not grow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from weakref import finalize
from zipfile import ZipFile

import pytest

from docgen.case import CaseFile
from docgen.clock import SHANGHAI
from docgen.editions import Edition
from docgen.errors import InputError
from docgen.forms.catalogue import Form
from docgen.forms.context import root_types, row_contexts
from docgen.forms.faults import FormFault
from docgen.forms.ledger import Ledger, render_ledger
from docgen.forms.lint import lint_form
from docgen.forms.ooxml import part, tag
from docgen.forms.reading import element, members
from docgen.forms.visibility import Visibility
from tests.forms.desk import FIGURES, case_of, catalogue, issuance

SERVICE = "after_sales_record"
LISTS = {"customer_info_table": "客户信息管理表", "order_progress_table": "订单进度跟踪表", SERVICE: "售后服务记录"}
"""The ledgers whose columns the manual's part three fixes, with their headings there."""


def columns_of_the_manual(heading: str) -> tuple[str, ...]:
    lines = (Path(__file__).parents[2] / "rules" / "manual.md").read_text(encoding="utf-8").splitlines()
    (start,) = (number for number, line in enumerate(lines) if line.startswith("#") and line.endswith(heading))
    head = next(line for line in lines[start:] if line.startswith("|"))
    return tuple(cell.strip() for cell in head.strip("|").split("|"))


def rows_of(docx: bytes) -> list[tuple[str, ...]]:
    table = next(
        one
        for one in part(docx, "word/document.xml").iter(tag("tbl"))
        if one.find(f"{tag('tr')}/{tag('trPr')}/{tag('tblHeader')}") is not None
    )
    return [
        tuple("".join(text.text or "" for text in cell.iter(tag("t"))) for cell in row.iter(tag("tc")))
        for row in table.iter(tag("tr"))
    ]


def ledger(form_id: str, *cases: CaseFile, as_of: datetime | None = None) -> list[tuple[str, ...]]:
    given = issuance(Edition.SIGNING)
    given = replace(given, as_of=as_of) if as_of else given
    return rows_of(render_ledger(catalogue().get(form_id), cases, given, FIGURES).docx)


def numbered(count: int) -> Iterator[CaseFile]:
    for number in range(1, count + 1):
        yield case_of("H01").model_copy(update={"case_no": f"XS2024-{number:04d}"})


def declared(**changes: object) -> Form:
    form = catalogue().get(SERVICE)
    return replace(form, spec=form.spec.model_copy(update=changes))


def codes(form: Form) -> set[str]:
    return {fault.code for fault in lint_form(form) if isinstance(fault, FormFault)}


@pytest.mark.parametrize("form_id", LISTS)
def test_the_columns_are_those_of_the_manual_in_its_order(form_id: str):
    assert ledger(form_id, case_of("H01"), case_of("S02"))[0] == columns_of_the_manual(LISTS[form_id])


def test_the_service_record_of_the_sample_is_as_the_manual_writes_it():
    first, second = ledger(SERVICE, case_of("H01"), case_of("S02"))[1:]
    assert first == (
        "示例科技",
        "2024-06-20",
        "故障",
        "系统无法登录",
        "远程排查，发现数据库连接异常，重启服务",
        "恢复正常",
        "5分",
        "*工程师",
    )
    assert (second[4], second[6], second[7]) == ("电话指导操作步骤，发送视频教程", "4分", "*客服")


def test_the_progress_of_the_samples_is_as_they_state_it():
    rows = ledger("order_progress_table", case_of("H01"), case_of("S02"))
    assert (
        "PO20240418001",
        "示例科技",
        "智能制造系统、产线数据采集网关",
        "2024-05-31",
        "已到货，验收中",
        "*经理",
        "无",
        "签署产品验收单",
    ) in rows
    assert (
        "PO20240315002",
        "示例贸易",
        "培训服务、教学环境许可",
        "2024-04-05",
        "已完成培训，待验收",
        "*专员",
        "客户反馈部分功能不熟悉，4月6日二次培训",
        "4月6日二次培训",
    ) in rows


def test_every_masked_ledger_names_nobody_in_full():
    cases = (case_of("H01"), case_of("S02"))
    people = [who for case in cases for who in (*case.staff, *case.contacts)]
    private = {who.name for who in people} | {who.phone for who in people if who.phone}
    for form in catalogue():
        if form.spec.is_ledger:
            text = render_ledger(form, cases, issuance(Edition.SIGNING), FIGURES).text
            assert not [one for one in private if one in text], form.spec.form_id
            assert "示例" in text


def test_what_a_row_type_checks_is_what_it_has():
    for form in catalogue():
        if form.spec.is_ledger:
            typed = members(element(root_types(form.spec)["rows"]), Visibility.of(form.spec))
            for context in row_contexts(form.spec, case_of("H01"), issuance(Edition.SIGNING), FIGURES):
                assert {*context, "number"} == set(typed)


def test_rows_are_sorted_over_all_cases_whatever_their_order():
    late = case_of("H01").model_copy(update={"case_no": "XS2024-0013"})
    early = case_of("H01")
    dates = [row[1] for row in ledger(SERVICE, late, early)[1:]]
    assert dates == sorted(dates)
    assert ledger(SERVICE, late, early) == ledger(SERVICE, early, late)


def test_what_begins_after_the_moment_of_the_ledger_is_not_in_it():
    first, second = (ticket.reported_at for ticket in case_of("H01").after_sales.tickets)
    assert [row[1] for row in ledger(SERVICE, case_of("H01"), as_of=first)[1:]] == ["2024-06-20"]
    assert len(ledger(SERVICE, case_of("H01"), as_of=second)) == 3
    before = datetime(2024, 6, 20, 8, 59, tzinfo=SHANGHAI)
    assert ledger(SERVICE, case_of("H01"), as_of=before)[1:] == [("（无记录）",)]


def test_a_ticket_in_hand_has_dashes_where_nothing_is_known_yet():
    case = case_of("H01")
    bare = case.after_sales.tickets[0].model_copy(update={"process": None, "outcome": None, "follow_up": None})
    open_case = case.model_copy(update={"after_sales": case.after_sales.model_copy(update={"tickets": (bare,)})})
    assert ledger(SERVICE, open_case)[1][4:7] == ("—", "—", "—")


def test_a_missing_field_is_named_with_its_case():
    form = declared(requires=("rows[].ticket.promised_by",))
    bare = case_of("H01").after_sales.tickets[0].model_copy(update={"promised_by": None})
    cases = [
        case.model_copy(update={"after_sales": case.after_sales.model_copy(update={"tickets": (bare,)})})
        for case in numbered(2)
    ]
    with pytest.raises(InputError) as caught:
        render_ledger(form, cases, issuance(Edition.SIGNING), FIGURES)
    assert [detail.path for detail in caught.value.details] == [
        "XS2024-0001.after_sales.tickets[0].promised_by",
        "XS2024-0002.after_sales.tickets[0].promised_by",
    ]


def test_a_case_given_twice_is_refused():
    with pytest.raises(InputError) as caught:
        ledger(SERVICE, case_of("H01"), case_of("H01"))
    assert caught.value.code == "case_twice"


def test_no_more_than_one_case_is_in_memory_at_a_time():
    alive = most = 0

    def gone() -> None:
        nonlocal alive
        alive -= 1

    def cases() -> Iterator[CaseFile]:
        nonlocal alive, most
        for case in numbered(2000):
            finalize(case, gone)
            alive += 1
            most = max(most, alive)
            yield case

    pieces = list(Ledger(catalogue().get(SERVICE), issuance(Edition.SIGNING), FIGURES).volumes(cases()))
    assert most <= 2
    assert len(pieces) == 8


def test_volumes_are_numbered_through_and_hold_every_row_once():
    form = Ledger(catalogue().get(SERVICE), issuance(Edition.SIGNING), FIGURES)
    pieces = list(form.volumes(numbered(5), size=4))
    assert ["编号：WS-2024-0012-01（第2册，共3册）" in piece.text for piece in pieces] == [False, True, False]
    assert [len(rows_of(piece.docx)) - 1 for piece in pieces] == [4, 4, 2]
    assert [row for piece in pieces for row in rows_of(piece.docx)[1:]] == rows_of(form.render(numbered(5)).docx)[1:]


def test_a_ledger_of_one_volume_is_the_ledger_itself_even_without_rows():
    form = Ledger(catalogue().get(SERVICE), issuance(Edition.SIGNING), FIGURES)
    assert [one.docx for one in form.volumes([case_of("H01")], size=2)] == [form.render([case_of("H01")]).docx]
    assert [one.docx for one in form.volumes([])] == [form.render([]).docx]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rows_by": ("ticket.no",)}, "unknown_path"),
        ({"rows_by": ("ticket.follow_up",)}, "unknown_path"),
        ({"rows_from": "ticket.ticket_no"}, "unknown_path"),
        ({"number": "FW-{case}-{nn}"}, "number_unknown"),
        ({"requires": ("rows[].ticket.nothing",)}, "unknown_path"),
    ],
)
def test_a_wrong_declaration_is_named(changes: dict[str, object], code: str):
    assert code in codes(declared(**changes))


def test_the_survey_report_states_means_low_items_and_draws_the_trend():
    form = catalogue().get("survey_result_report")
    rendered = render_ledger(form, [case_of("H01"), case_of("S02")], issuance(Edition.SIGNING), FIGURES)
    rows = rows_of(rendered.docx)[1:]
    assert [(row[4], row[5]) for row in rows] == [("4.0", "响应速度（3分）"), ("4.7", "—"), ("5.0", "—")]
    assert len(pictures(rendered.docx)) == 1


def test_without_a_survey_there_is_no_trend():
    form = catalogue().get("survey_result_report")
    rendered = render_ledger(form, [case_of("S02")], issuance(Edition.SIGNING), FIGURES)
    assert "趋势" not in rendered.text
    assert rows_of(rendered.docx)[1:] == [("（无记录）",)]


def test_the_trend_is_drawn_over_all_volumes():
    form = Ledger(catalogue().get("survey_result_report"), issuance(Edition.SIGNING), FIGURES)
    whole, *_ = pictures(form.render(numbered(2)).docx)
    assert {one for piece in form.volumes(numbered(2), size=4) for one in pictures(piece.docx)} == {whole}


def pictures(docx: bytes) -> list[bytes]:
    with ZipFile(BytesIO(docx)) as package:
        return [data for name in package.namelist() if "chart_" in name and (data := package.read(name))]
