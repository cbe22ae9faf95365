"""The check report as a Word file, filled from `check_report.docx` in the house style.

The timeline is drawn with shaded table cells: sharp at any size, readable in grey, searchable, and checked by the
converters like every other text; a picture would need a drawing library and its words would be lost to them.
"""

from collections.abc import Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TypeAlias

from docgen.template import CompiledTemplate, compile_template
from service.report.content import Card, Group, Line, Listed, Row, Sheet
from service.report.timeline import Bar

_SHADES = {"due": "404040", "wait": "BFBFBF", "": "auto"}
_TONES = {"fail": "262626", "warn": "7F7F7F", "pending": "BFBFBF", "info": "E6E6E6"}
_NUMERALS = "一二三四五六七八九"
_BLANK = Line("", "")

_Fields: TypeAlias = dict[str, object]


def printed(sheets: Sequence[Sheet]) -> bytes:
    """Return the Word file that prints these reports, each from a page of its own.

    Raises:
        InputError: Code `bad_character`; a text holds a character that Word files cannot hold.
    """
    return _template().render({"sheets": [_sheet(sheet) for sheet in sheets]})


@cache
def _template() -> CompiledTemplate:
    return compile_template(Path(__file__).with_name("check_report.docx").read_bytes())


def _sheet(sheet: Sheet) -> _Fields:
    titles = ["汇总", *(group.title for group in sheet.groups)]
    if sheet.overrides:
        titles.append("放行记录")
    listings = [
        (f"{title}（{count}条规则）", listed)
        for title, count, listed in (
            ("通过", sheet.passed_count, sheet.passed),
            ("不适用", sheet.not_applicable_count, sheet.not_applicable),
        )
        if count
    ]
    numbered = iter(
        f"{number}、{title}"
        for number, title in zip(_NUMERALS, [*titles, *(title for title, _ in listings)], strict=False)
    )
    return {
        "verdict": sheet.verdict,
        "head": [
            {"left": _line(left), "right": _line(right)}
            for left, right in zip_longest(sheet.head[::2], sheet.head[1::2], fillvalue=_BLANK)
        ],
        "summary_title": next(numbered),
        "outcomes": list(sheet.outcomes),
        "summary": [_row(row) for row in sheet.summary],
        "total": _row(sheet.total),
        "groups": [_group(group, next(numbered)) for group in sheet.groups],
        "overrides_title": next(numbered) if sheet.overrides else None,
        "overrides": [_line(line) for line in sheet.overrides],
        "listings": [
            {"title": next(numbered), "chapters": [_chapter(chapter) for chapter in listed]} for _, listed in listings
        ],
    }


def _group(group: Group, title: str) -> _Fields:
    line = group.timeline
    return {
        "title": title,
        "shade": _TONES[group.outcome],
        "cards": [_card(card) for card in group.cards],
        "ticks": list(line.ticks) if line else [],
        "until": line.until if line else None,
        "bars": [_bar(bar) for bar in line.bars] if line else [],
    }


def _card(card: Card) -> _Fields:
    return {
        "heading": f"{card.rule}　{card.title}",
        "mark": card.mark,
        "message": card.message,
        "lines": [_line(line) for line in card.lines],
    }


def _bar(bar: Bar) -> _Fields:
    return {
        "rule": bar.rule,
        "text": bar.text,
        "due": f"{bar.due}（已逾期）" if bar.overdue else bar.due,
        "shades": [_SHADES[cell] for cell in bar.cells],
    }


def _row(row: Row) -> _Fields:
    return {"chapter": row.chapter, "counts": list(row.counts)}


def _line(line: Line) -> _Fields:
    return {"label": line.label, "text": line.text}


def _chapter(listed: Listed) -> _Fields:
    columns = [[f"{rule.label} {rule.text}" for rule in listed.rules[start::3]] for start in range(3)]
    rows = zip_longest(*columns, fillvalue="")
    return {
        "chapter": listed.chapter,
        "rows": [{"left": left, "middle": middle, "right": right} for left, middle, right in rows],
    }
