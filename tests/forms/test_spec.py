import re
from pathlib import Path

import pytest

from docgen.editions import Edition
from docgen.errors import DeclarationError
from docgen.forms.spec import Audience, FormSpec, load_spec
from docgen.masking import PiMode
from tests.forms.desk import TEMPLATES

GOOD = (TEMPLATES / "first_contact_record.toml").read_text(encoding="utf-8")


def load(text: str) -> FormSpec:
    return load_spec("some_form", text.encode(), file="some_form.toml")


def faults(text: str) -> dict[str, str]:
    with pytest.raises(DeclarationError) as caught:
        load(text)
    assert caught.value.code == "bad_form"
    return {detail.path.removeprefix("some_form.toml › "): detail.message for detail in caught.value.details}


def test_a_declaration_gives_the_form_its_stem_as_identifier():
    spec = load(GOOD)
    assert spec.form_id == "some_form"
    assert spec.audience is Audience.INTERNAL
    assert spec.pi_mode is PiMode.MASKED
    assert spec.editions == (Edition.SIGNING, Edition.RECORD)
    assert spec.stage_title == "客户开发"


def test_every_fault_of_a_declaration_is_named_at_once_with_file_and_key():
    text = GOOD.replace('status = "N"', 'status = "X"').replace("stage = 1", "stage = 9").replace("purpose", "purpos")
    found = faults(text)
    assert set(found) == {"status", "stage", "purpose", "purpos"}
    assert found["purpose"] == "缺少此项"
    assert "purpose" in found["purpos"]


def test_a_misspelt_key_of_a_signer_names_the_nearest_key_of_signers():
    assert "level" in faults(GOOD.replace('level = "L1"', 'level = "L1"\nlevle = "L1"'))["signers.0.levle"]


def test_a_fault_never_echoes_the_rejected_value():
    text = GOOD.replace('pi_mode = "masked"', 'pi_mode = "张明13900000001"')
    assert not any("张明" in message or "139" in message for message in faults(text).values())


def test_broken_toml_is_named_with_its_line():
    assert "第" in str(faults("title = \n")) or "line" in str(faults("title = \n"))


def test_a_file_that_is_not_utf8_is_refused():
    with pytest.raises(DeclarationError) as caught:
        load_spec("some_form", "标题".encode("gbk"), file="some_form.toml")
    assert "UTF-8" in caught.value.details[0].message


def test_the_identifier_is_written_nowhere_but_in_the_file_name():
    assert set(faults('form_id = "x"\n' + GOOD)) == {"form_id"}


@pytest.mark.parametrize("value", ["baseline", "margin_rate", "support_data"])
def test_a_form_for_the_customer_cannot_disclose_what_is_internal(value: str):
    text = GOOD.replace('audience = "internal"', f'audience = "customer"\ndiscloses = ["{value}"]')
    assert "discloses" in "".join(faults(text).values())
    assert load(text.replace('"customer"', '"internal"')).discloses


def test_two_signers_of_one_party_need_places_of_their_own():
    signer = GOOD[GOOD.index("[[signers]]") :]
    assert "slot" in "".join(faults(GOOD + "\n" + signer).values())
    assert len(load(GOOD + "\n" + signer.replace('"recorder"', '"witness"')).signers) == 2


def test_signers_are_listed_in_the_order_in_which_they_sign():
    signer = GOOD[GOOD.index("[[signers]]") :].replace('"recorder"', '"witness"')
    later_first = GOOD.replace("turn = 1", "turn = 2") + "\n" + signer
    assert "turn" in "".join(faults(later_first).values())


def test_a_required_seal_must_be_one_of_the_seals_named():
    assert "seals" in "".join(faults(GOOD + "seal_required = true\n").values())
    assert load(GOOD + 'seal_required = true\nseals = ["company_seal"]\n').signers[0].seal_required


def test_contact_roles_are_for_the_customer_and_roles_for_us():
    assert "contact_roles" in "".join(faults(GOOD + 'contact_roles = ["signer"]\n').values())
    assert "roles" in "".join(faults(GOOD.replace('party = "internal"', 'party = "customer"')).values())


def test_the_record_edition_and_the_facts_it_needs_are_declared_together():
    assert "record" in "".join(faults(GOOD.replace('["signing", "record"]', '["signing"]')).values())
    without = re.sub(r"requires_record = .*\n", "", GOOD)
    assert "record" in "".join(faults(without).values())
    assert load(without.replace('["signing", "record"]', '["signing"]')).editions == (Edition.SIGNING,)


def test_editions_are_listed_in_their_order():
    assert "editions" in "".join(faults(GOOD.replace('["signing", "record"]', '["record", "signing"]')).values())


@pytest.mark.parametrize(
    "guard", ["CD-09", "PR-08!", "CT-01@signing", "CT-13#customer", "CT-07:a,c", "CT-15@record#supplier:a!"]
)
def test_a_company_form_may_declare_guards(guard: str):
    spec = load(GOOD + f'\n[guards]\nissue = ["{guard}"]\n')
    assert spec.guards["issue"] == (guard,)


@pytest.mark.parametrize("guard", ["CD9", "cd-09", "CD-09@draft", "CD-09#nobody", "CD-09:", "CD-09!!", ""])
def test_a_malformed_guard_is_refused(guard: str):
    assert "guards.issue.0" in faults(GOOD + f'\n[guards]\nissue = ["{guard}"]\n')


def test_guards_stand_before_known_actions_only():
    assert faults(GOOD + '\n[guards]\nprint = ["CD-09"]\n')


def test_anchors_follow_from_the_signers():
    spec = load_spec("contract", (TEMPLATES / "contract.toml").read_bytes(), file="contract.toml")
    assert spec.anchors == (
        "sig.customer.sign",
        "sig.customer.date",
        "sig.customer.seal",
        "sig.supplier.sign",
        "sig.supplier.date",
        "sig.supplier.seal",
        "seal.straddle",
    )


def test_an_edition_demands_what_every_edition_demands_and_its_own():
    spec = load_spec("contract", (TEMPLATES / "contract.toml").read_bytes(), file="contract.toml")
    assert spec.demanded(Edition.DRAFT) == spec.requires
    assert spec.demanded(Edition.SIGNING) == (*spec.requires, "contract.approved")
    assert "contract.approved" not in spec.demanded(Edition.RECORD)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_declaration_repeats_no_field_of_its_docx(path: Path):
    assert not re.search(r"^(fields|columns|labels)\b", path.read_text(encoding="utf-8"), re.MULTILINE)


LEDGER = (TEMPLATES / "after_sales_record.toml").read_text(encoding="utf-8")


def test_a_ledger_says_what_its_rows_are():
    spec = load(LEDGER)
    assert spec.is_ledger
    assert spec.about == "after_sales.tickets[]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LEDGER.replace('rows = "after_sales.tickets[]"', ""), "rows"),
        (LEDGER.replace('number = "FW', 'number_from = "case_no"\nnumber = "FW'), "number_from"),
        (LEDGER.replace("landscape = true", 'editions = ["signing", "record"]\nrequires_record = ["rows"]'), "signing"),
        (LEDGER.replace('one_per = "ledger"', 'one_per = "case"'), "台账"),
    ],
)
def test_what_a_ledger_must_and_must_not_declare_is_named(text: str, said: str):
    (message,) = faults(text).values()
    assert said in message
