"""References to articles, clauses and annexes that the text does not have."""

import re
from collections.abc import Iterator

from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.numerals import NUMERAL, read_numeral
from docgen.precheck.structure import Structure

_N = rf"(?:{NUMERAL}{{1,5}}|\d{{1,3}})"
_ARTICLE = re.compile(rf"第 *(?P<list>{_N}(?: *(?:[、,和及与]|至|到|-|~) *(?:第 *)?{_N})*) *条(?!款约)")
_DECIMAL = re.compile(r"(?<![\d.])第? *(?P<path>\d{1,2}(?:\.\d{1,2}){1,3}) *(?:条款?|款)(?![\u4e00-\u9fff]{0,2}%)")
_OF_ANOTHER = re.compile(
    r"(?:法|典|条例|规定|办法|解释|规则|准则|》|细则|公约|通则|标准|规范|主合同|原合同|原协议|主协议"
    r"|总合同|该合同|框架合同|框架协议|招标文件|投标文件"
    r"|(?:通用|专用)(?:合同)?条款|附件 *[\d一二三四五六七八九十A-Z]{0,3}|补充协议|施工合同|另案|总则|章程|须知)"
    r"(?:\([^)]{0,20}\))?(?:中)?的? *(?:第[^条\n]{1,12}条(?:第[^款项\n]{1,4}[款项])*[、,和及与至或]* *)*$"
)
_LIVE = re.compile(
    r"(?:规定|约定|所|的|之|中|第|款|项|内容|情形|[、,和及与或至到]|执行|办理|处理|承担|确定|支付|计算|要求|及其)"
)
_ANNEX_N = rf"(?P<n>{NUMERAL}{{1,3}}|\d{{1,2}}|[A-Z](?![A-Za-z]))"
_ANNEX = re.compile(rf"附 ?件 *[\"“]? *{_ANNEX_N}(?![\d%件份页])")
_LISTING = re.compile(r"附件[^。\n]{0,16}(?:包括|如下|有|为|清单|目录|列表|组成|:)|组成部分")
_LIST_HEAD = re.compile(
    r"^[^\n]{0,16}附 ?件(?:清单|目录|列表|如下|包括|名称)?(?:如下|包括)? *:? *$|附 ?件(?:清单|目录"
    r"|列表|如下|包括)?(?:如下|包括)? *: *(?=[\d一1(])",
    re.MULTILINE,
)
_ITEM = re.compile(rf"(?:^|[ :;,、]) *\(?(?P<n>{NUMERAL}{{1,3}}|\d{{1,2}})\)? *[、.:) ]", re.MULTILINE)
_LEAST = 3


def find_reference_faults(structure: Structure) -> Iterator[Hit]:
    """Yield references that lead nowhere, each kind only where the text is numbered clearly enough to tell."""
    yield from _articles(structure)
    yield from _decimals(structure)
    yield from _annexes(structure)


def _articles(structure: Structure) -> Iterator[Hit]:
    known = _known_articles(structure)
    if len(known) < _LEAST or not {1, 2} <= known:
        return
    starts = {heading.start for heading in structure.headings if heading.style == "article"}
    for found in _ARTICLE.finditer(structure.text, 0, structure.end):
        line_start = structure.text.rfind("\n", 0, found.start()) + 1
        if line_start in starts and not structure.text[line_start : found.start()].strip(" *#【[("):
            continue
        before = structure.text[max(0, found.start() - 40) : found.start()].rpartition("\n")[2]
        if _OF_ANOTHER.search(before) or _self_standing(structure.text, found):
            continue
        numbers = [read_numeral(part) for part in re.findall(_N, found["list"])]
        lost = [number for number in numbers if number and number not in known]
        if lost:
            yield _hit(structure, found.start(), found.end(), "reference_article", found[0])


def _known_articles(structure: Structure) -> set[int]:
    """Return the numbers that 第N条 can mean: articles, else the highest level of another numbering."""
    articles = {heading.number for heading in structure.headings if heading.style == "article" and heading.number}
    if articles:
        inline = _ARTICLE.finditer(structure.text, 0, structure.end)
        return articles | {
            number
            for found in inline
            if _self_standing(structure.text, found) and (number := read_numeral(found["list"]))
        }
    top = {heading.number for heading in structure.headings if heading.style in {"han", "number", "space"}}
    top |= {read_numeral(heading.path.partition(".")[0]) for heading in structure.headings if "." in heading.path}
    return {number for number in top if number}


def _self_standing(text: str, found: re.Match[str]) -> bool:
    """Tell whether 第N条 begins an article in the middle of a line, as happens where line breaks were lost."""
    before = text[found.start() - 1 : found.start()]
    after = text[found.end() : found.end() + 2].lstrip(" ")
    return before in {"", "。", ";", "\n", " ", "【", "*", "|"} and bool(after) and not _LIVE.match(after)


def _decimals(structure: Structure) -> Iterator[Hit]:
    known = {heading.path for heading in structure.headings if "." in heading.path}
    parents = {path.rpartition(".")[0] for path in known}
    starts = {heading.start for heading in structure.headings}
    for found in _DECIMAL.finditer(structure.text, 0, structure.end):
        path = found["path"]
        before = structure.text[max(0, found.start() - 40) : found.start()].rpartition("\n")[2]
        if not before.strip() and found.start() - len(before) in starts:
            continue
        if _OF_ANOTHER.search(before) or path in known:
            continue
        if (
            path.rpartition(".")[0] in parents
            and sum(one.rpartition(".")[0] == path.rpartition(".")[0] for one in known) > 1
        ):
            yield _hit(structure, found.start(), found.end(), "reference_article", found[0])


def _annexes(structure: Structure) -> Iterator[Hit]:
    text = structure.text
    known = set(_listed(structure))
    told: set[str] = set()
    for found in _ANNEX.finditer(text, 0, structure.end):
        number = _number(found["n"])
        if number in known or number in told or _heads_a_line(structure, found):
            continue
        told.add(number)
        yield _hit(structure, found.start(), found.end(), "reference_annex", found[0])


def _listed(structure: Structure) -> Iterator[str]:
    text = structure.text
    for found in _ANNEX.finditer(text):
        first, last = structure.sentence(found.start())
        colon = text[found.end() : found.end() + 2].lstrip(' "”')[:1] == ":"
        if _heads_a_line(structure, found) or colon or _LISTING.search(text[first:last]):
            yield _number(found["n"])
    for head in _LIST_HEAD.finditer(text):
        at, count = head.end(), 0
        for item in _ITEM.finditer(text, max(0, at - 1), min(len(text), at + 600)):
            number = _number(item["n"])
            if number != str(count + 1):
                continue
            count += 1
            yield number


def _heads_a_line(structure: Structure, found: re.Match[str]) -> bool:
    line_start, line_end = structure.line(found.start())
    before = structure.text[line_start : found.start()]
    after = structure.text[found.end() : line_end]
    return not before.strip(" 【[(*#|1234567890.、)《") and len(after) <= 60 and "。" not in after[:-1]


def _number(written: str) -> str:
    number = read_numeral(written)
    return written if number is None else str(number)


def _hit(structure: Structure, start: int, end: int, reason: str, text: str) -> Hit:
    first, last = structure.folded.span(start, end)
    return Hit(HitKind.REFERENCE, reason, first, last, {"reference": text.replace(" ", "")})
