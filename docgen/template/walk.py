"""The tags of a part followed in reading order: blocks open and close, expressions are typed, faults placed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from docgen.template.annotations import ANY, element_of, is_printable, required
from docgen.template.filtering import suitable
from docgen.template.grammar import spelled
from docgen.template.infer import LOOP, Inference, Typed, Vocabulary
from docgen.template.parsing import Act, Parsed, parsed
from docgen.template.pictures import Picture
from docgen.template.scan import Tag

__all__ = ["Fault", "Walk"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a template: in which part (正文 页眉 页脚 脚注 文档属性) and where, on what text, and what to do."""

    part: str
    place: str
    source: str
    code: str
    message: str
    suggestion: str = ""

    @property
    def where(self) -> str:
        """The place in words: 正文表1第2行第3列."""
        return f"{self.part}{self.place}"

    def __str__(self) -> str:
        where = self.where + (f"「{self.source}」" if self.source else "")
        return f"{where}：{self.message}" + (f"（{self.suggestion}）" if self.suggestion else "")


@dataclass(slots=True)
class _Block:
    """An open block, and the scope outside it; `refuted` is what its conditions so far prove by being false."""

    opening: Parsed
    variables: dict[str, Typed]
    present: frozenset[str]
    uncertain: bool
    refuted: frozenset[str] = frozenset()
    broken: bool = False
    otherwise: bool = False


_ENDS = {Act.ENDIF: Act.IF, Act.ENDFOR: Act.FOR}
_WITHIN = {"": 0, "r": 0, "p": 0, "tc": 1, "tr": 2}
"""How many of column and row two tags of a block may differ in."""


class Walk:
    """One part of a template being followed."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._inference = Inference(vocabulary)
        self._blocks: list[_Block] = []
        self.faults: list[Fault] = []

    @property
    def printed(self) -> dict[str, str]:
        """The paths printed so far, with their labels."""
        return self._inference.printed

    @property
    def tested(self) -> dict[str, str]:
        """The paths decided or looped on so far, with their labels."""
        return self._inference.tested

    def over(self, tags: Iterable[Tag]) -> Self:
        """Follow `tags` to the end of the part."""
        for tag in tags:
            self._step(parsed(tag))
        for block in self._blocks:
            self._unclosed(block)
        return self

    def _fault(self, tag: Tag, code: str, message: str, suggestion: str = "") -> None:
        fault = Fault(tag.spot.part, tag.spot.place, tag.text, code, message, suggestion)
        if fault not in self.faults:
            self.faults.append(fault)

    def _unclosed(self, block: _Block) -> None:
        act = block.opening.act
        self._fault(block.opening.tag, "unclosed_block", f"{{% {act} %}} 没有对应的 {{% end{act} %}}")

    def _step(self, tag: Parsed) -> None:
        self._own_faults(tag)
        match tag.act:
            case Act.PRINT | Act.COLSPAN | Act.CELLBG:
                self._print(tag)
            case Act.PICTURE:
                self._draw(tag)
            case Act.IF:
                self._enter(tag)
                self._decide(tag)
            case Act.FOR:
                self._loop(tag)
            case Act.ELIF | Act.ELSE:
                self._turn(tag)
            case Act.ENDIF | Act.ENDFOR:
                self._leave(tag)
            case Act.VM | Act.HM if all(block.opening.act is not Act.FOR for block in self._blocks):
                self._fault(tag.tag, "forbidden", f"{{% {tag.act} %}} 只能用在循环里")
        for complaint in self._inference.complaints:
            self._fault(tag.tag, complaint.code, complaint.message, complaint.suggestion)
        self._inference.complaints.clear()

    def _own_faults(self, tag: Parsed) -> None:
        for code, message in tag.faults:
            self._fault(tag.tag, code, message)
        if not tag.tag.alone:
            self._fault(
                tag.tag, "swallowed_text", f"{{%{tag.tag.level} 标签会丢弃同段（行、格）的其他文字", "让标签独占"
            )

    def _print(self, tag: Parsed) -> None:
        if tag.expression is None:
            return
        inference = self._inference
        value = inference.typed(tag.expression)
        if tag.act is Act.COLSPAN and value.annotation not in (int, ANY):
            inference.complain("bad_span", "合并列数须为整数")
        elif not is_printable(value.annotation):
            inference.complain(
                "unprintable",
                f"{spelled(tag.expression)} 这类值须用过滤器指定写法",
                suitable(inference.vocabulary.filters, value.annotation),
            )
        inference.require_present(value)

    def _draw(self, tag: Parsed) -> None:
        assert tag.expression is not None  # the name of a placeholder always is a path
        value = self._inference.typed(tag.expression)
        if value.annotation not in (Picture, ANY):
            self._inference.complain("not_a_picture", f"{tag.tag.code} 不是图表")
        if tag.tag.spot.part != "正文" or any(block.opening.act is Act.FOR for block in self._blocks):
            self._inference.complain("misplaced", "图表只能放在正文中，且不能在循环内")
        self._inference.require_present(value)

    def _enter(self, tag: Parsed) -> _Block:
        inference = self._inference
        block = _Block(tag, dict(inference.variables), inference.present, inference.uncertain)
        self._blocks.append(block)
        return block

    def _decide(self, tag: Parsed) -> None:
        block, inference = self._blocks[-1], self._inference
        inference.present = block.present | block.refuted
        block.broken |= tag.expression is None and tag.act is not Act.ELSE
        inference.uncertain = block.uncertain or block.broken
        if tag.expression is not None:
            true, false = inference.proved(tag.expression)
            inference.present |= true
            block.refuted |= false

    def _loop(self, tag: Parsed) -> None:
        block, inference = self._enter(tag), self._inference
        element = Typed(ANY)
        if tag.expression is not None:
            before = dict(inference.printed)
            over = inference.typed(tag.expression)
            inference.tested |= {path: label for path, label in inference.printed.items() if path not in before}
            inference.printed = before
            element = self._element(tag, over)
            inference.present |= over.absent
        inference.variables = block.variables | {tag.target: element, "loop": Typed(LOOP)}
        if tag.condition is not None:
            inference.present |= inference.proved(tag.condition)[0]

    def _element(self, tag: Parsed, over: Typed) -> Typed:
        annotation = element_of(over.annotation)
        if annotation is None:
            self._inference.complain("not_a_list", f"{tag.tag.code.partition(' in ')[2]} 不是列表，不能循环")
            return Typed(ANY)
        kept, optional = required(annotation)
        path = f"{over.path}[]" if over.path else ""
        self._inference.spellings[path] = tag.target
        return Typed(kept, path, over.label, frozenset({path}) if optional and path else frozenset())

    def _turn(self, tag: Parsed) -> None:
        block = self._blocks[-1] if self._blocks else None
        kinds = {Act.IF} if tag.act is Act.ELIF else {Act.IF, Act.FOR}
        if block is None or block.opening.act not in kinds or block.otherwise:
            self._fault(tag.tag, "unmatched_block", f"{{% {tag.act} %}} 没有对应的 {{% if %}}")
            return
        self._same_place(block.opening.tag, tag.tag)
        block.otherwise = tag.act is Act.ELSE
        self._inference.variables = block.variables
        self._decide(tag)

    def _leave(self, tag: Parsed) -> None:
        opening = _ENDS[tag.act]
        if all(block.opening.act is not opening for block in self._blocks):
            self._fault(tag.tag, "unmatched_block", f"{{% {tag.act} %}} 没有对应的 {{% {opening} %}}")
            return
        while (block := self._blocks.pop()).opening.act is not opening:
            self._unclosed(block)
        self._same_place(block.opening.tag, tag.tag)
        inference = self._inference
        inference.variables, inference.present, inference.uncertain = block.variables, block.present, block.uncertain

    def _same_place(self, opening: Tag, tag: Tag) -> None:
        if opening.level != tag.level:
            self._fault(
                tag, "level_mismatch", f"与开始标签 {opening.text} 的级别不同", f"写成 {{%{opening.level} … %}}"
            )
        elif _container(opening) != _container(tag):
            self._fault(tag, "crosses_cells", f"与开始标签 {opening.text} 不在同一表格或单元格内", "整行用 {%tr … %}")


def _container(tag: Tag) -> str:
    """Return what both tags of a block must be in: a cell; for `tc` a row; for `tr` a table."""
    container = tag.spot.cell
    for _ in range(_WITHIN[tag.level]):
        container = re.sub(r"第\d+[行列]$", "", container)
    return container
