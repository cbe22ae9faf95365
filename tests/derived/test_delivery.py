"""Acceptance, open matters and the standing of deadlines."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from docgen.clock import SHANGHAI, WorkCalendar
from docgen.derived import (
    acceptance_due_at,
    deadline_status,
    exception_summary,
    last_round,
    latest_progress,
    troubles_reported,
)
from tests.rules.patching import GONE, h01

_CALENDAR = WorkCalendar()
_EXCEPTION = "orders[0].exceptions[0]"
_RECTIFICATION = "orders[1].rectifications[0]"
_LATE = datetime(2024, 12, 31, 18, tzinfo=SHANGHAI)


def test_acceptance_is_due_after_the_working_days_of_the_contract():
    case = h01()
    assert str(acceptance_due_at(case, case.orders[0], _CALENDAR)) == "2024-05-30 00:00:00+08:00"
    longer = h01({"contract.acceptance_workdays": "5"})
    assert str(acceptance_due_at(longer, longer.orders[0], _CALENDAR)) == "2024-06-01 00:00:00+08:00"


def test_acceptance_is_not_due_before_receipt_or_without_a_contract():
    case = h01()
    assert acceptance_due_at(case, case.orders[1], _CALENDAR) is None
    assert acceptance_due_at(h01({"contract": None}), case.orders[0], _CALENDAR) is None


def test_the_last_round_is_the_highest():
    order = h01().orders[1]
    last = last_round(order.model_copy(update={"acceptances": order.acceptances[::-1]}))
    assert last is not None
    assert last.round == 2
    assert last_round(order.model_copy(update={"acceptances": ()})) is None


@pytest.mark.parametrize(
    ("at", "patches", "summary"),
    [
        (0, {}, "无"),
        (1, {}, "无"),
        (
            0,
            {f"{_EXCEPTION}.resolved_at": GONE},
            "网关主板原材料延迟2天到货，调整排产并加班补足，交付仍在合同期内",
        ),
        (0, {f"{_EXCEPTION}.resolved_at": GONE, f"{_EXCEPTION}.solution": GONE}, "网关主板原材料延迟2天到货"),
        (
            1,
            {f"{_RECTIFICATION}.finished_at": GONE},
            "部分员工对部分功能操作不熟练，6月7日安排二次培训并逐人考核",
        ),
        (
            1,
            {f"{_RECTIFICATION}.finished_at": GONE, "orders[1].acceptances[0].problems": GONE},
            "夜班员工缺席首期培训，6月7日安排二次培训并逐人考核",
        ),
    ],
)
def test_what_is_open_is_summed_up_with_its_remedy(at: int, patches: Mapping[str, object], summary: str):
    assert exception_summary(h01(patches).orders[at], _LATE) == summary


def test_several_open_matters_are_joined():
    case = h01({f"{_EXCEPTION}.resolved_at": GONE, f"{_EXCEPTION}.solution": "加班"})
    order = case.orders[0].model_copy(update={"exceptions": case.orders[0].exceptions * 2})
    assert exception_summary(order, _LATE) == "网关主板原材料延迟2天到货，加班；网关主板原材料延迟2天到货，加班"


def _at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2024, 4, 4, hour, minute, second, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("actual", "as_of", "status"),
    [
        (_at(16), _at(20), "按时"),
        (_at(16, 0, 1), _at(20), "超时1小时"),
        (_at(17), _at(20), "超时1小时"),
        (_at(17, 0, 1), _at(20), "超时2小时"),
        (None, _at(18, 30), "超时3小时"),
        (None, _at(16), "剩余0小时"),
        (None, _at(15, 1), "剩余0小时"),
        (None, _at(12, 59), "剩余3小时"),
    ],
)
def test_a_deadline_is_kept_missed_or_running(actual: datetime | None, as_of: datetime, status: str):
    assert deadline_status(_at(16), actual, as_of) == status


@pytest.mark.parametrize(
    ("at", "day", "hour", "minute", "summary"),
    [
        (0, (2024, 5, 13), 9, 29, "无"),
        (0, (2024, 5, 13), 9, 30, "网关主板原材料延迟2天到货，调整排产并加班补足，交付仍在合同期内"),
        (0, (2024, 5, 20), 17, 59, "网关主板原材料延迟2天到货，调整排产并加班补足，交付仍在合同期内"),
        (0, (2024, 5, 20), 18, 0, "无"),
        (1, (2024, 6, 5), 14, 59, "无"),
        (1, (2024, 6, 5), 15, 0, "部分员工对部分功能操作不熟练，6月7日安排二次培训并逐人考核"),
        (1, (2024, 6, 7), 17, 0, "无"),
    ],
)
def test_what_is_open_is_told_as_it_stood_at_the_moment_asked_for(
    at: int, day: tuple[int, int, int], hour: int, minute: int, summary: str
):
    assert exception_summary(h01().orders[at], datetime(*day, hour, minute, tzinfo=SHANGHAI)) == summary


def test_the_latest_progress_is_that_of_the_moment_asked_for():
    order = h01().orders[0]
    first = order.progress[0].at
    assert latest_progress(order, first - timedelta(minutes=1)) is None
    assert latest_progress(order, first) is order.progress[0]
    shuffled = order.model_copy(update={"progress": order.progress[::-1]})
    assert latest_progress(shuffled, _LATE) is order.progress[-1]


def test_a_weekly_report_tells_of_troubles_until_it_told_that_they_are_settled():
    order = h01().orders[0]
    reported = [bool(troubles_reported(order, each)) for each in order.progress]
    assert reported == [False, False, False, True, True, False]
    early = order.exceptions[0].model_copy(
        update={
            "occurred_at": order.progress[0].at - timedelta(days=3),
            "resolved_at": order.progress[0].at - timedelta(days=1),
        }
    )
    once = order.model_copy(update={"exceptions": (early,)})
    assert [bool(troubles_reported(once, each)) for each in once.progress] == [True] + [False] * 5


def test_a_weekly_report_tells_of_failed_acceptances_too():
    order = h01().orders[1]
    assert [len(troubles_reported(order, each)) for each in order.progress] == [0] * 7 + [1]
    (trouble,) = troubles_reported(order, order.progress[-1])
    assert trouble.problem == "部分员工对部分功能操作不熟练"
    assert trouble.settled_at == order.rectifications[0].finished_at
