"""`docgen.case.invariants`: each invariant of case_model.md section 10, kept and broken."""

import pytest

from docgen.case import load_case
from tests.case.variants import GONE, faults, part, variant

_AT = "2024-06-05T15:00:00+08:00"


def _copy(path: str, **changes: object) -> dict[str, object]:
    return {**part(path), **changes}


@pytest.mark.parametrize(
    ("patches", "expected"),
    [
        ({"staff[17]": _copy("staff[0]")}, [("staff[17].staff_id", "duplicate_id")]),
        ({"contacts[4]": _copy("contacts[0]")}, [("contacts[4].contact_id", "duplicate_id")]),
        ({"sessions[1]": _copy("sessions[0]")}, [("sessions[1].session_id", "duplicate_id")]),
        ({"supplier.seals[1].seal_id": "SEAL-01"}, [("supplier.seals[1].seal_id", "duplicate_id")]),
        ({"orders[1].order_no": "PO20240418001"}, [("orders[1].order_no", "duplicate_id")]),
        (
            {"after_sales.tickets[1].ticket_no": "FW-20240620-001"},
            [("after_sales.tickets[1].ticket_no", "duplicate_id")],
        ),
        (
            {"after_sales.surveys[1].survey_no": "DY-2024-0012-1M"},
            [("after_sales.surveys[1].survey_no", "duplicate_id")],
        ),
        ({"after_sales.surveys[2].month": "3"}, [("after_sales.surveys[2].month", "duplicate_id")]),
        ({"first_contact.staff_ref": "S99"}, [("first_contact.staff_ref", "unresolved_ref")]),
        ({"sessions[0].contact_refs[1]": "C99"}, [("sessions[0].contact_refs[1]", "unresolved_ref")]),
        ({"contract.signatures[0].signer_ref": "C99"}, [("contract.signatures[0].signer_ref", "unresolved_ref")]),
        (
            {"orders[0].acceptances[0].signatures[0].signer_ref": "C99"},
            [("orders[0].acceptances[0].signatures[0].signer_ref", "unresolved_ref")],
        ),
        ({"transfers[0].to_ref": "S99"}, [("transfers[0].to_ref", "unresolved_ref")]),
        (
            {"first_contact.ended_at": "2024-03-15T09:59:59+08:00"},
            [("first_contact.ended_at", "ends_before_start")],
        ),
        ({"sessions[0].ended_at": "2024-03-19T13:59:59+08:00"}, [("sessions[0].ended_at", "ends_before_start")]),
        (
            {"negotiations[0].ended_at": "2024-04-10T09:59:59+08:00"},
            [("negotiations[0].ended_at", "ends_before_start")],
        ),
        ({"proposals[0].plan[1].end_on": "2024-05-26"}, [("proposals[0].plan[1].end_on", "ends_before_start")]),
        ({"authorizations[0].valid_to": "2024-04-14"}, [("authorizations[0].valid_to", "ends_before_start")]),
        ({"supplier.seals[0].valid_to": "2022-12-31"}, [("supplier.seals[0].valid_to", "ends_before_start")]),
        ({"proposals[1].version": "3"}, [("proposals[1].version", "not_consecutive")]),
        ({"proposals[0].version": "2"}, [("proposals[0].version", "not_consecutive")]),
        ({"proposals[0].status": "accepted"}, [("proposals[1].status", "several_accepted")]),
        ({"proposals[0].status": "presented"}, [("proposals[0].status", "not_superseded")]),
        ({"negotiations[0].round": "2"}, [("negotiations[0].round", "not_consecutive")]),
        (
            {"negotiations[1]": _copy("negotiations[0]", round="2")},
            [("negotiations[0].is_final", "final_not_last")],
        ),
        ({"contract.lines[1].line_no": "1"}, [("contract.lines[1].line_no", "duplicate_id")]),
        ({"contract.payment[2].seq": "4"}, [("contract.payment[2].seq", "not_consecutive")]),
        ({"orders[0].acceptances[0].round": "2"}, [("orders[0].acceptances[0].round", "not_consecutive")]),
        (
            {"orders[1].rectifications[0].acceptance_round": "2"},
            [("orders[1].rectifications[0].acceptance_round", "no_failed_round")],
        ),
        (
            {"orders[1].rectifications[0].acceptance_round": "3"},
            [("orders[1].rectifications[0].acceptance_round", "no_failed_round")],
        ),
        (
            {"orders[1].acceptances[1].started_at": "2024-06-07T16:59:59+08:00"},
            [("orders[1].acceptances[1].started_at", "before_rectification")],
        ),
        (
            {
                "orders[1].rectifications[0].finished_at": GONE,
                "orders[1].rectifications[0].started_at": "2024-06-11T14:00:01+08:00",
            },
            [("orders[1].acceptances[1].started_at", "before_rectification")],
        ),
    ],
)
def test_a_breach_is_refused_at_its_place(patches: dict[str, object], expected: list[tuple[str, str]]):
    assert faults(variant(patches)) == expected


@pytest.mark.parametrize(
    "patches",
    [
        {},
        {"first_contact.ended_at": "2024-03-15T10:00:00+08:00"},
        {"sessions[0].ended_at": "2024-03-19T06:00:00Z"},
        {"proposals[0].plan[1].end_on": "2024-05-27"},
        {"authorizations[0].valid_to": "2024-04-15"},
        {"proposals[0].status": "rejected"},
        {"proposals[0].status": "presented", "proposals[1].status": "draft"},
        {"negotiations[0].is_final": False, "negotiations[1]": _copy("negotiations[0]", round="2")},
        {"orders[1].acceptances[1].started_at": "2024-06-07T17:00:00+08:00"},
        {"orders[1].rectifications[0].finished_at": GONE},
        {"after_sales.surveys[1].month": "2"},
        # numbers that point to another record, and patterns of numbers, are for the rules
        {"after_sales.tickets[0].order_no": "PO20990101001"},
        {"contract.signatures[0].auth_no": "SQ-9999"},
        {"needs[1].need_no": "DEMO001"},
        {"contract.contract_no": "any", "orders[0].order_no": "any"},
        {"orders[0].lines[0].contract_line_no": "99"},
        {
            "contract.commissions": [
                {"payee_kind": "intermediary", "amount": "1", "disclosed_in_contract": True, "booked_ref": "记-0012"}
            ]
        },
        # a person of the wrong side is a finding
        {"needs[0].confirmation.contact_ref": "S01"},
    ],
)
def test_what_is_no_breach_loads(patches: dict[str, object]):
    assert load_case(variant(patches)).case_no == "XS2024-0012"


def test_a_wrong_field_does_not_hide_a_breach_nor_make_one_up():
    patches = {
        "proposals[0].version": "x",
        "proposals[1].status": "x",
        "orders[1].acceptances[0].result": "x",
        "orders[1].rectifications[0].started_at": "x",
        "orders[0].order_no": "PO20240418002",
        "sessions[0].ended_at": "2024-03-19T13:00:00+08:00",
        "sessions[0].method": "x",
    }
    assert faults(variant(patches)) == [
        ("orders[1].acceptances[0].result", "not_in_choices"),
        ("orders[1].order_no", "duplicate_id"),
        ("orders[1].rectifications[0].started_at", "datetime_notation"),
        ("proposals[0].version", "whole_number"),
        ("proposals[1].status", "not_in_choices"),
        ("sessions[0].ended_at", "ends_before_start"),
        ("sessions[0].method", "not_in_choices"),
    ]


def test_an_event_may_hold_data_that_looks_like_references():
    event = {
        "event_id": "1",
        "at": _AT,
        "recorded_at": _AT,
        "kind": "doc.issued",
        "subject": "x",
        "actor": "S01",
        "evidence": "witnessed",
        "data": {"staff_ref": "S99", "deep": [{"a": "b"}]},
    }
    assert load_case(variant({"events": [event]})).events[0].data["staff_ref"] == "S99"
    assert faults(variant({"events": [event, event]})) == [("events[1].event_id", "duplicate_id")]
    event["data"] = {"deep": [{"a": "\u202e"}]}
    assert faults(variant({"events": [event]})) == [("events[0].data", "control_character")]
