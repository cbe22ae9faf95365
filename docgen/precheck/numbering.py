"""Automatic numbers of Word: no text of the file, yet 第三条 is what everybody reads (ISO/IEC 29500-1, 17.9)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from docgen.precheck.numerals import letter, roman, write_numeral

_CIRCLED = {number: chr(0x2460 + number - 1) for number in range(1, 21)}
_WRITERS: Mapping[str, Callable[[int], str]] = {
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand",
         "taiwaneseCounting", "ideographDigital", "japaneseDigitalTenThousand", "ideographTraditional"),
        write_numeral,
    ),
    "upperRoman": roman,
    "lowerRoman": lambda number: roman(number).lower(),
    "upperLetter": letter,
    "lowerLetter": lambda number: letter(number).lower(),
    "decimalZero": lambda number: f"{number:02}",
    "decimalEnclosedCircle": lambda number: _CIRCLED.get(number, str(number)),
    "decimalEnclosedCircleChinese": lambda number: _CIRCLED.get(number, str(number)),
    "bullet": lambda _: "",
    "none": lambda _: "",
}  # fmt: skip
_LEVELS = 9


@dataclass(slots=True)
class Level:
    """How one level of a list is numbered; `text` holds %1 … %9 for the numbers of the levels."""

    format: str = "decimal"
    text: str = ""
    start: int = 1
    legal: bool = False


@dataclass(slots=True)
class Lists:
    """The lists a document declares: levels by abstract id, and by number id the abstract one and its own starts."""

    abstract: dict[str, dict[int, Level]] = field(default_factory=dict)
    numbers: dict[str, tuple[str, dict[int, int]]] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Counter:
    """Counts through a document and writes the number that each paragraph gets."""

    lists: Lists
    counts: dict[str, list[int]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    def label(self, number_id: str, level: int) -> str:
        """Return the number of the next paragraph of a list, empty for bullets and unknown lists."""
        declared = self.lists.numbers.get(number_id)
        levels = self.lists.abstract.get(declared[0]) if declared else None
        if declared is None or levels is None or level not in levels or not 0 <= level < _LEVELS:
            return ""
        counts = self.counts.setdefault(declared[0], [0] * _LEVELS)
        if number_id not in self.begun:
            self.begun.add(number_id)
            for own, start in declared[1].items():
                if 0 <= own < _LEVELS:
                    counts[own] = start - 1
        fresh = counts[level] == 0
        counts[level] = levels[level].start if fresh and levels[level].start else counts[level] + 1
        counts[level + 1 :] = [0] * (_LEVELS - level - 1)
        legal = levels[level].legal
        return re.sub("%([1-9])", lambda sign: _written(levels, counts, int(sign[1]) - 1, legal), levels[level].text)


def _written(levels: Mapping[int, Level], counts: list[int], level: int, legal: bool) -> str:
    declared = levels.get(level, Level())
    number = min(counts[level] or declared.start, 9999)
    writer = str if legal else _WRITERS.get(declared.format, str)
    return writer(max(number, 1)) if number else "0"
