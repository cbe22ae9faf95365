"""Foreign templates run in a sandbox that benign ones do not notice."""

import io
import time

import pytest
from docxtpl import DocxTemplate, InlineImage

from docgen.errors import DeclarationError, DocgenError, InputError
from docgen.template import compile_template
from tests.template.builders import PNG, assert_same, by_docxtpl, template


def render(text: str, **context: object) -> bytes:
    return compile_template(template(text), autoescape=False, strict=False).render(context)


class Record:
    _hidden = "私有字段"

    def __init__(self) -> None:
        self.name = "甲"

    def total(self) -> int:
        return 7


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ a.total.__func__ }}",
        "{{ a.__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(a) }}",
        "{{ lipsum.__globals__ }}",
        "{{ cycler.__init__ }}",
        "{{ self.__init__ }}",
        "{{ (1).__class__ }}",
        "{{ range.__call__ }}",
    ],
)
def test_pythons_internals_are_out_of_reach(text: str):
    with pytest.raises(DocgenError) as caught:
        render(text, a=Record())
    assert caught.value.code in {"template_forbidden", "missing_fields", "render_failed"}
    assert "Record" not in caught.value.message


@pytest.mark.parametrize("text", ["{{ image.tpl }}", "{{ image.tpl.docx.save('x') }}"])
def test_the_document_behind_an_image_is_out_of_reach(text: str):
    image = InlineImage(DocxTemplate(io.BytesIO(template("x"))), io.BytesIO(PNG))
    with pytest.raises(DeclarationError) as caught:
        render(text, image=image)
    assert caught.value.code == "template_forbidden"


@pytest.mark.parametrize(
    "text",
    [
        "{{ a.name }} {{ a.total() }} {{ a._hidden }}",
        "{{ 3 * 'ab' }} {{ 2 ** 10 }} {{ [1] * 3 }} {{ 1.5 * 2 }} {{ 2 ** 0.5 }}",
        "{{ '%s' % a.name }} {{ '{}'.format(a.name) }} {{ range(5)|sum }}",
        "{% set ns = namespace(n=0) %}{% for i in range(9) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
        "{{ dict(x=1).x }} {{ 'a,b'.split(',')|join('-') }}",
        "{% set xs = [] %}{{ xs.append(1) }}{{ xs }}",
    ],
)
def test_benign_templates_notice_nothing(text: str):
    assert_same(render(text, a=Record()), by_docxtpl(template(text), {"a": Record()}))


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'x' * 10000000000 }}",
        "{{ 9 ** 9 ** 9 ** 9 ** 9 }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{{ 'x' * 9999 }}{% endfor %}",
        "{% for a in range(99999999999) %}{% endfor %}",
    ],
)
def test_endless_work_ends_in_an_error_within_seconds(text: str):
    started = time.process_time()
    with pytest.raises(DocgenError):
        render(text)
    assert time.process_time() - started < 15  # a guard against endless work, generous for busy machines


def test_what_fails_in_a_value_is_an_error_of_ours_without_the_value():
    class Broken:
        def __str__(self) -> str:
            raise ValueError("secret")

    with pytest.raises(InputError) as caught:
        render("{{ a }}", a=Broken())
    assert caught.value.code == "render_failed"
    assert "secret" not in caught.value.message
