import pytest

from docgen.errors import DeclarationError, NotFoundError
from docgen.forms.spec import FormSpec
from docgen.forms.subjects import alias, named_types, subject, subjects
from tests.forms.desk import case_of, catalogue


def spec(form_id: str, **changes: object) -> FormSpec:
    return catalogue().get(form_id).spec.model_copy(update=changes)


def keys(form: FormSpec, case: str = "H01") -> list[tuple[str, str]]:
    return [(one.path, one.key) for one in subjects(form, case_of(case))]


def test_a_form_of_the_case_has_one_subject_without_key():
    assert keys(spec("needs_confirmation_list")) == [("", "")]


def test_a_round_is_named_by_its_order_and_its_number():
    assert keys(spec("service_acceptance_sheet")) == [
        ("orders[1].acceptances[0]", "PO20240418002/1"),
        ("orders[1].acceptances[1]", "PO20240418002/2"),
    ]


def test_a_sheet_for_products_has_no_service_order_and_the_other_way_round():
    assert keys(spec("product_acceptance_sheet")) == [("orders[0].acceptances[0]", "PO20240418001/1")]
    assert keys(spec("product_acceptance_sheet"), "S02") == []


def test_versions_rounds_and_numbers_are_the_keys_of_what_has_them():
    assert [key for _, key in keys(spec("proposal_review_form"))] == ["1", "2"]
    assert [key for _, key in keys(spec("negotiation_minutes"))] == ["1"]
    assert [key for _, key in keys(spec("power_of_attorney"))] == ["SQ-2024-0012-01", "SQ-2024-0012-02"]


def test_what_has_no_number_is_counted():
    assert [key for _, key in keys(spec("first_contact_record", one_per="customer.sources[]"))] == ["1"]


def test_a_part_that_the_case_does_not_have_gives_no_subject():
    case = case_of("H01").model_copy(update={"first_contact": None, "contract": None})
    assert subjects(spec("first_contact_record"), case) == ()
    assert subjects(spec("contract"), case) == ()


def test_a_form_that_comes_only_with_something_has_no_subject_without_it():
    assert [key for _, key in keys(spec("proposal_feedback_record"))] == ["1"]
    assert keys(spec("proposal_feedback_record"), "S02") == []
    assert [key for _, key in keys(spec("proposal_feedback_record", only_with=None))] == ["1", "2"]


def test_a_ledger_has_no_subject_in_one_case():
    assert keys(spec("first_contact_record", one_per="ledger")) == []


def test_a_subject_brings_the_objects_on_its_way_by_name():
    found = subject(spec("service_acceptance_sheet"), case_of("H01"), "PO20240418002/2")
    assert {name: path for name, (path, _) in found.names.items()} == {
        "order": "orders[1]",
        "acceptance": "orders[1].acceptances[1]",
    }
    assert found.names["acceptance"][1] is case_of("H01").orders[1].acceptances[1]


def test_a_subject_is_chosen_by_key_or_path():
    form = spec("service_acceptance_sheet")
    by_key = subject(form, case_of("H01"), "PO20240418002/2")
    assert subject(form, case_of("H01"), "orders[1].acceptances[1]") == by_key


def test_an_unknown_key_is_answered_with_the_keys_there_are():
    with pytest.raises(NotFoundError) as caught:
        subject(spec("service_acceptance_sheet"), case_of("H01"), "PO20240418002/3")
    assert "PO20240418002/1" in caught.value.remedy


def test_without_a_key_there_must_be_exactly_one_subject():
    assert subject(spec("contract"), case_of("H01")).path == "contract"
    with pytest.raises(NotFoundError):
        subject(spec("proposal_review_form"), case_of("H01"))


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ("orders[]", "order"),
        ("needs_reviews[]", "needs_review"),
        ("feedback[]", "feedback"),
        ("progress[]", "progress"),
        ("contract", "contract"),
    ],
)
def test_the_name_of_an_element_is_its_list_in_the_singular(step: str, name: str):
    assert alias(step) == name


@pytest.mark.parametrize("path", ["ordres[]", "orders", "contract[]", "customer.need_tags[]", "orders[].amount"])
def test_a_subject_must_be_a_record_of_the_case_file(path: str):
    with pytest.raises(DeclarationError):
        named_types(spec("contract", one_per=path))
