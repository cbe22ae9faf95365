"""Foreign templates render exactly as docxtpl renders them: every XML part is the same after canonicalisation."""

import io

import pytest
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage, Listing, RichText, RichTextParagraph, Subdoc
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.errors import DocgenError, InputError
from docgen.template import compile_template
from tests.template.builders import (
    PNG,
    assert_same,
    by_docxtpl,
    cell,
    escaped,
    members,
    paragraph,
    row,
    saved,
    table,
    template,
    text_of,
)

LINES = [{"name": "服务器", "qty": 2, "parts": ["a", "b"]}, {"name": "交换机", "qty": 1, "parts": []}]
DRAWING = (
    '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="1" cy="1"/><wp:docPr id="7" name="图" descr="{{ name }}"/>'
    "</wp:inline></w:drawing></w:r></w:p>"
)
TRACKED = (
    '<w:p><w:r><w:rPr><w:b/><w:rPrChange w:id="1" w:author="a"><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr>'
    "<w:t>{{ text }}</w:t></w:r></w:p>"
)

TEMPLATES = {
    "plain": template("甲方：{{ name }}", "{{ missing }}"),
    "split runs": template("甲方{¦{ na¦me }¦}乙{¦% if show %¦}是{% e¦lse %}否{% endif¦ %}"),
    "whitespace control": template("a {%- if show %} b {% endif -%} c", "next {{- name -}} end"),
    "paragraph blocks": template("{%p if show %}", "条款 {{ name }}", "{%p else %}", "无", "{%p endif %}"),
    "conditions over paragraphs": template("起 {% if show %} 一", "二", "三 {% endif %} 终"),
    "nested loops": template(
        "{%p for line in lines %}",
        "{{ loop.index }}. {{ line.name }}",
        "{%p for part in line.parts %}",
        "  - {{ part }}{% if not loop.last %}；{% endif %}",
        "{%p endfor %}",
        "{%p endfor %}",
    ),
    "rows": template(
        table(
            2,
            row("名称", "数量"),
            row("{%tr for line in lines %}", ""),
            row("{{ line.name }}", "{{ line.qty }}"),
            row("{%tr endfor %}", ""),
        )
    ),
    "rows only": template(
        table(2, row("{%tr for line in lines %}", ""), row("{{ line.name }}", "x"), row("{%tr endfor %}", ""))
    ),
    "columns": template(
        table(
            3,
            row("a", "{%tc for line in lines %}", "{{ line.name }}", "{%tc endfor %}"),
            row("b", "{%tc for line in lines %}", "{{ line.qty }}", "{%tc endfor %}"),
        )
    ),
    "more columns": template(table(1, row("{%tc for n in numbers %}", "{{ n }}", "{%tc endfor %}"))),
    "fewer cells": template(table(3, row("{{ name }}"), row("b"))),
    "colspan": template(table(3, row("{% colspan count %}合计 {{ name }}"), row("a", "b", "c"))),
    "cellbg": template(table(2, row("{% cellbg colour %}{{ name }}", "b"))),
    "vertical merge": template(
        table(
            2,
            row("h", "h"),
            row("{%tr for line in lines %}", ""),
            row("{% vm %}合并", "{{ line.name }}"),
            row("{%tr endfor %}", ""),
        )
    ),
    "horizontal merge": template(
        table(3, row("{%tc for n in numbers %}", "{% hm %}标题", "{%tc endfor %}"), row("a", "b", "c"))
    ),
    "horizontal merge of wide cells": template(
        table(
            6,
            row(
                "{%tc for n in numbers %}",
                cell("{% hm %}标题", '<w:tcW w:w="0"/><w:gridSpan w:val="2"/>'),
                "{%tc endfor %}",
            ),
            row("a", "b", "c", "d", "e", "f"),
        )
    ),
    "nested tables": template(
        table(
            2,
            row("外", "{{ name }}"),
            f"<w:tr><w:tc><w:tcPr/>{table(2, row('内', '{{ name }}'))}<w:p/></w:tc>{cell('x')}</w:tr>",
        )
    ),
    "header and footer": template(
        "正文", header="编号 {{ name }}", footer="{% if show %}第{{ count }}页{% endif %}{{ text }}"
    ),
    "footnote": template("正文", footnote="注 {{ text }}"),
    "title": template("正文", title="{{ name }} 的合同"),
    "static line breaks": template(
        '<w:p><w:r><w:t xml:space="preserve">a\tb\nc</w:t></w:r></w:p>', footer="x {{ name }}"
    ),
    "escaped delimiters": template("{_{ name }_} {_% if %_}", footer="{_{ name }_}"),
    "filters": template("{{ name|upper }} {{ lines|length }} {{ missing|default('无') }} {{ numbers|join('、') }}"),
    "assignments": template("{% set total = count * 2 %}{{ total }} {{ 'a' ~ count }} {{ (count + 1) / 2 }}"),
    "macros": template("{% macro bold(x) %}[{{ x }}]{% endmacro %}{{ bold(name) }}"),
    "calls": template("{{ name.strip() }} {{ '%s-%s' % (name, count) }} {{ '{}'.format(name) }} {{ numbers[0] }}"),
    "comments": template("a {# nothing #}b", "{#p gone #}", "c"),
    "raw": template("{% raw %}{{ name }}{% endraw %}"),
    "smart quotes": template("{{ “甲”if show else ‘乙’ }}"),
    "comparison": template("{% if count > 2 and count < 9 %}中{% endif %}"),
    "drawings": template(DRAWING, DRAWING),
    "tracked changes": template(TRACKED),
    "unbalanced": template("{% if show %}", table(1, row("{% endif %}{{ name }}"))),
    "expression in attributes": template(
        '<w:p><w:bookmarkStart w:id="0" w:name="{{ name }}"/><w:r><w:t>x</w:t></w:r></w:p>'
    ),
    "filter block": template("{% filter upper %}abc {{ name }}{% endfilter %}"),
    "autoescape block": template("{% autoescape true %}{{ text }}{% endautoescape %}"),
    "sections": template("{{ name }}", header="{{ name }}", footnote="注 {{ name }}", sections=3),
    "none and booleans": template("{{ none }} {{ show }} {{ ratio }} {{ lines }}"),
    "static": template("只有文字", "没有标签"),
}

CONTEXT: dict[str, object] = {
    "name": "某某科技有限公司",
    "text": "第一行\n第二行\t末",
    "show": True,
    "count": 3,
    "ratio": 0.5,
    "lines": LINES,
    "numbers": [1, 2, 3],
    "colour": "D9D9D9",
    "none": None,
}


@pytest.mark.parametrize("source", TEMPLATES.values(), ids=TEMPLATES.keys())
@pytest.mark.parametrize("autoescape", [False, True])
def test_renders_as_docxtpl_does(source: bytes, autoescape: bool):
    compiled = compile_template(source, autoescape=autoescape, strict=False)
    assert_same(compiled.render(CONTEXT), by_docxtpl(source, CONTEXT, autoescape=autoescape))


@pytest.mark.parametrize("source", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_renders_as_docxtpl_does_with_the_other_branches_taken(source: bytes):
    context = CONTEXT | {"show": False, "lines": [], "count": 1, "name": "a", "text": "b", "numbers": [1]}
    compiled = compile_template(source, autoescape=False, strict=False)
    assert_same(compiled.render(context), by_docxtpl(source, context))


HOSTILE = {
    "markup": "</w:t></w:r><w:r><w:b/></w:r> & <w:t>",
    "less than": "a < b",
    "ampersand": "A & B &amp; C",
    "quotes": "\"双\" '单'",
    "jinja": "{{ 7*7 }} {% if x %} {_{ y }_}",
    "breaks": "一\n二\r\n三\t四",
    "page": "一\f二\a三",
    "controls": "a\x00b\x0bc\x1fd",
    "surrogate": "a\ud800b",
    "rare": "𠮷㐂😀e\u0301",
    "bidi": "\u202eabc\u2028x",
    "nonsense": "\ufffe\uffff",
    "empty": "",
    "paragraph": "<w:p><w:r><w:t>x</w:t></w:r></w:p>",
    "newline before paragraph": "a\n<w:p>b</w:p>\n",
}
PLACES = {
    "text": template("甲：{{ name }}！", "{{ text }}"),
    "table": template(
        table(2, row("a", "{{ name }}"), row("{%tr if show %}", ""), row("{{ text }}", ""), row("{%tr endif %}", ""))
    ),
    "loops": template("{%p for line in [name, text] %}", "{{ line }}", "{%p endfor %}"),
    "attribute": TEMPLATES["expression in attributes"],
    "drawing": TEMPLATES["drawings"],
    "block": template("{{p name }}", "{{ text }}"),
    "run": template("a {{r name }} b"),
    "tracked": TEMPLATES["tracked changes"],
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("source", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("autoescape", [False, True])
def test_hostile_values_do_what_they_do_in_docxtpl(source: bytes, value: str, autoescape: bool):
    context = CONTEXT | {"name": value, "text": value}
    compiled = compile_template(source, autoescape=autoescape, strict=False)
    try:
        theirs = by_docxtpl(source, context, autoescape=autoescape)
    except Exception:  # noqa: BLE001 - whatever docxtpl raises
        with pytest.raises(DocgenError):
            compiled.render(context)
    else:
        assert_same(compiled.render(context), theirs)


@given(st.text(max_size=30), st.text(max_size=30), st.booleans(), st.lists(st.text(max_size=8), max_size=4))
@settings(max_examples=30, deadline=None)
def test_any_text_gives_what_docxtpl_gives(name: str, text: str, show: bool, numbers: list[str]):
    context = CONTEXT | {"name": name, "text": text, "show": show, "numbers": numbers}
    theirs = by_docxtpl(EVERYTHING, context, autoescape=True)
    assert_same(EVERYTHING_COMPILED.render(context), theirs)


EVERYTHING = template(
    "甲{¦{ name }}：{{ text }}",
    "{%p if show %}",
    table(
        2,
        row("h", "h"),
        row("{%tr for n in numbers %}", ""),
        row("{% vm %}x{{ name }}", "{{ n }}"),
        row("{%tr endfor %}", ""),
    ),
    "{%p endif %}",
    table(3, row("a", "{%tc for n in numbers %}", "{{ n }}", "{%tc endfor %}")),
)
EVERYTHING_COMPILED = compile_template(EVERYTHING, autoescape=True, strict=False)


def rich(_: DocxTemplate) -> dict[str, object]:
    text = RichText("粗", bold=True)
    text.add(" & <斜>\n换行", italic=True, color="#FF0000", font="eastAsia:宋体")
    return {"rich": text, "name": "x", "block": RichTextParagraph("段", parastyle="Normal"), "show": True}


RICH = template(
    "前 {{r rich }} 后",
    "{{p block }}",
    table(2, row("a", "b"), row("{{r rich }}", "{{ name }}")),
    header="{{r rich }}",
)


@pytest.mark.parametrize("autoescape", [False, True])
def test_rich_text_is_printed_as_docxtpl_prints_it(autoescape: bool):
    compiled = compile_template(RICH, autoescape=autoescape, strict=False)
    context = rich(DocxTemplate(io.BytesIO(RICH)))
    assert_same(compiled.render(context), by_docxtpl(RICH, rich, autoescape=autoescape))


@pytest.mark.parametrize("autoescape", [False, True])
def test_listings_keep_their_breaks(autoescape: bool):
    source = template("{{ listing }} 尾", table(1, row("{{ listing }}")), footer="{{ listing }}")
    context = {"listing": Listing("a & b\n<c>\td\ae\ff")}
    compiled = compile_template(source, autoescape=autoescape, strict=False)
    assert_same(compiled.render(context), by_docxtpl(source, context, autoescape=autoescape))


def pictures(word: DocxTemplate) -> dict[str, object]:
    return {
        "picture": InlineImage(word, io.BytesIO(PNG), width=Mm(10)),
        "linked": InlineImage(word, io.BytesIO(PNG), height=Mm(5), anchor="https://example.com/"),
        "name": "某某",
        "lines": [{"picture": InlineImage(word, io.BytesIO(PNG + b"x"))}],
    }


PICTURES = template(
    "图 {{ picture }} 与 {{ linked }}",
    DRAWING,
    "{% for line in lines %}{{ line.picture }}{% endfor %}",
    header="{{ picture }} {{ name }}",
    footer="{{ name }}",
    footnote="{{ name }}",
    title="{{ name }}",
)


@pytest.mark.parametrize("autoescape", [False, True])
def test_images_are_taken_into_the_document(autoescape: bool):
    compiled = compile_template(PICTURES, autoescape=autoescape, strict=False)
    context = pictures(DocxTemplate(io.BytesIO(PICTURES)))
    ours = compiled.render(context)
    assert_same(ours, by_docxtpl(PICTURES, pictures, autoescape=autoescape))
    assert compiled.render(context) == ours


def test_an_image_made_with_another_template_still_prints():
    other = DocxTemplate(io.BytesIO(template("x")))
    ours = compile_template(PICTURES, autoescape=False, strict=False).render(pictures(other))
    assert_same(ours, by_docxtpl(PICTURES, pictures))


def subdocument(word: DocxTemplate) -> dict[str, object]:
    part = word.new_subdoc()
    part.add_paragraph("子文档 & 段落")
    part.add_table(rows=1, cols=2).cell(0, 0).text = "格"
    part.add_picture(io.BytesIO(PNG))
    return {"part": part, "name": "某某"}


WITH_PART = template("{{ name }}", "{{p part }}", "后", footer="{{ name }}")


def test_subdocuments_built_in_place_are_inserted_with_their_pictures():
    compiled = compile_template(WITH_PART, autoescape=False, strict=False)
    context = subdocument(DocxTemplate(io.BytesIO(WITH_PART)))
    ours = compiled.render(context)
    assert_same(ours, by_docxtpl(WITH_PART, subdocument))
    assert compiled.render(context) == ours


def test_subdocuments_from_a_file_bring_their_styles_and_lists():
    def with_file(word: DocxTemplate) -> dict[str, object]:
        inner = template("第一段", table(2, row("甲", "乙")))
        return {"part": Subdoc(word, io.BytesIO(inner)), "name": "某某"}

    compiled = compile_template(WITH_PART, autoescape=False, strict=False)
    ours = compiled.render(with_file(DocxTemplate(io.BytesIO(WITH_PART))))
    assert_same(ours, by_docxtpl(WITH_PART, with_file))


def test_a_subdocument_of_a_template_rendered_before_prints_again():
    word = DocxTemplate(io.BytesIO(WITH_PART))
    context = subdocument(word)
    word.render(context)
    theirs = saved(word)
    assert_same(compile_template(WITH_PART, autoescape=False, strict=False).render(context), theirs)


def linked(word: DocxTemplate) -> dict[str, object]:
    text = RichText("见 ")
    text.add("网页", url_id=word.build_url_id("https://example.com/a"))
    return {"rich": text}


LINKED = template("前 {{r rich }} 后")


def test_links_in_rich_text_arrive_when_their_template_is_handed_over():
    compiled = compile_template(LINKED, autoescape=False, strict=False)
    word = compiled.writer()
    assert_same(compiled.render(linked(word), writer=word), by_docxtpl(LINKED, linked))


def test_links_in_rich_text_that_nobody_knows_are_refused():
    compiled = compile_template(LINKED, autoescape=False, strict=False)
    with pytest.raises(InputError) as caught:
        compiled.render(linked(compiled.writer()))
    assert caught.value.code == "unbound_link"


def test_filters_come_on_top_of_jinjas_own_and_may_be_called():
    def bracketed(value: object) -> str:
        return f"[{value}]"

    source = template("{{ name|bracketed|upper }} {{ bracketed(count) }}")
    ours = compile_template(source, filters={"bracketed": bracketed}, autoescape=False, strict=False).render(CONTEXT)
    theirs = by_docxtpl(source, CONTEXT | {"bracketed": bracketed}, filters={"bracketed": bracketed})
    assert_same(ours, theirs)


def test_a_footnote_is_evaluated_once_however_many_sections_there_are():
    source = template("{{ name }}", footnote="注 {{ text }}", sections=3)
    ours = compile_template(source, autoescape=False, strict=False).render({"name": "x", "text": "{{ 7*7 }}"})
    assert text_of(ours, "word/footnotes.xml") == "注 {{ 7*7 }}"


def test_generators_are_consumed_once_as_docxtpl_consumes_them():
    source = template("{% for n in numbers %}{{ n }},{% endfor %}{{ picture }}", header="{{ numbers|list|length }}")

    def context(word: DocxTemplate) -> dict[str, object]:
        return {"numbers": (n for n in range(3)), "picture": InlineImage(word, io.BytesIO(PNG))}

    ours = compile_template(source, autoescape=False, strict=False).render(context(DocxTemplate(io.BytesIO(source))))
    assert_same(ours, by_docxtpl(source, context))


RAISING = {
    "undefined attribute": "{{ missing.a.b }}",
    "unknown filter": "{{ name|nosuch }}",
    "syntax": "{{ name name }}",
    "unclosed": "{% if show %}",
    "division": "{{ 1 / 0 }}",
    "type": "{{ count + name }}",
    "include": "{% include 'x' %}",
    "not iterable": "{% for x in count %}{% endfor %}",
}


@pytest.mark.parametrize("text", RAISING.values(), ids=RAISING.keys())
def test_what_docxtpl_raises_is_raised(text: str):
    source = template(text)
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever docxtpl raises
        by_docxtpl(source, CONTEXT)
    with pytest.raises(DocgenError):
        compile_template(source, autoescape=False, strict=False).render(CONTEXT)


def test_a_title_that_is_too_long_is_raised_as_docxtpl_raises_it():
    source = template("x", title="{{ name }}")
    with pytest.raises(ValueError, match="255"):
        by_docxtpl(source, {"name": "长" * 256})
    with pytest.raises(InputError) as caught:
        compile_template(source, autoescape=False, strict=False).render({"name": "长" * 256})
    assert caught.value.code == "property_too_long"


NO_GRID = "<w:tbl><w:tblPr/><w:tr><w:tc><w:p><w:r><w:t>{{ name }}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"


@pytest.mark.parametrize("strict", [True, False])
def test_a_table_that_docxtpl_cannot_read_is_an_error(strict: bool):
    with pytest.raises(AttributeError):
        by_docxtpl(template(NO_GRID), {"name": "x"})
    with pytest.raises(DocgenError) as caught:
        compile_template(template(NO_GRID), strict=strict).render({"name": "x"})
    assert caught.value.code == "not_a_document"


def test_an_image_beside_a_broken_footer_is_an_error_too():
    source = template("{{ picture }}", footer="{{ name }}")
    context = {"picture": InlineImage(DocxTemplate(io.BytesIO(source)), io.BytesIO(PNG)), "name": "A & B"}
    with pytest.raises(InputError) as caught:
        compile_template(source, autoescape=False, strict=False).render(context)
    assert caught.value.code == "not_xml"


def test_an_ampersand_in_a_header_is_an_error_as_in_docxtpl():
    source = template("x", header="{{ name }}")
    with pytest.raises(InputError) as caught:
        compile_template(source, autoescape=False, strict=False).render({"name": "A & B"})
    assert caught.value.code == "not_xml"


def test_parts_without_tags_are_kept_as_they_are():
    source = TEMPLATES["static"]
    compiled = compile_template(source, autoescape=False, strict=False)
    styles = "word/styles.xml"
    assert members(compiled.render({}))[styles] == members(saved(DocxTemplate(io.BytesIO(source)).get_docx()))[styles]
    assert escaped("a<b") in paragraph("a<b")
