"""Our own templates: complete or refused, escaped, and with no way out of their language."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from docgen.case.enums import Role
from docgen.errors import DeclarationError, DocgenError, InputError
from docgen.template import Missing, Node, compile_template
from tests.template.builders import assert_same, by_docxtpl, members, row, table, template, text_of


def dash(value: str | None) -> str:
    return value or "—"


def money(value: Decimal) -> str:
    return f"{value:,.2f}"


def joined(value: tuple[str, ...], separator: str = "、") -> str:
    return separator.join(value)


FILTERS = {"dash": dash, "money": money, "joined": joined}


def rendered(text: str, **context: object) -> str:
    return text_of(compile_template(template(text), filters=FILTERS).render(context))


def refusal(text: str, **context: object) -> DocgenError:
    with pytest.raises(DocgenError) as caught:
        compile_template(template(text), filters=FILTERS).render(context)
    return caught.value


# what prints


def test_text_whole_numbers_and_labels_print():
    assert rendered("{{ a }}{{ b }}{{ c }}", a="甲", b=7, c=Role.LEGAL) == "甲7法务部"


@pytest.mark.parametrize(
    "value",
    [Decimal(1), date(2024, 1, 2), datetime(2024, 1, 2, tzinfo=UTC), True, 1.5, ("a",), b"x", object(), Node({})],
    ids=lambda value: type(value).__name__,
)
def test_a_value_without_one_way_of_printing_needs_a_filter(value: object):
    error = refusal("{{ order.total }}", order={"total": value})
    assert isinstance(error, DeclarationError)
    assert error.code == "unprintable"
    assert error.details[0].path == "order.total"
    assert "1.5" not in error.message


def test_markup_in_values_stays_text():
    assert rendered("{{ a }}", a="<w:t> & ]]> \"'") == "<w:t> & ]]> \"'"


def test_jinja_in_values_stays_text():
    assert rendered("{{ a }}", a="{{ 7*7 }} {% if x %} {_{ y }_}") == "{{ 7*7 }} {% if x %} {_{ y }_}"


def test_line_breaks_and_tabs_become_words_own():
    assert rendered("{{ a }}", a="一\n二\r\n三\t四") == "一\n二\n三\t四"


def test_a_tab_keeps_the_formatting_of_its_run():
    bold = '<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{{ a }}</w:t></w:r></w:p>'
    body = members(compile_template(template(bold)).render({"a": "x\ty"}))["word/document.xml"]
    assert body.count(b"<w:b/>") == 3


@pytest.mark.parametrize("text", ["𠮷㐂", "😀", "\u3000全角", "e\u0301", "\U00020000", "镕堃"])
def test_rare_characters_pass(text: str):
    assert rendered("{{ a }}", a=text) == text


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x0b", "\x0c", "\x1f", "\x7f", "\x85", "\ud800", "\ufffe", "\r"]
)
def test_a_character_that_cannot_stand_in_a_document_names_its_field(character: str):
    error = refusal(
        "{% for line in lines %}{{ line.name }}{% endfor %}", lines=[{"name": "x"}, {"name": f"a{character}"}]
    )
    assert isinstance(error, InputError)
    assert (error.code, error.details[0].path) == ("bad_character", "lines[1].name")
    assert character not in error.message


def test_a_value_in_the_title_is_escaped_once():
    source = template("x", title="{{ name }} 合同")
    docx = compile_template(source).render({"name": "A & B"})
    title = etree.fromstring(members(docx)["docProps/core.xml"]).findtext("{*}title")
    assert title == "A & B 合同"


def test_a_title_longer_than_word_allows_is_refused():
    compiled = compile_template(template("x", title="{{ name }}"))
    assert compiled.render({"name": "长" * 255})
    with pytest.raises(InputError) as caught:
        compiled.render({"name": "长" * 256})
    assert caught.value.code == "property_too_long"


# what is missing


def test_every_missing_field_is_named_at_once():
    case = Node({"name": None, "contract": Missing("contract", "合同"), "phone": "1"}, "case")
    error = refusal("{{ case.name }}{{ case.contract.total|money }}{{ case.phone }}{{ case.typo }}", case=case)
    assert isinstance(error, InputError)
    assert error.code == "missing_fields"
    assert [(detail.path, detail.code) for detail in error.details] == [
        ("case.name", "missing"),
        ("contract.total", "missing"),
        ("case.typo", "unknown"),
    ]
    assert error.details[1].label == "合同"


def test_a_field_missing_in_several_parts_is_named_once():
    compiled = compile_template(template("{{ a }}{{ a }}", header="{{ a }}", footer="{{ b }}", title="{{ a }}"))
    with pytest.raises(InputError) as caught:
        compiled.render({"a": None, "b": None})
    assert [detail.path for detail in caught.value.details] == ["a", "b"]


def test_a_missing_value_is_false_empty_and_equal_to_nothing():
    text = (
        "{% if a %}1{% endif %}{% for x in a %}2{% endfor %}{% if a == 'x' %}3{% endif %}{% if a != 'x' %}4{% endif %}"
    )
    assert rendered(text, a=None) == "4"


def test_only_a_filter_annotated_for_none_gets_a_missing_value():
    assert rendered("{{ a|dash }}", a=None) == "—"
    assert refusal("{{ a|money }}", a=None).code == "missing_fields"


def test_a_field_that_does_not_exist_is_an_error_even_where_it_is_only_tested():
    for text in ("{% if a.typo %}x{% endif %}", "{% for x in a.typo %}x{% endfor %}", "{{ a.typo|dash }}"):
        error = refusal(text, a={"name": 1})
        assert [(detail.path, detail.code) for detail in error.details] == [("a.typo", "unknown")]


def test_whether_a_field_is_there_may_be_asked():
    assert rendered("{% if a is defined %}有{% else %}无{% endif %}", a=None) == "无"
    assert rendered("{% if a is defined %}有{% else %}无{% endif %}", a=0) == "有"


# what a filter does


def test_a_filter_gets_its_arguments():
    assert rendered("{{ a|joined('/') }}{{ a|joined(separator='-') }}", a=("x", "y")) == "x/yx-y"


def test_a_filter_that_fails_names_the_field_and_not_the_value():
    error = refusal("{{ order.total|money }}", order={"total": "secret"})
    assert (error.code, error.details[0].path) == ("filter_failed", "order.total")
    assert "secret" not in str(error)


def test_an_error_of_ours_passes_through_a_filter():
    def strict(value: str) -> str:
        raise InputError("不行", code="our_own")

    with pytest.raises(InputError) as caught:
        compile_template(template("{{ a|strict }}"), filters={"strict": strict}).render({"a": "x"})
    assert caught.value.code == "our_own"


# what is reached


def test_a_key_called_items_is_a_field():
    assert rendered("{% for x in order.items %}{{ x.keys }}{% endfor %}", order={"items": [{"keys": "甲"}]}) == "甲"


@pytest.mark.parametrize("attribute", ["path", "names", "_fields", "__class__", "get"])
def test_nothing_of_a_record_but_its_keys_is_reached(attribute: str):
    with pytest.raises(DocgenError):
        compile_template(template(f"{{{{ a.{attribute} }}}}")).render({"a": {"x": "y"}})


@pytest.mark.parametrize("value", ["text", 1, object(), ("a",), len])
def test_values_have_no_members(value: object):
    error = refusal("{{ a.upper }}", a=value)
    assert error.code == "no_member"


FORBIDDEN = [
    "{{ ''.__class__ }}", "{{ a.x() }}", "{{ a['x'] }}", "{{ a[0] }}", "{{ 1 + 1 }}", "{{ 'a' * 9 }}", "{{ 9 ** 9 }}",
    "{{ a ~ b }}", "{{ -a }}", "{{ [a] }}", "{{ {} }}", "{{ range(9) }}", "{{ lipsum() }}",
    "{{ cycler }}{% set x = 1 %}",
    "{% macro m() %}{% endmacro %}", "{% include 'x' %}", "{% import 'x' as y %}", "{% extends 'x' %}",
    "{% block b %}{% endblock %}", "{% filter upper %}{% endfilter %}", "{% call a() %}{% endcall %}",
    "{% with x = 1 %}{% endwith %}", "{% autoescape false %}{{ a }}{% endautoescape %}",
    "{{ a|safe }}", "{{ a|attr('x') }}",
    "{{ a|upper }}", "{{ a|map('x') }}", "{{ a is string }}", "{{ a if b }}", "{{ a and b }}", "{{ not a }}",
    "{{ a == b }}", "{% for x, y in a %}{% endfor %}", "{% for x in a recursive %}{% endfor %}",
    "{{ self }}{{ a.b.c() }}",
    "{{ a|joined(*b) }}", "{{ a._x }}", "{% if a is divisibleby 3 %}{% endif %}", "{{ a|joined|nosuch }}",
    "{{ loop.cycle('a') }}", "{{r a }}", "{{p a }}", "{{ a.format(b) }}", "{% set a.b = 1 %}", "{{ (a, b) }}",
    "{{ a // b }}", "{{ a % b }}", "{{ 'x'|joined('a' + 'b') }}",
]  # fmt: skip


@pytest.mark.parametrize("text", FORBIDDEN)
def test_what_the_language_does_not_have_is_refused_when_the_template_is_compiled(text: str):
    with pytest.raises(DeclarationError) as caught:
        compile_template(template(text), filters={"joined": joined})
    assert caught.value.code in {"template_forbidden", "template_syntax"}


def test_all_forbidden_constructs_are_named_at_once():
    with pytest.raises(DeclarationError) as caught:
        compile_template(template("{% set x = 1 %}", "{{ a.b() }}", "{{ a|nosuch }}", table(1, row("{{ 1 + 1 }}"))))
    assert len(caught.value.details) == 4
    assert any("表1第1行第1列" in detail.path for detail in caught.value.details)


@pytest.mark.parametrize(
    "source",
    [
        template('<w:p><w:bookmarkStart w:id="0" w:name="{{ a }}"/></w:p>'),
        template('<w:p><w:r><w:instrText>HYPERLINK "{{ a }}"</w:instrText></w:r></w:p>'),
        template('<w:p><w:hyperlink r:id="{{ a }}"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>'),
    ],
)
def test_values_print_in_text_only(source: bytes):
    with pytest.raises(DeclarationError) as caught:
        compile_template(source)
    assert caught.value.code == "template_forbidden"


@pytest.mark.parametrize(
    "blocks",
    [
        ("{% if a %}", table(1, row("{% endif %}x"))),
        (table(1, row("{%tr if a %}"), row("x"), row("{% endif %}")),),
    ],
)
def test_a_condition_that_would_tear_the_document_apart_is_refused(blocks: tuple[str, ...]):
    with pytest.raises(DeclarationError) as caught:
        compile_template(template(*blocks))
    assert caught.value.code in {"template_unbalanced", "template_syntax"}


def test_escaping_cannot_be_switched_off():
    with pytest.raises(DeclarationError) as caught:
        compile_template(template("x"), autoescape=False)
    assert caught.value.code == "autoescape_required"


# tables


def test_spans_and_colours_are_checked_values():
    source = template(table(3, row("{% colspan n %}{{ a }}"), row("x", "y", "z")), table(1, row("{% cellbg c %}x")))
    compiled = compile_template(source)
    body = members(compiled.render({"n": 3, "a": "甲", "c": "D9D9D9"}))["word/document.xml"]
    assert b'w:gridSpan w:val="3"' in body
    assert b'w:fill="D9D9D9"' in body
    for context in ({"n": 0}, {"n": 64}, {"n": "3"}, {"n": True}, {"c": 'red"'}, {"c": "12345"}):
        with pytest.raises(DocgenError) as caught:
            compiled.render({"n": 3, "a": "甲", "c": "auto"} | context)
        assert caught.value.code in {"bad_span", "bad_colour"}


STRICT = template(
    "{{ title }}，甲方{¦{ party.na¦me }¦}",
    "{%p if party.phone %}",
    "电话 {{ party.phone }}",
    "{%p else %}",
    "无电话",
    "{%p endif %}",
    table(
        3,
        row("序号", "名称", "备注"),
        row("{%tr for line in lines if line.name %}", "", ""),
        row("{{ loop.index }}", "{{ line.name }}", "{% vm %}{{ title }}"),
        row("{%tr endfor %}", "", ""),
        row("{% colspan loops %}合计 {{ loops }} 项", "尾"),
    ),
    table(2, row("a", "{%tc for line in lines %}", "{% hm %}{{ line.name }}", "{%tc endfor %}")),
    header="编号 {{ title }}",
    footer="{% if party.phone %}{{ party.name }}{% endif %}",
    footnote="注 {{ party.name }}",
)
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=20).filter(
    lambda text: "_}" not in text and "{_" not in text and "%_" not in text
)


@given(TEXT, TEXT, st.none() | TEXT, st.lists(TEXT, max_size=4))
@settings(max_examples=25, deadline=None)
def test_a_strict_template_gives_the_document_docxtpl_gives(title: str, name: str, phone: str | None, lines: list[str]):
    context = {
        "title": f"{title}\n\t{title}",
        "party": {"name": name, "phone": phone},
        "lines": [{"name": line} for line in lines],
        "loops": 2,
    }
    assert_same(STRICT_COMPILED.render(context), by_docxtpl(STRICT, context, autoescape=True))


STRICT_COMPILED = compile_template(STRICT)


# bounds


def nested(depth: int) -> str:
    return "".join(f"{{% for a{n} in xs %}}" for n in range(depth)) + "{% endfor %}" * depth


@pytest.mark.parametrize(
    ("text", "count"),
    [(nested(6), 300), (nested(3).replace("{% endfor %}", "x{{ a0 }}{% endfor %}", 1), 1000)],
    ids=["empty body", "printing body"],
)
def test_a_billionfold_loop_ends_in_an_error_within_a_second(text: str, count: int):
    compiled = compile_template(template(text))
    started = time.process_time()
    with pytest.raises(InputError) as caught:
        compiled.render({"xs": ["甲"] * count})
    assert time.process_time() - started < 15  # a guard against endless work, generous for busy machines
    assert caught.value.code in {"too_many_iterations", "output_too_large"}


def test_long_values_printed_often_end_in_an_error():
    compiled = compile_template(template("{% for x in xs %}{{ x }}{% endfor %}"))
    started = time.process_time()
    with pytest.raises(InputError) as caught:
        compiled.render({"xs": ["长" * 1_000_000] * 5_000})
    assert time.process_time() - started < 15  # a guard against endless work, generous for busy machines
    assert caught.value.code == "output_too_large"


def test_a_loop_runs_over_lists_only():
    assert refusal("{% for x in a %}{{ x }}{% endfor %}", a="文字").code == "not_a_list"
    assert refusal("{% for x in a %}{{ x }}{% endfor %}", a={"b": "c"}).code == "not_a_list"


def test_three_hundred_lines_print():
    lines = [{"name": f"第{n}项"} for n in range(300)]
    assert rendered("{% for x in lines %}{{ x.name }}{% endfor %}", lines=lines).endswith("第299项")


def test_comparing_what_cannot_be_compared_is_an_error():
    assert refusal("{% if a > b %}x{% endif %}", a=1, b="x").code == "comparison_failed"


# determinism and threads


def test_the_same_input_gives_the_same_bytes():
    context = {"title": "合同", "party": {"name": "甲", "phone": None}, "lines": [{"name": "x"}], "loops": 2}
    assert compile_template(STRICT).render(context) == STRICT_COMPILED.render(context)


def test_threads_do_not_see_each_others_values():
    barrier = threading.Barrier(4)

    def render(number: int) -> None:
        barrier.wait()
        for round_ in range(25):
            broken = (number + round_) % 2
            party = {"name": None if broken else f"甲{number}", "phone": f"{number}\t{round_}"}
            context = {"title": f"合同{number}", "party": party, "lines": [], "loops": 2}
            if broken:
                with pytest.raises(InputError, match="1 项"):
                    STRICT_COMPILED.render(context)
            else:
                text = text_of(STRICT_COMPILED.render(context))
                assert text.startswith(f"合同{number}，甲方甲{number}\n电话 {number}\t{round_}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(render, range(4)))
