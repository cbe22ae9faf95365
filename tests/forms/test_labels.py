"""What forms.md asks of every form is on it: labels, the fields that fill them, the heads of its tables in order."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from docgen.forms.fill import text_of
from docgen.forms.lint import form_reads
from docgen.forms.ooxml import W, part, tag
from tests.forms.desk import catalogue

ASKED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "labels.toml").read_text(encoding="utf-8"))
MANUAL = Path(__file__).parents[2] / "rules" / "manual.md"
IN_THE_MANUAL = {
    "customer_info_table": 10,
    "needs_confirmation_list": 7,
    "order_progress_table": 8,
    "after_sales_record": 8,
}
"""Forms whose columns part 三 of the manual fixes, with their number."""


@cache
def printed(form_id: str) -> str:
    """Return the words of the template itself, without its tags and without white space."""
    words = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text_of(catalogue().get(form_id).source), flags=re.DOTALL)
    return re.sub(r"\s", "", words)


@cache
def heads(form_id: str) -> list[list[str]]:
    """Return the words of every head row, a row of cells in the style of heads."""
    rows = part(catalogue().get(form_id).source, "word/document.xml").iter(tag("tr"))
    return [
        ["".join(text.text or "" for text in cell.iter(tag("t"))) for cell in row.iter(tag("tc"))]
        for row in rows
        if {style.get(f"{W}val") for style in row.iter(tag("pStyle"))} == {"HouseTableHead"}
    ]


def test_every_shipped_form_is_asked_something():
    assert set(ASKED) == {form.spec.form_id for form in catalogue()}


@pytest.mark.parametrize("form_id", sorted(ASKED))
def test_every_label_is_printed(form_id: str):
    assert [label for label in ASKED[form_id]["labelled"] if re.sub(r"\s", "", label) not in printed(form_id)] == []


@pytest.mark.parametrize("form_id", sorted(ASKED))
def test_every_field_is_read(form_id: str):
    found = form_reads(catalogue().get(form_id))
    asked = ASKED[form_id]["labelled"] | ASKED[form_id].get("unlabelled", {})
    assert {label: path for label, path in asked.items() if path not in {*found.printed, *found.tested}} == {}


@pytest.mark.parametrize("form_id", [form_id for form_id in sorted(ASKED) if "columns" in ASKED[form_id]])
def test_every_table_has_its_columns_in_order(form_id: str):
    assert [columns for columns in ASKED[form_id]["columns"] if columns not in heads(form_id)] == []


@pytest.mark.parametrize("form_id", IN_THE_MANUAL)
def test_the_columns_that_the_manual_fixes_are_its_own_words(form_id: str):
    rows = [line.strip(" |").split(" | ") for line in MANUAL.read_text(encoding="utf-8").splitlines() if " | " in line]
    columns = next(row for row in heads(form_id) if len(row) == IN_THE_MANUAL[form_id])
    assert columns in rows
