"""`docgen.case.plain_yaml` reads nothing that the reference reader would read in another way."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.case.plain_yaml import read_plain_yaml
from docgen.case.tree import decode
from docgen.case.yaml_reader import read_yaml
from docgen.errors import InputError
from tests.case.variants import MINIMAL, h01_text
from tests.samples import samples


def agrees(text: str) -> bool:
    """Hold the plain reader against the reference; tell whether it took the text."""
    try:
        decoded = decode(text)
    except InputError:
        return False
    found = read_plain_yaml(decoded)
    if found is None:
        return False
    tree = read_yaml(decoded)  # raises where there is a fault that the plain reader overlooked
    assert (found, tree.faults) == (tree.root or {}, [])
    return True


@pytest.mark.parametrize("path", [pytest.param(one.case, id=one.name) for one in samples()])
def test_the_samples_are_read_plainly_and_alike(path: Path):
    assert agrees(path.read_text(encoding="utf-8"))


TAKEN = [
    "a: b",
    "a: 0123\nb: 1e5\nc: yes\nd: ~\ne: 2024-03-15T10:40:00+08:00\nf: http://x/y?z&w=#1",
    "a: true\nb: false\nc: null\nd: [true, false, null, True]\ne: {f: true, g: null}",
    'a: "true"\nb: ["null", "a, b: [c]"]\nc: {d: "x # y", e: "{"}',
    "a:\nb:\n  c:\n  d: 1\ne: 2",
    "a:\n- b\n- c: 1\n  d:\n  - 2\n  - 3\ne: 4",
    "a:\n  -   b: 1\n      c: 2\n  - d: 3",
    "# 说明\na: b  # 说明\n\n  # 缩进的说明\nb: [c, d]\n",
    "a: b: c".replace(": c", ":c"),
    "a: 第1项 [选配], {含税}\nb: it's\nc: x&y*z!|>%@`",
    "a: { b: 1 , c : 2 }\nd: [ ]\ne: {}\nf: [ [1, 2], [ {g: h} ] ]",
    "a: b\u3000c\nd: [x\u3000y, 𠮷, 😀]",
    'a: ""\nb: "  "\nc: x',
]


@pytest.mark.parametrize("text", TAKEN)
def test_plain_notation_is_taken(text: str):
    assert agrees(text)


LEFT = [
    "a: 1\na: 2",
    "a:\na: 2",
    "a: {b: 1, b: 2}",
    "a: {b: {c: 1, c: 2}}",
    "a: {b: null, b: 2}",
    "a: [{b: 1}, {c: 1, c: 2}]",
    "a: b\n  c",
    "a: b: c",
    "a: b:",
    "a: [b,\n  c]",
    "a: [b]]",
    "a:\n  - [b\n  - [c]]",
    "a: {b}",
    "a: {b: }",
    "a: {b:c}",
    'a: {b:"c"}',
    "a: [b:]",
    "a: [b, ]",
    "a: [b c: d]",
    "a: [b: c]",
    "a: 'b'",
    "a: ['b']",
    'a: "b\\n"',
    'a: "b" c',
    'a: "b',
    'a: [b "c"]',
    'a: ["b" "c"]',
    'a: [b", "c]',
    'a: ["", b]',
    "a: &x b",
    "a: *x",
    "a: !t b",
    "a: |\n  b",
    "a: >\n  b",
    "a: [-1, - 2]",
    "a: -",
    "- a",
    "a:\n  - b\n c: d",
    "a:\n   b: 1\n  c: 2",
    "a:\n  - b\n  c: d",
    "? a\n: b",
    "---\na: b",
    "a: b\n...\nc: d",
    "%YAML 1.1\n---\na: b",
    "a:\tb",
    "\ufeffa: b\n\ufeffc: d",
    "a: b\u2028c: d",
    "a: \u3000",
    "a: [\u3000]",
    "a: [" + "[" * 50 + "]" * 50 + "]",
    '"a": b',
    "a: {" + ", ".join(f"k{n}: v" for n in range(40_000)) + "}",
]


@pytest.mark.parametrize("text", LEFT)
def test_anything_else_is_left_to_the_reference(text: str):
    assert read_plain_yaml(text) is None


def test_the_limit_of_nodes_is_the_same_for_both():
    items = ", ".join(["x"] * 120_000)
    assert not agrees(f"{MINIMAL}notes: [{items}]")


_PIECES = st.sampled_from(
    [
        *"-?:,[]{}#&*!|>'\"%@` \n\n  ab1",
        "- ",
        ": ",
        "\n  ",
        "\n- ",
        "\n  - ",
        " #",
        "true",
        "null",
        "a: ",
        '"x"',
        "、",
        "\u3000",
    ]
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(_PIECES, max_size=24).map("".join))
def test_arbitrary_text_is_read_alike_or_left(text: str):
    agrees(text)
    agrees(f"a: {text}")
    agrees(f"a:\n  - {{b: {text}}}\nc: [{text}]")


_TOKEN = re.compile(r"[\w一-龥-]+|\s+|.", re.DOTALL)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_cases_are_read_alike_or_left(data: st.DataObject):
    lines = h01_text().splitlines(keepends=True)
    start = data.draw(st.integers(0, len(lines) - 20))
    tokens = _TOKEN.findall("".join(lines[start : start + 20]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(tokens) - 1))
        change = data.draw(st.sampled_from(["drop", "double", "swap", "insert"]))
        match change:
            case "drop":
                del tokens[at]
            case "double":
                tokens.insert(at, tokens[at])
            case "swap":
                tokens[at], tokens[0] = tokens[0], tokens[at]
            case "insert":
                tokens.insert(at, data.draw(_PIECES))
    text = "".join(tokens)
    agrees(text)
    agrees("root:\n" + text)
