"""Holds and disposal: not before the time, not under a hold, not by one person alone; a tombstone stays."""

from datetime import date, datetime
from pathlib import Path

import pytest

from docgen.archive import audit, load_schedule, records, retention
from docgen.archive.schedule import Schedule
from docgen.archive.search import Query, search
from docgen.case.enums import Retention
from docgen.case.values import SHANGHAI
from docgen.clock import FixedClock
from docgen.errors import DeclarationError, NotFoundError, StateError
from docgen.workspace import Location
from tests.archive import shelf

NUMBER = "0001-XS·2024-D30-0001"
LAST_DAY = FixedClock(datetime(2054, 12, 31, 23, 59, tzinfo=SHANGHAI))
AFTER = FixedClock(datetime(2055, 1, 1, tzinfo=SHANGHAI))


@pytest.fixture
def folder(location: Location) -> Location:
    shelf.fill(location, "contract", "first_contact_record")
    return location


def reasons(failure: pytest.ExceptionInfo[StateError]) -> list[str]:
    return [detail.message for detail in failure.value.details]


def test_nothing_is_disposed_of_on_the_last_day_of_its_period(folder: Location):
    with shelf.archive_in(folder, LAST_DAY) as archive:
        with pytest.raises(StateError) as failure:
            retention.propose(archive, [NUMBER], reason="到期", by="甲")
        assert reasons(failure) == ["保管至2055-01-01，期限未满"]
        assert NUMBER not in [one.archive_no for one in retention.due(archive, date(2054, 12, 31))]


def test_disposal_by_two_leaves_a_tombstone_and_an_intact_archive(folder: Location):
    with shelf.archive_in(folder, AFTER) as archive:
        assert NUMBER in [one.archive_no for one in retention.due(archive, date(2055, 1, 1))]
        retention.propose(archive, [NUMBER], reason="到期", by="甲")
        head = retention.approve(archive, [NUMBER], by="乙")
        (record,) = [one for one in records.records(archive) if one.archive_no == NUMBER]
        assert not archive.store.has(record.files[0].sha256)
        assert records.metadata_of(archive, record).document.title == record.title
        assert search(archive, Query(words="contract of")) == ()
        assert NUMBER not in [one.archive_no for one in retention.due(archive, date(2055, 1, 1))]
    report = audit(folder, AFTER, [head])
    assert report.intact
    assert report.unexpected == ()


@pytest.mark.parametrize("approver", ["甲", " 甲 ", "甲\u3000"])
def test_nobody_approves_what_they_proposed(folder: Location, approver: str):
    with shelf.archive_in(folder, AFTER) as archive:
        retention.propose(archive, [NUMBER], reason="到期", by="甲")
        with pytest.raises(StateError) as failure:
            retention.approve(archive, [NUMBER], by=approver)
    assert reasons(failure) == ["批准人不得是提出人"]


def test_nothing_is_disposed_of_without_a_proposal(folder: Location):
    with shelf.archive_in(folder, AFTER) as archive, pytest.raises(StateError) as failure:
        retention.approve(archive, [NUMBER], by="乙")
    assert reasons(failure) == ["尚未有人提出销毁"]


@pytest.mark.parametrize("scope", [NUMBER, "XS2024-0012"])
def test_hold_placed_after_the_proposal_stops_the_disposal_until_released(folder: Location, scope: str):
    with shelf.archive_in(folder, AFTER) as archive:
        retention.propose(archive, [NUMBER], reason="到期", by="甲")
        hold = retention.place_hold(archive, scope, reason="诉讼", by="法务")
        with pytest.raises(StateError) as failure:
            retention.approve(archive, [NUMBER], by="乙")
        assert reasons(failure) == [f"第{hold.id}号保全生效中"]
        retention.release_hold(archive, hold.id, reason="结案", by="法务")
        retention.approve(archive, [NUMBER], by="乙")
        with pytest.raises(NotFoundError):
            retention.release_hold(archive, hold.id, reason="再次", by="法务")
    assert audit(folder, AFTER).intact


def test_interrupted_removal_is_finished_by_approving_again(folder: Location, monkeypatch: pytest.MonkeyPatch):
    with shelf.archive_in(folder, AFTER) as archive:
        retention.propose(archive, [NUMBER], reason="到期", by="甲")
        with monkeypatch.context() as killed:
            killed.setattr("docgen.stores.filesystem.FilesystemStore.remove", lambda *_: None)
            head = retention.approve(archive, [NUMBER], by="乙")
        assert audit(folder, AFTER).unexpected != ()
        assert retention.approve(archive, [NUMBER], by="乙") == head
    assert audit(folder, AFTER).unexpected == ()


def test_one_record_that_may_not_go_keeps_all(folder: Location):
    other = "0001-XS·2024-D3-0001"
    with shelf.archive_in(folder, AFTER) as archive:
        retention.propose(archive, [NUMBER], reason="到期", by="甲")
        with pytest.raises(StateError):
            retention.approve(archive, [NUMBER, other], by="乙")
        assert all(archive.store.has(one.files[0].sha256) for one in records.records(archive))


def test_hold_needs_something_to_hold(folder: Location):
    with shelf.archive_in(folder) as archive, pytest.raises(NotFoundError):
        retention.place_hold(archive, "XS2024-9999", reason="诉讼", by="法务")


def test_permanent_records_are_never_due(tmp_path: Path):
    permanent = next(form.spec.form_id for form in shelf.catalogue() if form.spec.retention is Retention.PERMANENT)
    shelf.fill(tmp_path / "ws", permanent)
    with shelf.archive_in(tmp_path / "ws", AFTER) as archive:
        assert retention.due(archive, date(2999, 1, 1)) == ()
        with pytest.raises(StateError) as failure:
            retention.propose(archive, ["0001-XS·2024-Y-0001"], reason="到期", by="甲")
    assert reasons(failure) == ["永久保管"]


class TestSchedule:
    def test_period_runs_from_the_year_after_the_document(self):
        until = shelf.schedule().kept_until
        assert until(date(2024, 1, 1), Retention.Y10) == until(date(2024, 12, 31), Retention.Y10) == date(2035, 1, 1)
        assert until(date(2024, 12, 31), Retention.PERMANENT) is None

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("D10", "D30"),
            ("years: 10", "years: 0"),
            ("{item:04d}", ""),
            ("{item:04d}", "{item:04d}{fonds.x}"),
            ("{item:04d}", "{item:q}"),
            ("  y10:", "  y11:"),
            ("fonds:", "fond:"),
            ("classes:", "classes: ["),
        ],
    )
    def test_schedule_with_a_fault_is_refused(self, old: str, new: str):
        text = (shelf.ROOT / "rules" / "retention.yaml").read_text(encoding="utf-8")
        assert old in text
        with pytest.raises(DeclarationError) as failure:
            load_schedule(text.replace(old, new, 1).encode(), file="retention.yaml")
        assert failure.value.code == "bad_schedule"

    def test_pattern_is_the_companys(self):
        own = Schedule.model_validate(
            {**shelf.schedule().model_dump(), "pattern": "{fonds}.{category}.{year}.{retention}.{item}"}
        )
        assert own.archive_number(2024, Retention.Y30, 7) == "0001.XS.2024.D30.7"
