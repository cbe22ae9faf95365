"""Figures that do not add up: rows and sums of tables, payment stages, shares of the total (rules.md section 6.4)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from docgen.money import formatted
from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.structure import Structure
from docgen.precheck.text import CELL, Block, BlockKind

_NUMBER = re.compile(
    r"^[¥￥]?\s*(-?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?)\s*(?:元|台|套|件|个|批|项|吨|人|次|年|月|箱|只|辆"
    r"|米|/\S{1,4})?(?:整)?$"
)
_QUANTITY = re.compile(r"数量|工程量|人天数?|人数|次数")
_PRICE = re.compile(r"单价")
_AMOUNT = re.compile(r"金额|总价|小计|合价|价税合计|货值|^合计")
_OTHER_FACTOR = re.compile(r"折扣|系数|期数|月数|天数|税率|税额|运费|安装费|租期|优惠|次数|不含税|频次|时长|人数")
_SUM_ROW = re.compile(r"^(?:合计|总计|共计|总额|合 ?计|总 ?计|合计金额|合同总价|总价)")
_SUB_ROW = re.compile(r"小计|大写|税|优惠|折")
_PERCENT = re.compile(r"(?P<rate>\d{1,3}(?:\.\d+)?) *%")
_STAGE = re.compile(
    r"(?P<upto>(?:付|支付|付款|付到|支付到|累计)(?:至|到)[^。;,\n%]{0,24}"
    r"|累计[^。;,\n%]{0,16})?(?P<rate>\d{1,3}(?:\.\d+)?) *%"
)
_PAYING = re.compile(
    r"预付|首付|首期|到货|验收|质保|尾款|余款|进度|支付|付清|付款|付至|定金|结清|完成后|生效后|签订后|签署后"
)
_BASE = re.compile(r"总价|总额|总金额|合同(?:金额|价|款)|货款|价款|全款|款项|费用|服务费|报酬|租金")
_NOT_A_STAGE = re.compile(
    r"违约金|滞纳|利息|逾期|税率|每日|保函|履约保证金|折|超过|不超过|以上|低于|浮动|上限|为限|罚"
    r"|合格率|赔偿|增值税|损失|扣除|扣减|附加|汇率"
)
_OR = re.compile(r"[□☐☑√]|(?:第|以下|下列)[^。\n]{0,8}种|或者?以下|任选|分别为")
_SECTION = re.compile(r"付款|支付|结算|价款|费用|报酬|货款")
_EQUALS = re.compile(
    r"(?P<base>总价|总额|总金额|合同(?:总)?(?:金额|价款|价|额)|货款|价款|服务费"
    r"|报酬)[^。;\n%\d]{0,8}(?P<rate>\d{1,3}(?:\.\d+)?) *%[^。;\n\d]{0,14}(?:即|计|为|:|[(]|,|共|人民币"
    r"|¥)[^。;\n\d]{0,8}(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?) *(?P<unit>万)?元"
)
_TOTAL = re.compile(
    r"(?:合同|含税|项目|采购|服务)?(?:总价款?|总金额|总额|合同(?:总)?(?:金额|价款|价|额)"
    r"|价税合计)[^。;\n\d%]{0,24}?(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{3,}(?:\.\d+)?"
    r"|\d+(?:\.\d+)?(?= *万)) *(?P<unit>万)?元?"
)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    start: int
    end: int

    @property
    def number(self) -> Decimal | None:
        found = _NUMBER.match(self.text.strip())
        return Decimal(re.sub("[,，]", "", found[1])) if found else None


def find_arithmetic_faults(structure: Structure) -> Iterator[Hit]:
    """Yield rows, sums, stages and shares that do not come out."""
    tables: dict[int, list[list[_Cell]]] = {}
    for block in structure.contract.blocks:
        if block.kind is BlockKind.ROW:
            tables.setdefault(block.table, []).append(_cells(structure, block))
    for rows in tables.values():
        yield from _table(rows)
    yield from _stages(structure)
    yield from _shares(structure)


def stated_totals(structure: Structure) -> list[tuple[Decimal, int, int]]:
    """Return every total that the text states, in yuan, with its place in the folded text."""
    return [
        (_yuan(found), *found.span("amount"))
        for found in _TOTAL.finditer(structure.text, 0, structure.end)
        if _yuan(found) > 0
    ]


def _cells(structure: Structure, block: Block) -> list[_Cell]:
    text, at, cells = structure.contract.text, block.start, []
    for part in text[block.start : block.end].split(CELL):
        cells.append(_Cell(part.strip(), at, at + len(part)))
        at += len(part) + len(CELL)
    return cells


def _table(rows: Sequence[Sequence[_Cell]]) -> Iterator[Hit]:
    head = next((row for row in rows if any(_AMOUNT.search(cell.text) for cell in row) and len(row) > 2), None)
    if head is None or any(cell.number is not None for cell in head):
        return
    column = {name: _only(head, pattern) for name, pattern in (("n", _QUANTITY), ("p", _PRICE), ("a", _AMOUNT))}
    amount = column["a"]
    if amount is None:
        return
    wholes = [row for row in rows[rows.index(head) + 1 :] if len(row) == len(head)]
    quantity, price = column["n"], column["p"]
    mixed = any(_OTHER_FACTOR.search(cell.text) for cell in head) or _scale(head[amount]) != 1
    items = [row for row in wholes if row[amount].number is not None and not _summing(row)]
    if quantity is not None and price is not None and not mixed:
        for row in items:
            yield from _row(row[quantity], row[price], row[amount])
    yield from _sum(rows, items, amount)


def _only(head: Sequence[_Cell], pattern: re.Pattern[str]) -> int | None:
    found = [index for index, cell in enumerate(head) if pattern.search(cell.text)]
    return found[0] if len(found) == 1 else None


def _scale(cell: _Cell) -> int:
    return 10_000 if "万元" in cell.text else 1


def _summing(row: Sequence[_Cell]) -> bool:
    return any(_SUM_ROW.match(cell.text) or _SUB_ROW.search(cell.text) for cell in row[:3])


def _row(quantity: _Cell, price: _Cell, amount: _Cell) -> Iterator[Hit]:
    n, p, a = quantity.number, price.number, amount.number
    if n is None or p is None or a is None:
        return
    if abs(n * p - a) > max(_CENT, abs(n) * Decimal("0.005")):
        values = {"quantity": str(n), "price": str(p), "amount": formatted(a), "product": formatted(n * p)}
        yield Hit(HitKind.AMOUNT, "row", amount.start, amount.end, values)


def _sum(rows: Sequence[Sequence[_Cell]], items: Sequence[Sequence[_Cell]], amount: int) -> Iterator[Hit]:
    closing = [row for row in rows if any(_SUM_ROW.match(cell.text) for cell in row[:2])]
    if (
        len(closing) != 1
        or len(items) < 2
        or any(_SUB_ROW.search(cell.text) for row in rows for cell in row[:2] if row not in closing)
    ):
        return
    stated = [cell for cell in closing[0] if cell.number is not None]
    if not stated:
        return
    total = sum((number for row in items if (number := row[amount].number) is not None), Decimal(0))
    if all(abs((cell.number or 0) - total) > _CENT for cell in stated):
        last = stated[-1]
        values = {"stated": formatted(last.number or Decimal(0)), "total": formatted(total)}
        yield Hit(HitKind.AMOUNT, "sum", last.start, last.end, values)


def _stages(structure: Structure) -> Iterator[Hit]:
    """Yield payment stages that are all given in percent and do not come to a hundred."""
    for section in structure.sections:
        if not _SECTION.search(section.heading.title) or section.end - section.start > 3000:
            continue
        inner = [one for one in structure.sections if section.start < one.start < section.end]
        if any(_SECTION.search(one.heading.title) for one in inner):
            continue
        yield from _staged(structure, section.start, section.end)


def _staged(structure: Structure, start: int, end: int) -> Iterator[Hit]:
    text = structure.text[start:end]
    if _OR.search(text) or "_" in text or re.search("[Xx×]{2}", text):
        return
    total, rates, places = Decimal(0), 0, []
    for found in _STAGE.finditer(structure.text, start, end):
        first, last = structure.sentence(found.start())
        clause = _clause(structure.text, found.start(), first, last)
        if _NOT_A_STAGE.search(clause) or not _PAYING.search(structure.text[first:last]):
            continue
        rate = Decimal(found["rate"])
        total = rate if found["upto"] else total + rate
        rates += 1
        places.append((first, last))
    remainder = re.search(r"余款|剩余|其余|尾款|余额|结清|付清", text)
    if rates < 2 or total == 100 or not _BASE.search(text):
        return
    if total < 100 and remainder and not re.search(r"(?:余款|剩余|其余|尾款|余额)[^。;\n]{0,12}\d+(?:\.\d+)? *%", text):
        return
    if total < 100 and remainder and not _every_stage_has_a_rate(text):
        return
    place = structure.folded.span(places[0][0], places[-1][1])
    yield Hit(HitKind.AMOUNT, "stages", *place, {"total": f"{total.normalize():f}"})


def _every_stage_has_a_rate(text: str) -> bool:
    paying = [
        part for part in re.split("[。;\n]", text) if re.search(r"支付|付清|结清|付至", part) and _PAYING.search(part)
    ]
    return all(_PERCENT.search(part) for part in paying)


def _clause(text: str, at: int, first: int, last: int) -> str:
    start = max(text.rfind(",", first, at) + 1, first)
    end = text.find(",", at, last)
    return text[start : last if end < 0 else end]


def _shares(structure: Structure) -> Iterator[Hit]:
    """Yield amounts that are said to be a percentage of the one total of the text, and are not."""
    totals = {amount for amount, _, _ in stated_totals(structure)}
    if len(totals) != 1:
        return
    total = totals.pop()
    for found in _EQUALS.finditer(structure.text, 0, structure.end):
        rate, amount = Decimal(found["rate"]), _yuan(found)
        sentence = structure.text[slice(*structure.sentence(found.start()))]
        if (
            _NOT_A_STAGE.search(_clause(structure.text, found.start(), *structure.sentence(found.start())))
            or "剩余" in sentence
        ):
            continue
        right = total * rate / 100
        if abs(right - amount) > max(_CENT, Decimal(1) if found["unit"] else _CENT):
            start, end = structure.folded.span(*found.span())
            values = {"rate": str(rate), "amount": formatted(amount), "right": formatted(right)}
            yield Hit(HitKind.AMOUNT, "share", start, end, values)


def _yuan(found: re.Match[str]) -> Decimal:
    return Decimal(found["amount"].replace(",", "")) * (10_000 if found["unit"] else 1)
