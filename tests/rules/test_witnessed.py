"""A finding says where a time that the service witnessed counted instead of the declared one."""

import re

import pytest

from docgen.case import CaseFile
from docgen.case.casefile import CaseFile as Root
from docgen.case.shape import location, shape_at
from docgen.rulebook.aspect import Aspect
from rules.facts import ASPECTS, derive
from rules.facts.events import acts, declared_events
from rules.facts.setting import Known, Setting
from service.explanation import explanation_lines
from service.terminal import report_lines
from tests.rules.patching import h01, part
from tests.rules.test_book import book
from tests.rules.test_facts_general import witnessed

RECORDED = ("first_contact.recorded", "first_contact")
LATE = "2024-03-16T11:00:00+08:00"
SAID = "（系统见证：首次接触 › 记录完成时间 2024-03-16 11:00）"


def messages(case: CaseFile, rule: str) -> list[str]:
    return [finding.message for finding in book().check(case).findings if finding.rule == rule]


def noted(case: CaseFile, aspect: str) -> dict[str, dict[str, str]]:
    """Return what is noted of the records of an aspect, by subject."""
    assert case.as_of is not None
    setting = Setting(case.as_of, book().policy, book().policy.calendar())
    return {
        record.subject: dict(record.witnessed)
        for record in derive(case, setting)
        if record.aspect == aspect and record.witnessed
    }


class TestFindings:
    def test_say_which_time_was_witnessed(self):
        (message,) = messages(h01({"events": [witnessed(*RECORDED, LATE)]}), "CD-08")
        assert message.endswith(SAID)

    def test_say_nothing_of_declared_times(self):
        (message,) = messages(h01({"first_contact.recorded_at": LATE}), "CD-08")
        assert "系统见证" not in message

    def test_say_nothing_of_declared_events(self):
        event = witnessed(*RECORDED, "2024-03-15T11:00:00+08:00", evidence="declared")
        (message,) = messages(h01({"first_contact.recorded_at": LATE, "events": [event]}), "CD-08")
        assert "系统见证" not in message

    def test_say_nothing_where_another_act_was_witnessed(self):
        event = witnessed("order.created", "PO20240418001", "2024-04-18T09:00:00+08:00")
        (message,) = messages(h01({"first_contact.recorded_at": LATE, "events": [event]}), "CD-08")
        assert "系统见证" not in message

    def test_name_both_ends_of_a_period_once(self):
        events = [witnessed("first_contact.ended", "first_contact", "2024-03-15T10:30:00+08:00")]
        (message,) = messages(h01({"events": [*events, witnessed(*RECORDED, LATE)]}), "CD-08")
        assert message.count("系统见证") == 1
        assert message.count("2024-03-15 10:30") == 1
        assert message.count("2024-03-16 11:00") == 1

    def test_of_the_order_of_stages_name_the_witnessed_milestone(self):
        event = witnessed("negotiation.agreed", part("negotiations[0].minutes_no"), "2024-04-30T09:00:00+08:00")
        assert any(
            "系统见证：谈判达成一致 2024-04-30 09:00" in said for said in messages(h01({"events": [event]}), "GN-01")
        )

    def test_count_events_of_the_database_too(self):
        event = h01({"events": [witnessed(*RECORDED, LATE)]}).events
        findings = book().check(h01(), known=Known(witnessed=event)).findings
        assert [one.message.endswith(SAID) for one in findings if one.rule == "CD-08"] == [True]

    def test_are_printed_so_on_the_terminal(self):
        case = h01({"events": [witnessed(*RECORDED, LATE)]})
        assert any(SAID in line for line in report_lines(book().check(case), case.title))


class TestFacts:
    def test_of_one_subject_are_not_noted_for_another(self):
        order, other = part("orders[0].order_no"), part("orders[1].order_no")
        event = witnessed("order.created", order, "2024-04-18T09:00:00+08:00")
        assert set(noted(h01({"events": [event]}), "order")) == {order}
        assert order != other

    def test_of_one_way_of_archiving_are_not_noted_for_another(self):
        number = part("contract.contract_no")
        event = witnessed("contract.archived_paper", number, "2024-04-19T09:00:00+08:00")
        assert set(noted(h01({"events": [event]}), "archive_item")) == {f"{number}/paper"}

    def test_of_one_entry_of_a_list_among_many_are_noted(self):
        number = part("contract.contract_no")
        event = witnessed("contract.signed", f"{number}/customer", "2024-04-18T09:00:00+08:00")
        case = h01({"events": [event]})
        assert all("wd_used" in note for note in noted(case, "archive_item").values())
        (signature,) = noted(case, "signature").values()
        assert "approved_before" in signature

    def test_of_a_rectification_are_noted_for_the_acceptance_it_belongs_to(self):
        repair = part("orders[1].rectifications[0].rectification_no")
        event = witnessed("rectification.started", repair, "2024-06-01T09:00:00+08:00")
        order = part("orders[1].order_no")
        assert {subject.partition("/")[0] for subject in noted(h01({"events": [event]}), "acceptance")} == {order}

    def test_without_witnessed_events_are_not_noted(self):
        assert h01().events == () or all(event.evidence == "declared" for event in h01().events)
        for aspect in ASPECTS:
            assert noted(h01(), aspect.aspect) == {}


class TestExplanation:
    def test_shows_the_witnessed_time_beside_the_declared_one(self):
        case = h01({"events": [witnessed(*RECORDED, LATE)]})
        lines = [line for one in book().explain("CD-08", case) for line in explanation_lines(one)]
        assert "      系统见证　首次接触 › 记录完成时间 2024-03-16 11:00" in lines
        assert any("first_contact.recorded_at = 2024-03-15 16:20" in line for line in lines)

    def test_says_nothing_of_it_otherwise(self):
        assert not any("系统见证" in line for one in book().explain("CD-08", h01()) for line in explanation_lines(one))


class TestPaths:
    def test_every_act_lies_where_the_model_has_a_time(self):
        for act in acts(h01()):
            shape = shape_at(Root, location(act.path))
            assert shape is not None, act.path
            assert shape.title

    def test_declared_events_stand_at_their_paths(self):
        case = h01()
        stated = {(act.kind, act.subject): act.path for act in acts(case)}
        for kind, subject, at in declared_events(case):
            place: object = case
            for name, index in re.findall(r"(\w+)(?:\[(\d+)\])?", stated[kind, subject].replace(".", " ")):
                place = getattr(place, name)
                place = place[int(index)] if index else place  # type: ignore[index]
            assert place == at

    @pytest.mark.parametrize("aspect", ASPECTS, ids=lambda aspect: aspect.aspect)
    def test_facts_that_lead_to_acts_lead_to_times_of_the_model(self, aspect: type[Aspect]):
        for field in aspect.__dataclass_fields__.values():
            for path in field.metadata.get("paths", ()):
                if path.endswith("_at") and not path.startswith("{}"):
                    assert shape_at(Root, location(path.replace("[]", "[0]"))) is not None, path
