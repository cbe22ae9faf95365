"""The forms of contract changes, orders and archiving: what each says when its case stands differently."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from docgen.case import CaseFile
from docgen.case.contract import ContractChange
from docgen.case.enums import ConfirmMethod, Opinion, OrderReviewRole
from docgen.case.orders import Order, OrderReview
from docgen.clock import SHANGHAI
from docgen.editions import Edition
from docgen.errors import InputError
from docgen.forms.context import editions
from docgen.forms.ledger import render_ledger
from docgen.forms.ooxml import part, tag
from docgen.forms.subjects import subject, subjects
from tests.forms.desk import FIGURES, case_of, catalogue, filled, issuance

PRODUCT, SERVICE = 0, 1
EXCEPTION = "PO20240418001/YC-PO20240418001-01"


def with_order(index: int, **changes: object) -> CaseFile:
    case = case_of("H01")
    orders = list(case.orders)
    orders[index] = orders[index].model_copy(update=changes)
    return case.model_copy(update={"orders": tuple(orders)})


def with_exception(**changes: object) -> CaseFile:
    (one,) = case_of("H01").orders[PRODUCT].exceptions
    return with_order(PRODUCT, exceptions=(one.model_copy(update=changes),))


def with_change(**changes: object) -> CaseFile:
    change = ContractChange(
        change_no="XG-2024-0012-01",
        at=datetime(2024, 4, 12, 17, tzinfo=SHANGHAI),
        clause_id="payment",
        before="预付款于合同生效后5日内支付",
        after="预付款于合同生效后10日内支付",
        reason="客户财务付款周期",
        version_from=1,
        version_to=2,
    ).model_copy(update=changes)
    case = case_of("H01")
    assert case.contract is not None
    return case.model_copy(update={"contract": case.contract.model_copy(update={"changes": (change,)})})


def lacks(form_id: str, case: CaseFile, key: str = "", edition: Edition | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        filled(form_id, case, key, edition=edition)
    assert caught.value.code == "missing_fields"
    return [detail.label for detail in caught.value.details]


def offered(form_id: str, case: CaseFile, key: str = "") -> tuple[Edition, ...]:
    spec = catalogue().get(form_id).spec
    return editions(spec, case, subject(spec, case, key))


def ledger(case: CaseFile, at: datetime | None = None) -> str:
    given = issuance(Edition.SIGNING)
    given = replace(given, as_of=at or given.as_of)
    return render_ledger(catalogue().get("order_progress_table"), [case], given, FIGURES).text


def headings(form_id: str) -> list[str]:
    table = next(
        one
        for one in part(catalogue().get(form_id).source, "word/document.xml").iter(tag("tbl"))
        if one.find(f"{tag('tr')}/{tag('trPr')}/{tag('tblHeader')}") is not None
    )
    head = next(table.iter(tag("tr")))
    return ["".join(text.text or "" for text in cell.iter(tag("t"))) for cell in head.iter(tag("tc"))]


class TestExceptionNotice:
    def test_a_date_within_the_contract_needs_no_consent(self):
        agreed = case_of("H01").orders[PRODUCT].delivery_on
        text = filled("exception_notice", with_exception(new_delivery_on=agreed)).text
        assert "须经贵司书面同意" not in text
        assert "客户签收" in text
        assert "我方已知悉上述情况。" in text

    def test_a_later_date_asks_for_consent_and_keeps_our_liability(self):
        late = case_of("H01").orders[PRODUCT].delivery_on + timedelta(days=1)
        text = filled("exception_notice", with_exception(new_delivery_on=late)).text
        assert "预计交付日期2024年6月1日" in text
        assert "上述日期晚于合同约定，须经贵司书面同意；在贵司同意前，我方仍按原约定承担责任。" in text
        assert "客户同意变更" in text
        assert "☐同意上述交付日期　　☐不同意" in text

    def test_consent_once_given_is_on_record(self):
        late = case_of("H01").orders[PRODUCT].delivery_on + timedelta(days=1)
        given = datetime(2024, 5, 14, 9, tzinfo=SHANGHAI)
        text = filled("exception_notice", with_exception(new_delivery_on=late, customer_consent_at=given)).text
        assert "☑同意上述交付日期" in text
        assert "2024-05-14 09:00" in text

    def test_a_delay_without_a_new_date_is_refused(self):
        assert lacks("exception_notice", with_exception(new_delivery_on=None)) == ["订单 › 异常 › 预计交付日期"]

    def test_an_exception_without_delay_needs_no_new_date(self):
        text = filled("exception_notice", with_exception(new_delivery_on=None, delay_days=0)).text
        assert "预计影响0天，原交付时间2024年5月31日。" in text

    def test_without_a_solution_it_is_refused(self):
        assert lacks("exception_notice", with_exception(solution=None)) == ["订单 › 异常 › 解决方案"]

    def test_before_the_customer_is_told_only_the_signing_edition_is_offered(self):
        case = with_exception(notified_at=None, notified_contact_ref=None, compensation=None)
        assert offered("exception_notice", case) == (Edition.SIGNING,)
        text = filled("exception_notice", case).text
        assert "补偿措施" not in text
        assert "2024年4月16日" in text  # the day of issue


class TestWeeklyReport:
    def test_a_settled_exception_is_reported_once_more_as_settled(self):
        reports = [each.report_no for each in case_of("H01").orders[PRODUCT].progress]
        texts = [filled("weekly_progress_report", case_of("H01"), f"PO20240418001/{no}").text for no in reports]
        assert ["原材料延迟" in text for text in texts] == [False, False, False, True, True, False]
        assert ["（已于2024年5月20日处理完毕）" in text for text in texts] == [False] * 4 + [True, False]
        assert texts[0].count("三、异常及措施：无。") == 1

    def test_a_failed_acceptance_is_reported_with_what_is_done_about_it(self):
        text = filled("weekly_progress_report", case_of("S02"), "PO20240315002/ZB-PO20240315002-03").text
        assert "三、异常及措施：客户反馈部分功能不熟悉；4月6日二次培训。" in text

    def test_a_report_without_number_and_an_unconfirmed_order_are_refused(self):
        progress = case_of("H01").orders[PRODUCT].progress[0].model_copy(update={"report_no": None})
        case = with_order(PRODUCT, progress=(progress,), confirmation=None)
        assert lacks("weekly_progress_report", case, "PO20240418001/1") == ["订单 › 订单确认", "订单 › 进度 › 周报编号"]

    def test_the_time_of_sending_is_on_record_only(self):
        key = "PO20240418001/ZB-PO20240418001-01"
        assert "发送时间" not in filled("weekly_progress_report", case_of("H01"), key, edition=Edition.SIGNING).text
        unsent = case_of("H01").orders[PRODUCT].progress[0].model_copy(update={"synced_at": None})
        assert offered("weekly_progress_report", with_order(PRODUCT, progress=(unsent,)), key) == (Edition.SIGNING,)


class TestOrder:
    def test_the_letter_says_what_was_arranged_and_asks_for_a_receipt(self):
        text = filled("order_confirmation_letter", case_of("H01"), "PO20240418002").text
        assert "已完成内部审核并安排实施" in text
        assert "致：示例科技有限公司　李娜女士" in text
        assert "签收人：____________________" in text

    def test_the_letter_without_a_contract_is_refused(self):
        case = case_of("H01").model_copy(update={"contract": None})
        assert "合同" in lacks("order_confirmation_letter", case, "PO20240418001")[0]

    def test_each_kind_of_order_has_its_own_task_notice(self):
        case = case_of("H01")
        for form_id, order_no in (
            ("production_notice", "PO20240418001"),
            ("delivery_task_notice", "PO20240418002"),
            ("acceptance_meeting_minutes", "PO20240418002"),
        ):
            found = subjects(catalogue().get(form_id).spec, case)
            assert {one.key.partition("/")[0] for one in found} == {order_no}

    def test_a_task_without_its_plan_is_refused(self):
        dispatch = case_of("H01").orders[PRODUCT].dispatch
        assert dispatch is not None
        bare = dispatch.model_copy(update={"production_plan": None, "qc_standard": None})
        assert lacks("production_notice", with_order(PRODUCT, dispatch=bare)) == [
            "订单 › 生产/交付任务 › 生产计划",
            "订单 › 生产/交付任务 › 质检标准",
        ]

    def test_it_is_on_record_once_both_have_reviewed_it(self):
        order: Order = case_of("H01").orders[PRODUCT]
        one = with_order(PRODUCT, reviews=order.reviews[:1])
        assert offered("order_form", one, order.order_no) == (Edition.SIGNING,)
        assert offered("order_form", case_of("H01"), order.order_no) == (Edition.SIGNING, Edition.RECORD)

    def test_a_review_that_sent_it_back_stays_on_record(self):
        order: Order = case_of("H01").orders[PRODUCT]
        returned = OrderReview(
            role=OrderReviewRole.OPERATIONS,
            reviewer_ref=order.reviews[1].reviewer_ref,
            decision=Opinion.RETURN,
            stock_ok=False,
            staff_ok=True,
            comments="网关库存不足",
            reviewed_at=order.reviews[0].reviewed_at,
        )
        text = filled("order_form", with_order(PRODUCT, reviews=(returned, *order.reviews)), order.order_no).text
        assert text.count("☑退回修改") == 1
        assert text.count("☑通过") == 2
        assert "说明：网关库存不足" in text


class TestProgressLedger:
    def test_it_shows_the_orders_as_they_stood_at_its_date(self):
        assert "PO20240418001" not in ledger(case_of("H01"), at=datetime(2024, 4, 19, 9, 59, tzinfo=SHANGHAI))
        first_day = ledger(case_of("H01"), at=datetime(2024, 4, 19, 10, 5, tzinfo=SHANGHAI))
        assert "PO20240418001" in first_day
        assert "PO20240418002" not in first_day
        may = ledger(case_of("H01"), at=datetime(2024, 5, 14, 18, tzinfo=SHANGHAI))
        assert "生产已完成80%\n*经理\n网关主板原材料延迟2天到货，调整排产并加班补足，交付仍在合同期内\n质检" in may

    def test_an_order_without_progress_shows_its_state_and_no_plan(self):
        case = with_order(PRODUCT, progress=())
        assert f"2024-05-31\n{case.orders[PRODUCT].status.label}\n*经理\n无\n—" in ledger(case)

    def test_the_milestones_are_listed_where_it_is_about_one_order(self):
        assert "节点明细" not in ledger(case_of("H01"))
        one = ledger(case_of("S02"), at=datetime(2024, 3, 30, tzinfo=SHANGHAI))
        assert "节点明细（PO20240315002）" in one
        assert "2024-03-29 16:00\n准备\n40%\n2024-03-29 16:30" in one
        assert "2024-04-03 17:40" not in one


class TestRectification:
    def test_it_is_on_record_once_it_is_finished(self):
        assert offered("rectification_record", case_of("S02")) == (Edition.SIGNING,)
        text = filled("rectification_record", case_of("S02")).text
        assert "客户反馈部分功能不熟悉" in text
        assert "2024-04-03 16:30" in text

    def test_the_result_is_blank_before(self):
        text = filled("rectification_record", case_of("H01"), edition=Edition.SIGNING).text
        assert "考核全部通过" not in text
        assert "2024-06-07 17:00" not in text

    def test_a_failed_round_without_problems_is_refused(self):
        first, *others = case_of("H01").orders[SERVICE].acceptances
        case = with_order(SERVICE, acceptances=(first.model_copy(update={"problems": None}), *others))
        assert "订单 › 验收 › 存在问题" in lacks("rectification_record", case)


class TestContractChange:
    def test_before_confirmation_the_customer_s_part_is_blank(self):
        case = with_change()
        assert offered("contract_change_confirmation", case) == (Edition.SIGNING,)
        text = filled("contract_change_confirmation", case).text
        assert "版本由第1版变更为第2版" in text
        assert "☐同意上述修改" in text
        assert "张明" not in text

    def test_on_record_it_says_who_confirmed_how_and_when(self):
        case = with_change(
            customer_contact_ref="C01",
            customer_confirmed_at=datetime(2024, 4, 13, 10, tzinfo=SHANGHAI),
            confirm_method=ConfirmMethod.EMAIL,
        )
        text = filled("contract_change_confirmation", case).text
        for words in ("确认人（签字）：张明", "确认方式：邮件确认", "确认时间：2024-04-13 10:00", "付款方式"):
            assert words in text


class TestArchive:
    def test_the_catalogue_counts_on_over_all_transfers(self):
        text = filled("archive_catalog", case_of("H01")).text
        assert "\n8\n—\nYS-PO20240418002-02\n" in text
        assert "本卷共归档文件8件，合计32页。" in text

    def test_the_catalogue_has_the_columns_of_the_archive_standard(self):
        assert headings("archive_catalog") == ["序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注"]

    def test_nothing_transferred_is_nothing_to_catalogue(self):
        case = case_of("H01").model_copy(update={"transfers": ()})
        assert subjects(catalogue().get("archive_catalog").spec, case) == ()
        assert subjects(catalogue().get("archive_transfer_list").spec, case) == ()

    def test_copies_and_remarks_are_told_in_the_catalogue(self):
        (transfer, *_) = case_of("H01").transfers
        item = transfer.items[0].model_copy(update={"original": False, "remark": "缺附件一"})
        case = case_of("H01").model_copy(update={"transfers": (transfer.model_copy(update={"items": (item,)}),)})
        assert "纸质，复印件；缺附件一" in filled("archive_catalog", case).text

    def test_the_transfer_list_has_its_columns_and_whole_digests(self):
        assert headings("archive_transfer_list") == [
            "序号",
            "文件编号",
            "题名",
            "页数",
            "份数",
            "载体",
            "原件/复印件",
            "保管期限",
            "SHA-256",
            "备注",
        ]
        digest = case_of("H01").transfers[0].items[1].sha256
        assert digest is not None
        text = filled("archive_transfer_list", case_of("H01"), "YJ-2024-0012-01").text
        assert digest in text.replace(" ", "")

    def test_an_empty_transfer_is_refused(self):
        (transfer, *_) = case_of("H01").transfers
        case = case_of("H01").model_copy(update={"transfers": (transfer.model_copy(update={"items": ()}),)})
        assert lacks("archive_transfer_list", case) == ["归档移交 › 移交目录"]


def test_the_day_of_an_archived_document_has_eight_digits():
    (transfer, *_) = case_of("H01").transfers
    item = transfer.items[0].model_copy(update={"dated": date(2024, 1, 2)})
    case = case_of("H01").model_copy(update={"transfers": (transfer.model_copy(update={"items": (item,)}),)})
    assert "20240102" in filled("archive_catalog", case).text
