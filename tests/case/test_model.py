"""The entities of the case file and the schema made from them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from docgen.case import CaseFile, json_schema, load_case
from docgen.case.canonical import case_sha256
from docgen.case.enums import Choice, NeedType
from docgen.case.schema import schema_text
from docgen.case.shape import Shape, label, location, path, shape_at, shapes
from docgen.case.values import Entity
from docgen.errors import InputError
from tests.case.variants import h01_text, variant
from tests.samples import Kind, Sample, samples

_SCHEMA = Path(__file__).parents[2] / "docs" / "case.schema.json"


def _entities(root: type[Entity] = CaseFile) -> set[type[Entity]]:
    found = {root}
    for shape in shapes(root).values():
        if shape.entity and shape.entity not in found:
            found |= _entities(shape.entity)
    return found


def test_every_field_has_a_chinese_title_and_every_entity_says_what_it_is():
    for entity in _entities():
        assert entity.__doc__
        for name, field in entity.model_fields.items():
            assert field.title, f"{entity.__name__}.{name}"
            assert not field.title.isascii(), f"{entity.__name__}.{name}"


def test_every_choice_has_a_label():
    assert NeedType.RIGID == "rigid"
    assert NeedType.RIGID.label == "刚性"
    for kind in Choice.__subclasses__():
        assert all(member.label for member in kind)


def test_a_case_cannot_be_changed():
    case = load_case(h01_text())
    with pytest.raises(ValidationError):
        case.contract.total = 1


def test_every_reference_to_a_person_is_found_by_its_type():
    references = {shape.name for entity in _entities() for shape in shapes(entity).values() if shape.is_reference}
    assert {"agent_contact_ref", "staff_refs", "id_checked_ref"} <= references
    assert "booked_ref" not in references
    assert not any(
        shapes(entity)[name].entity for entity in _entities() for name in shapes(entity) if name in references
    )


@settings(max_examples=25, deadline=None)
@given(
    title=st.text(
        st.characters(exclude_categories=["C", "Z"], exclude_characters="０１２３４５６７８９"), min_size=1, max_size=30
    ),
    employees=st.integers(0, 10**9),
    cents=st.integers(0, 10**16),
    at=st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.timezones()),  # noqa: DTZ001 - zone drawn
)
def test_a_case_survives_json_whatever_its_values(title: str, employees: int, cents: int, at: datetime):
    text = variant(
        {
            "title": title,
            "customer.employees": str(employees),
            "contract.total": f"{cents // 100}.{cents % 100:02d}",
            "as_of": at.astimezone(UTC).isoformat(),
        }
    )
    case = load_case(text)
    again = load_case(case.model_dump_json())
    assert again == case
    assert case_sha256(again) == case_sha256(case)
    assert CaseFile.model_validate(case.model_dump()) == case


def test_the_schema_on_file_is_the_one_of_the_model():
    assert _SCHEMA.read_text(encoding="utf-8") == schema_text()


def test_the_schema_has_titles_and_no_decimal_that_may_be_empty():
    schema = json_schema()
    assert schema["properties"]["contract"]["title"] == "合同"
    total = schema["$defs"]["Contract"]["properties"]["total"]
    patterns = [option["pattern"] for option in total["anyOf"] if option["type"] == "string"]
    assert patterns == [r"^(0|[1-9]\d{0,14})(\.\d{1,2})?$"]
    for name, entity in schema["$defs"].items():
        for field, told in entity.get("properties", {}).items():
            assert "title" in told, f"{name}.{field}"


def test_the_title_of_a_place_is_the_titles_along_the_way():
    assert label(CaseFile, ("contract", "lines", 3, "unit_price")) == "合同 › 标的清单 › 单价(元)"
    assert label(CaseFile, ("contract", "nothing")) == "合同"
    assert label(CaseFile, ()) == ""


def test_paths_are_read_as_they_are_written():
    where = ("orders", 0, "acceptances", 12, "items")
    assert path(where) == "orders[0].acceptances[12].items"
    assert location(path(where)) == where
    assert path(("contract", "13900000001")) == "contract.?"


@pytest.mark.parametrize(
    "written", ["", ".", "[0]", "a..b", "a.", "a[", "a[-1]", "a[x]", "a b", "a[0]b", "合同", "a." * 30 + "a", "a\n"]
)
def test_what_is_no_path_is_refused(written: str):
    with pytest.raises(InputError) as caught:
        location(written)
    assert caught.value.code == "bad_path"


def test_the_shape_of_a_field_says_what_it_holds():
    shape = shape_at(CaseFile, ("orders", 0, "status"))
    assert isinstance(shape, Shape)
    assert shape.default == "draft"
    assert ("accepted", "验收通过") in shape.choices
    assert shape_at(CaseFile, ("orders", "nothing", "x")) is None
    assert shapes(CaseFile)["orders"].many
    assert issubclass(shapes(CaseFile)["orders"].entity, BaseModel)


@pytest.mark.parametrize("each", samples(Kind.HAPPY, Kind.IN_PROGRESS), ids=str)
def test_loading_twice_gives_equal_cases(each: Sample):
    assert load_case(each.case) == load_case(each.case)
