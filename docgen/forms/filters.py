"""How values are printed (forms.md section 1.2): every filter a template may use.

A filter's annotations are read by the template checker: the type of its first parameter says what it accepts, and
only a filter that accepts None may print an optional field unguarded.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from docgen import money as cny
from docgen.case.enums import Choice

NOTHING = "—"
"""What a cell shows that has nothing to show."""

_FINAL_MARKS = ("。", "！", "？", "：", "；", "……", ".", "”")

CHOSEN, NOT_CHOSEN = "☑", "☐"

_SHORT_RUN = 2  # so many numbers in a row are still written one by one


def money(value: Decimal) -> str:
    """Print an amount in yuan with its sign: ¥680,000.00."""
    return f"¥{cny.formatted(value)}"


def amount(value: Decimal) -> str:
    """Print an amount in yuan for a table column: 680,000.00."""
    return cny.formatted(value)


def unit_price(value: Decimal) -> str:
    """Print a unit price with two decimals, or with all of its three or four where it has them."""
    return cny.formatted(value, max(2, _decimals(value)))


def upper(value: Decimal) -> str:
    """Print an amount in 人民币大写."""
    return cny.upper(value)


def counting_upper(value: int) -> str:
    """Print a small count in capital numerals: 肆 for 4."""
    return cny.counting_upper(value)


def quantity(value: Decimal) -> str:
    """Print a quantity without trailing zeros: 20, 2.5."""
    return cny.formatted(value, _decimals(value))


def percent(value: Decimal) -> str:
    """Print a rate in percent without trailing zeros: 13%, 6.5%."""
    points = value * 100
    return f"{cny.formatted(points, _decimals(points))}%"


def date(value: dt.date) -> str:
    """Print a day for a table: 2024-04-17."""
    return value.strftime("%Y-%m-%d") if value.year >= 1000 else f"{value.year:04}-{value:%m-%d}"


def archive_date(value: dt.date) -> str:
    """Print a day as archive catalogues do (DA/T 22): 20240417."""
    return date(value).replace("-", "")


def datetime(value: dt.datetime) -> str:
    """Print a minute for a table: 2024-04-17 10:20."""
    return f"{date(value)} {value:%H:%M}"


def cn_date(value: dt.date) -> str:
    """Print a day for prose: 2024年4月17日."""
    return f"{value.year}年{value.month}月{value.day}日"


def cn_month(value: dt.date) -> str:
    """Print a month for prose: 2024年4月."""
    return f"{value.year}年{value.month}月"


def cn_datetime(value: dt.datetime) -> str:
    """Print a minute for prose: 2024年4月17日10时20分, on the hour 10时."""
    minute = f"{value.minute}分" if value.minute else ""
    return f"{cn_date(value)}{value.hour}时{minute}"


def clock_time(value: dt.datetime) -> str:
    """Print the time of day alone: 10:20."""
    return f"{value:%H:%M}"


def due(value: dt.datetime) -> str:
    """Print a deadline; the end of a day is 24:00 of that day, not 00:00 of the next."""
    if value.timetz().replace(tzinfo=None) == dt.time.min:
        return f"{date(value - dt.timedelta(days=1))} 24:00"
    return datetime(value)


def join(value: Sequence[str], separator: str = "、") -> str:
    """Print a list in one line: 甲、乙、丙."""
    return separator.join(text.label if isinstance(text, Choice) else str(text) for text in value)


def numbers(value: Sequence[int]) -> str:
    """Print a list of numbers in one line, three and more in a row as from and to: 1、2、5至9."""
    runs: list[list[int]] = []
    for number in value:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(f"{run[0]}至{run[-1]}" if len(run) > _SHORT_RUN else "、".join(map(str, run)) for run in runs)


def numbered(value: Sequence[str]) -> str:
    """Print a list as lines of its own, numbered where there are several."""
    if len(value) == 1:
        return str(value[0])
    return "\n".join(f"{index}. {text}" for index, text in enumerate(value, 1))


def yes_no(value: bool) -> str:
    """Print 是 or 否."""
    return "是" if value else "否"


def blank(value: str | int | Choice | None) -> str:
    """Print an optional text, number or choice, or a dash where there is none."""
    if isinstance(value, Choice):
        return value.label
    return str(value) if value or value == 0 else NOTHING


def box(value: Choice | bool | None, option: str | bool = True) -> str:
    """Print a ticked box if `value` is this `option`, else an empty box.

    Raises:
        ValueError: the closed set of `value` has no such option.
    """
    if isinstance(value, Choice) and option not in {member.value for member in type(value)}:
        raise ValueError(option)
    return CHOSEN if value is not None and value == option else NOT_CHOSEN


def average(value: Decimal) -> str:
    """Print a mean with one decimal: 4.0."""
    return cny.formatted(value, 1)


def scale(value: int) -> str:
    """Print a score as five boxes, the chosen one ticked: ☐1 ☐2 ☐3 ☑4 ☐5."""
    return "　".join(f"{CHOSEN if score == value else NOT_CHOSEN}{score}" for score in range(1, 6))


def sentence(value: str) -> str:
    """Print a text with a full stop at its end, if it has no final mark yet."""
    return value if value.endswith(_FINAL_MARKS) else f"{value}。"


def stem(value: str) -> str:
    """Print a text without its final stop, where the template goes on or sets its own."""
    return value.rstrip("。；;，,")


def digest(value: str) -> str:
    """Print a whole digest in groups of sixteen digits, between which a line may break."""
    return " ".join(value[start : start + 16] for start in range(0, len(value), 16))


def hash_prefix(value: str) -> str:
    """Print the first sixteen digits of a digest in groups of four."""
    return " ".join(value[start : start + 4] for start in range(0, 16, 4))


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


FILTERS: Mapping[str, Callable[..., str]] = {
    function.__name__: function
    for function in (
        money,
        amount,
        unit_price,
        upper,
        counting_upper,
        quantity,
        percent,
        date,
        archive_date,
        datetime,
        cn_date,
        cn_month,
        cn_datetime,
        clock_time,
        due,
        join,
        numbers,
        numbered,
        yes_no,
        blank,
        box,
        average,
        scale,
        sentence,
        stem,
        digest,
        hash_prefix,
    )
}
"""Every filter by the name templates use."""
