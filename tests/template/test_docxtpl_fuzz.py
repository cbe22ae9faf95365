"""Any template made of any fragments renders as docxtpl renders it, or fails where docxtpl fails."""

from collections.abc import Sequence
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from docgen.errors import DocgenError
from docgen.template import compile_template
from tests.template.builders import assert_same, by_docxtpl, cell, row, table, template

PIECES = st.sampled_from(
    [
        "{{ name }}", "{{ text }}", "{{ n }}", "{{ loop.index }}", "{{r text }}", "{{p text }}", "{{ name|e }}", "a",
        " ", "¦", "{_{", "}}", "{#p x #}", "{{ numbers }}", "{{ none }}", "\t", "{{- name -}}", "{% set n = name %}",
    ]
)  # fmt: skip
LOOSE = st.sampled_from(
    [
        "{% if show %}", "{% endif %}", "{% else %}", "{%p if show %}", "{%p endif %}", "{%tr if show %}",
        "{%tr endif %}", "{%tr for n in numbers %}", "{%tr endfor %}", "{%tc for n in numbers %}", "{%tc endfor %}",
        "{% for n in numbers %}", "{% endfor %}", "{%- if show -%}", "{%r if show %}", "{%r endif %}",
    ]
)  # fmt: skip
CONDITIONS = st.sampled_from(["if show", "if not show", "for n in numbers"])


def enclosed(level: str, condition: str, inner: str) -> str:
    return f"{{%{level} {condition} %}}{inner}{{%{level} end{condition.split(maxsplit=1)[0]} %}}"


TEXTS = st.recursive(
    PIECES,
    lambda inner: st.lists(inner, max_size=3).map("".join) | st.builds(enclosed, st.just(""), CONDITIONS, inner),
    max_leaves=6,
)
PARAGRAPHS = TEXTS | st.lists(PIECES | LOOSE, max_size=4).map("".join)
MARKED = st.builds(
    "{}{}".format, st.sampled_from(["{% colspan count %}", "{% cellbg colour %}", "{% vm %}", ""]), TEXTS
)
CELLS = MARKED | TEXTS.map(lambda text: cell(text, '<w:tcW w:w="0"/><w:gridSpan w:val="2"/>'))


def looped_cells(condition: str, cells: Sequence[str]) -> list[str]:
    return [f"{{%tc {condition} %}}", *cells, f"{{%tc end{condition.split(maxsplit=1)[0]} %}}"]


def looped_rows(condition: str, rows: Sequence[str]) -> list[str]:
    return [row(f"{{%tr {condition} %}}"), *rows, row(f"{{%tr end{condition.split(maxsplit=1)[0]} %}}")]


def looped_blocks(condition: str, blocks: Sequence[str]) -> list[str]:
    return [f"{{%p {condition} %}}", *blocks, f"{{%p end{condition.split(maxsplit=1)[0]} %}}"]


LISTS_OF_CELLS = st.lists(CELLS, min_size=1, max_size=3)
ROWS = (LISTS_OF_CELLS | st.builds(looped_cells, CONDITIONS, LISTS_OF_CELLS)).map(lambda cells: row(*cells))
LISTS_OF_ROWS = st.lists(ROWS, min_size=1, max_size=3)
TABLES = st.builds(
    lambda columns, heads, rows: table(columns, *heads, *rows),
    st.integers(1, 3),
    st.lists(ROWS, max_size=1),
    LISTS_OF_ROWS | st.builds(looped_rows, CONDITIONS, LISTS_OF_ROWS),
)
BLOCKS: SearchStrategy[list[str]] = st.recursive(
    st.lists(PARAGRAPHS | TABLES, max_size=3),
    lambda inner: (
        st.builds(looped_blocks, CONDITIONS, inner) | st.lists(inner, max_size=2).map(lambda lists: list(chain(*lists)))
    ),
    max_leaves=4,
)
TEMPLATES = st.builds(
    lambda blocks, header, footer: template(*blocks, header=header, footer=footer), BLOCKS, TEXTS, PARAGRAPHS
)
VALUES = st.sampled_from(["某某", "a\tb\nc", "x & <y>", "", "一\f二", "\n<w:p>", "]]>", " ", "a\x02", "{{ 7*7 }}"])
CONTEXTS = st.fixed_dictionaries(
    {
        "name": VALUES,
        "text": VALUES,
        "show": st.booleans(),
        "numbers": st.lists(VALUES, max_size=4),
        "count": st.integers(1, 4),
        "colour": st.just("D9D9D9"),
        "none": st.none(),
    }
)


@given(TEMPLATES, CONTEXTS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_template_renders_as_docxtpl_renders_it(source: bytes, context: dict[str, object], autoescape: bool):
    try:
        theirs = by_docxtpl(source, context, autoescape=autoescape)
    except Exception:  # noqa: BLE001 - whatever docxtpl raises
        theirs = None
    try:
        ours = compile_template(source, autoescape=autoescape, strict=False).render(context)
    except DocgenError:
        ours = None
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        assert_same(ours, theirs)
