from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from docgen.forms.catalogue import Form
from docgen.forms.faults import FormFault
from docgen.forms.lint import form_reads, lint, lint_form
from docgen.forms.ooxml import style_names
from docgen.forms.sheet import Line, Sheet, Style
from tests.forms.desk import TEMPLATES, catalogue
from tests.forms.test_catalogue import copy

HOUSE = (TEMPLATES / "house.docx").read_bytes()
STYLES = frozenset(style_names(HOUSE).values())


def edited(form_id: str, edit: Callable[[str], str], part: str = "word/document.xml") -> Form:
    form = catalogue().get(form_id)
    out = BytesIO()
    with ZipFile(BytesIO(form.source)) as source, ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                changed = edit(data.decode())
                assert changed != data.decode()
                data = changed.encode()
            target.writestr(name, data)
    return replace(form, source=out.getvalue())


def declared(form_id: str, **changes: object) -> Form:
    form = catalogue().get(form_id)
    return replace(form, spec=form.spec.model_copy(update=changes))


def faults(form: Form) -> dict[str, FormFault]:
    return {fault.code: fault for fault in lint_form(form, STYLES)}


def test_the_shipped_forms_are_clean():
    assert lint(TEMPLATES) == ()


def test_a_misspelt_field_is_named_with_file_place_text_and_the_nearest_field():
    found = faults(
        edited("first_contact_record", lambda xml: xml.replace("first_contact.purpose", "first_contact.purpos"))
    )
    fault = found["unknown_path"]
    assert fault.file == "first_contact_record.docx"
    assert "表1第5行第2列" in fault.place
    assert "first_contact.purpos" in fault.place
    assert "purpose" in fault.suggestion


def test_every_fault_is_reported_at_once():
    def spoil(xml: str) -> str:
        return xml.replace("first_contact.purpose", "first_contact.purpos").replace("|datetime", "|datetme")

    codes = [fault.code for fault in lint_form(edited("first_contact_record", spoil), STYLES)]
    assert "unknown_path" in codes
    assert codes.count("unknown_filter") >= 4


def test_a_secret_in_a_customer_form_is_an_unknown_field():
    fault = faults(
        edited("contract", lambda xml: xml.replace("{{ contract.title }}", "{{ baseline.min_total|money }}"))
    )
    assert "unknown_path" in fault
    assert "baseline" in fault["unknown_path"].place


def test_an_optional_field_must_be_guarded_or_demanded():
    assert "first_contact.contact.reach" in catalogue().get("first_contact_record").spec.requires
    found = lint_form(declared("first_contact_record", requires=()), STYLES)
    assert any("first_contact.contact.reach" in fault.place for fault in found)


@pytest.mark.parametrize("key", ["requires", "requires_signing", "requires_record"])
def test_a_demanded_path_must_exist(key: str):
    fault = faults(declared("contract", **{key: ("contract.titel",)}))["unknown_path"]
    assert (fault.file, fault.place) == ("contract.toml", key)


def test_the_facts_that_decide_on_an_edition_are_of_the_case():
    assert "not_of_case" in faults(declared("contract", requires_record=("calc.contract_signed_on",)))


def test_the_number_comes_from_issuing_or_from_the_case():
    assert "number_unknown" in faults(declared("contract", number_from=None))
    assert "bad_number_pattern" in faults(declared("contract", number="{prefix"))
    assert faults(declared("contract", number_from="contract.number"))["unknown_path"].place == "number_from"


def test_a_condition_on_subjects_names_an_enum_and_one_of_its_values():
    assert "unknown_value" in faults(declared("product_acceptance_sheet", where={"order.kind": "goods"}))
    assert "unknown_path" in faults(declared("product_acceptance_sheet", where={"order.kinds": "product"}))
    assert "unknown_path" in faults(declared("product_acceptance_sheet", where={"contract.title": "product"}))
    for path in ("proposal.feedbacks", "order.lines", "feedback"):
        assert "unknown_path" in faults(declared("proposal_feedback_record", only_with=path))


def test_a_subject_that_is_no_record_is_named():
    assert "bad_form" in faults(declared("contract", one_per="contrakt"))


def test_every_signer_has_anchors_and_no_anchor_is_left_over():
    anchor = 'w:name="sig.supplier.seal"'
    missing = lint_form(edited("contract", lambda xml: xml.replace(anchor, 'w:name="sig.nobody.seal"')), STYLES)
    assert {fault.code for fault in missing} == {"no_anchor", "unknown_anchor"}
    twice = faults(edited("contract", lambda xml: xml.replace("sig.supplier.seal", "sig.customer.seal")))
    assert {"no_anchor", "anchor_twice"} <= set(twice)


def test_a_line_of_contents_leads_to_a_bookmark():
    found = faults(edited("proposal", lambda xml: xml.replace('w:name="part_3"', 'w:name="part_8"')))
    assert "part_3" in found["unknown_bookmark"].message


def test_a_placeholder_of_no_chart_is_named_with_the_nearest_chart():
    found = faults(edited("proposal", lambda xml: xml.replace('name="chart.plan"', 'name="chart.plam"')))
    assert "chart.plan" in found["unknown_path"].suggestion


def test_the_running_title_is_a_field_that_the_form_sees():
    assert faults(declared("proposal", header_from="proposal.margin_rate"))["unknown_path"].place == "header_from"


def test_a_paragraph_outside_the_house_style_is_named():
    fault = faults(edited("contract", lambda xml: xml.replace('<w:pStyle w:val="HouseTitle"/>', "")))["not_house_style"]
    assert "contract.title" in fault.place
    unhoused = edited("contract", lambda xml: xml.replace('<w:pStyle w:val="HouseTitle"/>', ""))
    assert lint_form(unhoused, None) == ()


def test_automatic_numbering_is_refused():
    numbering = '<w:pStyle w:val="HouseTitle"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    assert "automatic_numbering" in faults(
        edited("contract", lambda xml: xml.replace('<w:pStyle w:val="HouseTitle"/>', numbering))
    )


def test_a_font_without_its_chinese_part_is_refused():
    def spoil(xml: str) -> str:
        return xml.replace("<w:r><w:t", '<w:r><w:rPr><w:rFonts w:ascii="Arial"/></w:rPr><w:t', 1)

    assert "no_chinese_font" in faults(edited("contract", spoil))


def test_the_page_is_turned_as_declared():
    assert "orientation" in faults(declared("contract", landscape=True))
    assert "orientation" in faults(declared("needs_confirmation_list", landscape=False))


def test_a_broken_declaration_hides_no_fault_of_another_form(tmp_path: Path):
    for form_id in ("contract", "power_of_attorney"):
        copy(form_id, tmp_path)
    (tmp_path / "contract.toml").write_text("stage = 0\n", encoding="utf-8")
    (tmp_path / "power_of_attorney.docx").write_bytes(b"not a zip")
    found = {fault.file for fault in lint(tmp_path)}
    assert found == {"contract.toml", "power_of_attorney.docx"}


def test_a_fault_reads_as_one_chinese_line():
    fault = FormFault("a.docx", "正文第1段", "unknown_path", "没有名为 x 的字段", "是否指 y")
    assert str(fault) == "a.docx 正文第1段：没有名为 x 的字段（是否指 y）"


def test_what_a_template_reads_is_told_with_chinese_labels():
    printed = form_reads(catalogue().get("first_contact_record")).printed
    assert printed["customer.industry"].endswith("行业")
    assert printed["first_contact.contact.name"].endswith("姓名")
    assert all(label and not label.isascii() for label in printed.values())


def test_the_styles_a_sheet_uses_are_those_of_the_house():
    assert {style.value for style in Style} <= STYLES
    sheet = Sheet(HOUSE)
    with pytest.raises(ValueError, match="mm"):
        sheet.table([10, 10])
    with pytest.raises(ValueError, match="span"):
        sheet.table([80, 80]).row()
    assert Line("").style is Style.CELL


@pytest.mark.parametrize(("place", "said"), [("正文第3段", "a.docx 正文第3段：坏"), ("", "a.docx：坏")])
def test_a_fault_of_a_whole_file_names_no_place(place: str, said: str) -> None:
    assert str(FormFault("a.docx", place, "broken", "坏")) == said
