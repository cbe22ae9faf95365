from decimal import Decimal
from typing import Any

import pytest

from docgen.case import CaseFile
from docgen.case.contract import Contract
from docgen.case.enums import NeedStatus
from docgen.editions import Edition
from docgen.errors import InputError
from docgen.forms.context import absent, build_context, editions, root_types
from docgen.forms.spec import Audience, Disclosure, FormSpec
from docgen.forms.subjects import subject, subjects
from docgen.masking import PiMode
from docgen.template import Missing, Node
from tests.forms.desk import FIGURES, case_of, catalogue, issuance


def spec(form_id: str, **changes: object) -> FormSpec:
    return catalogue().get(form_id).spec.model_copy(update=changes)


def context(form: FormSpec, case: CaseFile | None = None, key: str = "", pi_mode: PiMode | None = None):
    case = case or case_of("H01")
    wanted = issuance(Edition.RECORD, pi_mode=pi_mode)
    return build_context(form, case, subject(form, case, key), wanted, FIGURES)


def at(value: object, path: str):
    here: Any = value
    for step in path.split("."):
        name, _, index = step.partition("[")
        here = here[name]
        if index:
            here = here[int(index.rstrip("]"))]
    return here


def printed(value: object, depth: int = 8) -> str:
    """Everything a template could ever print of `value`."""
    if isinstance(value, Node):
        return " ".join(printed(value[name], depth - 1) for name in value.names()) if depth else ""
    if isinstance(value, tuple):
        return " ".join(printed(one, depth) for one in value)
    return "" if isinstance(value, Missing) else str(value)


def fields(value: object) -> set[str]:
    """The names of all fields within reach of `value`."""
    if isinstance(value, tuple):
        return set().union(*(fields(one) for one in value))
    if isinstance(value, Node):
        return set(value.names()).union(*(fields(value[name]) for name in value.names()))
    return set()


def everything(form: FormSpec, key: str = "") -> str:
    return " ".join(printed(value) for value in context(form, key=key).values())


def test_a_reference_is_a_person():
    record = context(spec("first_contact_record"), pi_mode=PiMode.FULL)["first_contact"]
    assert at(record, "contact.name") == "张明"
    assert at(record, "contact.honorific") == "先生"
    assert at(record, "contact.reach") == "13900000001"
    assert at(record, "staff.department") == "销售部"


def test_references_are_people():
    minutes = context(spec("negotiation_minutes"))["negotiation"]
    assert [one["name"] for one in at(minutes, "contacts")] == ["张明", "王海"]
    assert at(minutes, "staff[0].name") == "赵一凡"


def test_a_masked_form_has_no_full_name_phone_or_mail_of_anybody_at_all():
    seen = everything(spec("first_contact_record"))
    case = case_of("H01")
    for person in (*case.staff, *case.contacts):
        for private in (person.phone, person.email):
            assert private is None or private not in seen
        assert f" {person.name} " not in seen
    assert "*先生" in seen
    assert "139****0001" in seen
    people = context(spec("first_contact_record"))
    assert at(people, "contract.customer_signature.signer_name") == "*先生"
    assert at(people, "authorizations[0].agent_name") == "*先生"
    assert at(people, "orders[0].confirmation.owner_phone") == "138****0001"
    assert at(people, "customer.legal_representative") == "*法定代表人"


def test_full_names_are_printed_only_where_the_form_offers_it():
    record = spec("first_contact_record")
    assert at(context(record, pi_mode=PiMode.FULL), "first_contact.contact.name") == "张明"
    with pytest.raises(InputError) as caught:
        context(spec("first_contact_record", pi_mode_on_request=None), pi_mode=PiMode.FULL)
    assert caught.value.code == "pi_mode_not_offered"
    assert at(context(spec("negotiation_minutes"), pi_mode=PiMode.MASKED), "negotiation.contacts[0].name") == "*先生"


@pytest.mark.parametrize("form_id", ["needs_confirmation_list", "contract", "negotiation_minutes"])
def test_nothing_confidential_is_within_reach_of_a_form_for_the_customer(form_id: str):
    seen = everything(spec(form_id))
    for secret in ("660000.00", "0.32", "行业同类产品均价", "首付款不低于20%", "同意签署"):
        assert secret not in seen
    reached = fields(tuple(context(spec(form_id)).values()))
    assert not reached & {"baseline", "min_total", "margin_rate", "support_data", "commissions", "approval"}


def test_floor_margin_and_support_data_are_within_reach_only_where_they_are_declared():
    review = spec("proposal_review_form")
    assert at(context(review, key="2"), "proposal.margin_rate") == Decimal("0.30")
    assert "baseline" not in context(review, key="2")
    assert "margin_rate" not in context(spec("proposal_review_form", discloses=()), key="2")["proposal"].names()
    with_floor = spec("contract", audience=Audience.INTERNAL, discloses=(Disclosure.BASELINE,))
    assert at(context(with_floor), "baseline.min_total") == Decimal("660000.00")


def test_the_bank_account_is_whole_in_the_contract_and_masked_elsewhere():
    assert at(context(spec("contract")), "supplier.bank_account") == "000000000000000001"
    assert at(context(spec("negotiation_minutes")), "supplier.bank_account") == "****0001"


def test_internal_judgements_are_out_of_reach_of_a_customer_form():
    seen = context(spec("contract"))
    assert not {"staff", "contacts", "baseline", "events", "attestations"} & set(seen)
    assert "grading" not in seen["customer"].names()
    assert "approval" not in seen["contract"].names()
    assert "grading" in context(spec("contract_approval_form"))["customer"].names()


def test_what_type_checks_is_what_exists():
    for form in catalogue():
        case = case_of("H01")
        for about in subjects(form.spec, case)[:1]:
            built = build_context(form.spec, case, about, issuance(Edition.RECORD), FIGURES)
            assert set(built) == set(root_types(form.spec))


def test_an_absent_value_knows_its_path_and_its_label():
    missing = at(context(spec("contract")), "contract.terminates_on")
    assert isinstance(missing, Missing)
    assert (missing.path, missing.label) == ("contract.terminates_on", "合同 › 合同期限止")
    person = at(context(spec("contract_approval_form")), "contract.approval.submitted")
    assert person.path == "staff[0]"
    nobody = at(context(spec("service_acceptance_sheet"), key="PO20240418002/2"), "acceptance.problems")
    assert (nobody.path, nobody.label) == ("orders[1].acceptances[1].problems", "订单 › 验收 › 存在问题")


def test_an_empty_list_counts_as_absent():
    case = case_of("H01")
    withdrawn = tuple(need.model_copy(update={"status": NeedStatus.WITHDRAWN}) for need in case.needs)
    assert not context(spec("needs_confirmation_list"), case.model_copy(update={"needs": withdrawn}))["open_needs"]


def test_withdrawn_needs_are_not_to_be_confirmed():
    case = case_of("H01")
    withdrawn = case.needs[1].model_copy(update={"status": NeedStatus.WITHDRAWN, "confirmation": None})
    case = case.model_copy(update={"needs": (case.needs[0], withdrawn, case.needs[2])})
    form = spec("needs_confirmation_list")
    assert [need.path for need in context(form, case)["open_needs"]] == ["needs[0]", "needs[2]"]
    assert editions(form, case, subject(form, case)) == (Edition.SIGNING, Edition.RECORD)


def test_absent_paths_are_listed_with_every_element():
    case = case_of("H01")
    bare = tuple(need.model_copy(update={"confirmation": None}) for need in case.needs)
    form = spec("needs_confirmation_list")
    changed = case.model_copy(update={"needs": bare})
    found = absent(context(form, changed), ("open_needs[].confirmation", "customer.uscc"))
    assert [detail.path for detail in found] == [f"needs[{index}].confirmation" for index in range(3)]
    assert editions(form, changed, subject(form, changed)) == (Edition.SIGNING,)


def test_the_contract_is_a_draft_until_its_version_is_finally_approved():
    form, case = spec("contract"), case_of("H01")
    contract = case.contract
    assert contract is not None
    assert contract.approval is not None
    unsigned = contract.model_copy(update={"signatures": ()})

    def offered(changed: Contract) -> Edition:
        changed_case = case.model_copy(update={"contract": changed})
        return editions(form, changed_case, subject(form, changed_case))[-1]

    assert offered(contract) is Edition.RECORD
    assert offered(unsigned) is Edition.SIGNING
    assert offered(unsigned.model_copy(update={"version": 2})) is Edition.DRAFT
    assert offered(unsigned.model_copy(update={"approval": None})) is Edition.DRAFT
    two_steps = contract.approval.model_copy(update={"steps": contract.approval.steps[:2]})
    assert offered(unsigned.model_copy(update={"approval": two_steps})) is Edition.DRAFT
    assert offered(contract.model_copy(update={"signatures": contract.signatures[:1]})) is Edition.SIGNING


def test_computed_values_are_those_of_the_sample():
    seen = context(spec("contract_approval_form"))["calc"]
    assert seen["total_upper"] == "人民币陆拾捌万元整"
    assert seen["over_gm_threshold"] is True
    assert [share["tax"] for share in seen["tax_split"]] == [Decimal("63964.60"), Decimal("7018.87")]
    assert len(seen["contract_content_sha256"]) == 64


def test_a_year_without_calendar_leaves_the_deadline_absent():
    case = case_of("H01")
    late = case.orders[0].model_copy(update={"received_at": case.orders[0].received_at.replace(year=2099)})
    changed = case.model_copy(update={"orders": (late, *case.orders[1:])})
    seen = context(spec("product_acceptance_sheet"), changed)
    assert not at(seen, "calc.acceptance_due_at")
