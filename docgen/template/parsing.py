"""One tag at a time: what it opens, closes or prints, or what is wrong with it, so that no fault hides another."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import cast

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateSyntaxError

from docgen.template.grammar import refusals
from docgen.template.scan import PICTURE, Tag

__all__ = ["LONGEST", "Act", "Parsed", "parsed"]

LONGEST = 500
"""Longest tag, in characters; what needs more belongs in the computed values."""
_ENVIRONMENT = Environment(autoescape=True)
_WORD = re.compile(r"\w+")
_TARGET = re.compile(r"for\s+(\w+)\s+in\b")


class Act(StrEnum):
    """What a tag does; the values are the words of the language."""

    PRINT = "print"
    IF = "if"
    ELIF = "elif"
    ELSE = "else"
    ENDIF = "endif"
    FOR = "for"
    ENDFOR = "endfor"
    COLSPAN = "colspan"
    CELLBG = "cellbg"
    VM = "vm"
    HM = "hm"
    PICTURE = "picture"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tag understood: what it does, its expression, the variable of a loop, and its faults (code and message)."""

    tag: Tag
    act: Act
    expression: nodes.Expr | None = None
    target: str = ""
    condition: nodes.Expr | None = None
    faults: tuple[tuple[str, str], ...] = ()


_PATTERNS = {
    Act.IF: "{{% {} %}}{{% endif %}}",
    Act.ELIF: "{{% if 1 %}}{{% {} %}}{{% endif %}}",
    Act.FOR: "{{% {} %}}{{% endfor %}}",
}
_BARE = {Act.ELSE, Act.ENDIF, Act.ENDFOR, Act.VM, Act.HM}


def parsed(tag: Tag) -> Parsed:
    """Return what `tag` does; a broken one keeps what can be told, so that its block is still followed."""
    if len(tag.text) > LONGEST:
        return Parsed(tag, Act.NOTHING, faults=(("too_long", f"标签超过 {LONGEST} 个字符"),))
    if tag.mark == "{#":
        return Parsed(tag, Act.NOTHING)
    if tag.mark == "{{":
        return _printing(tag, Act.PRINT, tag.code)
    if tag.mark == PICTURE:
        return _printing(tag, Act.PICTURE, tag.code)
    if not tag.mark:
        fault = ("stray_delimiter", "标签没有写完整，或写在了正文文字以外")
        return Parsed(tag, Act.NOTHING, faults=(fault,))
    return _statement(tag)


def _statement(tag: Tag) -> Parsed:
    word = _WORD.match(tag.code)
    act = next((act for act in Act if word and act == word[0]), Act.NOTHING)
    if act in _PATTERNS:
        return _block(tag, act)
    if act in {Act.COLSPAN, Act.CELLBG}:
        return _printing(tag, act, tag.code.removeprefix(act))
    if act in _BARE and tag.code == act:
        return Parsed(tag, act)
    said = f"模板不允许使用 {{% {word[0]} %}}" if word else "空标签"
    return Parsed(tag, Act.NOTHING, faults=(("forbidden", said),))


def _printing(tag: Tag, act: Act, code: str) -> Parsed:
    if tag.level and act is Act.PRINT:
        return Parsed(tag, Act.NOTHING, faults=(("forbidden", f"模板不允许使用 {{{{{tag.level} … }}}}（富文本）"),))
    tree = _tree(f"{{{{ {code} }}}}")
    if isinstance(tree, str):
        return Parsed(tag, Act.NOTHING, faults=(("syntax", tree),))
    output = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        return Parsed(tag, Act.NOTHING, faults=(("syntax", "语法错误：空标签"),))
    refused = _refused(output)
    return Parsed(tag, act, expression=None if refused else output.nodes[0], faults=refused)


def _block(tag: Tag, act: Act) -> Parsed:
    guessed = _TARGET.match(tag.code)
    target = guessed[1] if guessed else ""
    tree = _tree(_PATTERNS[act].format(tag.code))
    if isinstance(tree, str):
        return Parsed(tag, act, target=target, faults=(("syntax", tree),))
    node = tree.body[0]
    if act is Act.ELIF:
        node = cast("nodes.If", node).elif_[0]
    if refused := _refused(node):
        return Parsed(tag, act, target=target, faults=refused)
    if isinstance(node, nodes.For):
        condition = cast("nodes.Expr | None", node.test)
        return Parsed(tag, act, cast("nodes.Expr", node.iter), target, condition)
    return Parsed(tag, act, cast("nodes.Expr", cast("nodes.If", node).test))


@lru_cache(maxsize=4_096)
def _tree(source: str) -> nodes.Template | str:
    """Return the syntax tree of `source`, or what is wrong with it."""
    try:
        return _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as exc:
        return f"语法错误：{exc.message}"
    except RecursionError:
        return "语法错误：嵌套过深"


def _refused(node: nodes.Node) -> tuple[tuple[str, str], ...]:
    return tuple(("forbidden", f"模板不允许使用{what}") for _, what in refusals(node))
