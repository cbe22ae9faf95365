"""Blanks that nobody filled in (rules.md section 6.8): lines, boxes, brackets, crosses, dates without figures.

The signature block may be empty before signing and is left out. A form with very many blanks is told once.
"""

import re
from collections.abc import Iterator

from docgen.precheck.folding import Folded, fold
from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.structure import Structure
from docgen.precheck.text import CELL, BlockKind

_BLANK = re.compile(
    r"_{2,}"
    r"|—{4,}|-{5,}|\.{6,}|…{3,}|(?<![等\u201c\"])…{2}(?=元|年|月|日|天|%|[(（])"
    r"|(?<![A-Za-z0-9×xX*])(?:[Xx]{2,}|×{2,}|\*{2,}|[○〇]{2,}|●{2,})(?![A-Za-z0-9×*])"
    r"|【 *】|\[ *\]|〔 *〕|\( {1,}\)|\(\)|《 *》|\[ *[●•·*] *\]|【 *[●•·*/] *】"
    r"|(?<![\d零〇一二三四五六七八九十_ ]) *年 *_* *月(?: *_* *日)|(?<=[\d]) *年 {2,}月|(?<=\d)月 {2,}日"
    r"|(?<=[\u4e00-\u9fff:¥]) {2,}(?=(?:万?元|%|‰|个?(?:工作|自然)?日|天|个月|份|台|套|小时|平方米"
    r"|年)(?:[之以]?内|前|后|起|整|[,。;)]|$|的|为|支付|付))"
    r"|第(?: {1,}|_+)(?:条|期|项|种|款|章)|第(?:条|期|项|种)(?=方式|办法|规定|约定|执行)"
    r"|待定(?!标)|待填|待补充?(?=[。;,)|\n]|$)|(?<![A-Za-z])(?:TBD|TBC|tbd)(?![A-Za-z])|\{\{[^{}\n]{0,60}\}\}|\{\{|\}\}"
)
_EMPTY_NAME = re.compile(
    r"^ *(?:甲|乙|丙|买|卖|供|需|出租|承租|委托|受托|发包|承包) ?(?:方|人)? *(?:\([^)\n]{1,16}\))? *: *$", re.MULTILINE
)
_BOX = re.compile(r"[□☐◻○](?= *[\u4e00-\u9fffA-Za-z(\d])")
_TICKED = re.compile(r"[☑☒■✔✓√◼●]|\[[xX√]\]")
_CONTENTS = re.compile(r"\.{6,} *\d{1,3} *$|…{2,} *\d{1,3} *$")
_LABEL = re.compile(r"([\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z()/ ]{0,15}?) *[:(第为]? *[\"“(]?(?:人民币|¥|RMB)? *$")
_PAYING = re.compile(r"单价|数量|金额|总价|交货(?:时间|日期|期)|价格|小计")
_SUM = re.compile(r"合计|总计|小计|共计|备注|大写")
_PADDED = re.compile(r"(?: |[(:]) *[^ \n,。;:]{1,8}$")
"""A value between blanks: 一式  肆  份."""
_GAP = 3
_MANY = 15


def find_blanks(structure: Structure) -> Iterator[Hit]:
    """Yield the blanks outside the signature block, or one hit for a form that is blank as a whole."""
    spaced = fold(structure.contract.text, spaces=True)
    places = sorted(set(_places(structure, spaced)))
    places = [place for place in places if not _signing(structure, place[0])]
    if len(places) > _MANY:
        start, end = places[0]
        yield Hit(HitKind.BLANK, "blank_form", start, end, {"count": str(len(places))})
        return
    for start, end in places:
        yield Hit(HitKind.BLANK, "blank", start, end, {"label": _label(structure.contract.text, start)})


def _signing(structure: Structure, offset: int) -> bool:
    at = structure.folded.at(offset)
    return structure.signature <= at < max(structure.annex, structure.signature + 1) or at >= structure.end


def _places(structure: Structure, spaced: Folded) -> Iterator[tuple[int, int]]:
    text = spaced.text
    grouped: list[tuple[int, int]] = []
    for found in _BLANK.finditer(text):
        start, end = found.span()
        if found[0].isspace() and _PADDED.search(text[max(0, start - 12) : start]):
            continue
        while start < end and text[start] == " " and text[start:end].strip():
            start += 1
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", end)
        line = text[line_start : len(text) if line_end < 0 else line_end]
        if _CONTENTS.search(line) or not line.strip(" _-—.…*×xX=") or (found[0][0] in "-—" and len(found[0]) > 30):
            continue
        if grouped and start - grouped[-1][1] <= _GAP and "\n" not in text[grouped[-1][1] : start]:
            grouped[-1] = (grouped[-1][0], end)
        else:
            grouped.append((start, end))
    yield from (spaced.span(start, end) for start, end in grouped)
    for found in _EMPTY_NAME.finditer(text, 0, min(len(text), 1500)):
        following = text[found.end() + 1 : found.end() + 3].strip()
        if following and following[0] in "乙地住法统":
            yield spaced.span(found.start() + len(found[0]) - len(found[0].lstrip()), found.end())
    yield from (spaced.span(start, end) for start, end in _boxes(text))
    yield from _cells(structure)


def _boxes(text: str) -> Iterator[tuple[int, int]]:
    """Yield choices of which none is ticked: boxes of one line, or of lines that follow each other."""
    group: list[int] = []
    ticked = False
    at = 0
    for line in text.split("\n"):
        boxes = [found.start() for found in _BOX.finditer(line) if found[0] != "○"]
        if boxes or _TICKED.match(line.strip()):
            starts_alone = line.lstrip()[:1] in "□☐◻☑☒■✔✓√"
            if group and not starts_alone:
                if not ticked:
                    yield group[0], group[0] + 1
                group, ticked = [], False
            group += [at + box for box in boxes]
            ticked = ticked or bool(_TICKED.search(line))
        elif line.strip() and group:
            if not ticked:
                yield group[0], group[0] + 1
            group, ticked = [], False
        at += len(line) + 1
    if group and not ticked:
        yield group[0], group[0] + 1


def _cells(structure: Structure) -> Iterator[tuple[int, int]]:
    """Yield the empty cells below a heading that speaks of price, number or delivery."""
    contract = structure.contract
    columns: list[str] = []
    table = 0
    for block in contract.blocks:
        if block.kind is not BlockKind.ROW:
            continue
        cells = contract.text[block.start : block.end].split(CELL)
        if block.table != table:
            table, columns = block.table, cells
            continue
        if len(cells) != len(columns) or any(_SUM.search(cell) for cell in cells) or not any(cells[1:]):
            continue
        if sum(bool(cell.strip()) for cell in cells) < 2:
            continue
        at = block.start
        for name, cell in zip(columns, cells, strict=True):
            if not cell.strip() and _PAYING.search(name):
                yield max(block.start, at - 1), min(block.end, max(at, block.start + 1))
            at += len(cell) + len(CELL)


def _label(text: str, start: int) -> str:
    line_start = text.rfind("\n", 0, start) + 1
    before = text[max(line_start, start - 40) : start].rstrip(" _　")
    cut = max(before.rfind(mark) for mark in "，。；、,;|\t_")
    found = _LABEL.search(before[cut + 1 :])
    return found[1].strip() if found else before[-8:].strip(" ：:（(")
