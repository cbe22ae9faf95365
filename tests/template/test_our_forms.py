"""The shipped forms, filled by us, are the documents docxtpl fills: the same XML in every part."""

import io
from collections.abc import Callable, Iterator

import pytest
from docx import Document
from docxtpl import DocxTemplate
from jinja2 import ChainableUndefined, Environment

from docgen.case.enums import Choice
from docgen.editions import Edition
from docgen.forms.catalogue import Form
from docgen.forms.context import build_context
from docgen.forms.filters import FILTERS
from docgen.forms.subjects import subjects
from docgen.template import CompiledTemplate, Missing, compile_template
from docgen.template.cache import packed, unpacked
from docgen.template.compiled import strict_engine
from docgen.template.filtering import accepts_none
from tests.forms.desk import FIGURES, case_of, catalogue, issuance
from tests.template.builders import assert_same, saved


def oracle_environment() -> Environment:
    """Stock Jinja as docxtpl would be given it for our forms: our filters, labels of closed sets, no sandbox."""

    def lenient(function: Callable[..., object]) -> Callable[..., object]:
        def applied(value: object, *rest: object, **named: object) -> object:
            absent = isinstance(value, Missing)
            return function(None if absent and accepts_none(function) else value, *rest, **named)

        return applied

    environment = Environment(
        autoescape=True,
        undefined=ChainableUndefined,
        finalize=lambda value: value.label if isinstance(value, Choice) else value,
    )
    environment.filters.update({name: lenient(function) for name, function in FILTERS.items()})
    environment.tests["defined"] = lambda value: not isinstance(value, Missing | ChainableUndefined)
    return environment


def without_charts(source: bytes) -> bytes:
    """The template without the placeholders, of which docxtpl knows nothing."""
    document = Document(io.BytesIO(source))
    for drawing in document.element.body.xpath(".//w:drawing[.//wp:docPr[starts-with(@name, 'chart.')]]"):
        drawing.getparent().remove(drawing)
    return saved(document)


def documents() -> Iterator[tuple[str, str, Edition]]:
    for form in catalogue():
        for subject in list(subjects(form.spec, case_of("H01")))[:1]:
            for edition in form.spec.editions:
                yield form.spec.form_id, subject.key, edition


@pytest.mark.parametrize(("form_id", "key", "edition"), list(documents()), ids=str)
def test_a_form_is_filled_as_docxtpl_fills_it(form_id: str, key: str, edition: Edition):
    form: Form = catalogue().get(form_id)
    case = case_of("H01")
    about = next(each for each in subjects(form.spec, case) if each.key == key)
    context = build_context(form.spec, case, about, issuance(edition), FIGURES)
    source = without_charts(form.source)
    word = DocxTemplate(io.BytesIO(source))
    word.render(dict(context), oracle_environment(), autoescape=True)
    template = compile_template(source, filters=FILTERS)
    filled = template.render(context)
    assert_same(filled, saved(word))
    kept = unpacked(packed(template.compilation), strict_engine(FILTERS))
    assert CompiledTemplate(source, FILTERS, autoescape=True, strict=True, kept=kept).render(context) == filled


def test_charts_and_links_are_the_same_when_kept():
    for form in catalogue():
        made = form.template.compilation
        kept = unpacked(packed(made), strict_engine(FILTERS))
        assert (kept.slots, kept.relations, kept.entries) == (made.slots, made.relations, made.entries)


def test_every_shipped_form_takes_the_short_way():
    exact = [form.spec.form_id for form in catalogue() if any(part.exact for part in form.template.compilation.parts)]
    assert exact == []
