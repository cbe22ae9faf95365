"""`chart.*` of templates: what people would rather look at than read, drawn as PNG in the colours of the house.

Rules enforced here: Chinese in the shipped fonts, whatever the machine has; readable in greyscale, so that every part
also says in words what it is; the same input gives the same bytes. The drawing library is loaded with the first chart.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from docgen import derived
from docgen.case.casefile import CaseFile
from docgen.case.proposal import PlanPhase, Proposal
from docgen.case.values import Entity
from docgen.convert.typefaces import Face, Family, rare
from docgen.money import formatted
from docgen.template import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI: Final = 220
MOST_PHASES: Final = 40
"""More bars than this, on one page, nobody can read."""

_WIDTH, _TALLEST, _ROW = 6.3, 8.4, 0.36  # inches: the width of the text, what fits under a heading, one bar
_DARK, _LINE, _INK = "#1F4E79", "#BFBFBF", "#262626"
_SHADES: Final = ("#1F4E79", "#5B9BD5", "#9DC3E6", "#D6E4F0")
_SIZE: Final = 9.5
_LONGEST: Final = 14  # characters of a label beside a bar
_MOST_TICKS: Final = 7
_ONE_AT_A_TIME: Final = Lock()
"""The settings of the drawing library belong to the whole process."""

_TREND_ROWS: Final = 4
"""Height of the trend in rows of a bar chart."""


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts of one subject; None where the case does not say enough to draw one, or too much."""

    case: CaseFile
    names: Mapping[str, tuple[str, Entity]]

    @property
    def plan(self) -> Picture | None:
        """Implementation plan of the proposal, as a Gantt chart."""
        plan = self._proposal.plan
        return gantt(plan) if 0 < len(plan) <= MOST_PHASES else None

    @property
    def composition(self) -> Picture | None:
        """Quotation of the proposal by cost category."""
        subtotals = derived.subtotals_by_category(self._proposal.quotation.lines)
        return composition(subtotals) if any(subtotals) and sum(one.amount for one in subtotals) > 0 else None

    @property
    def _proposal(self) -> Proposal:
        _, found = self.names["proposal"]
        assert isinstance(found, Proposal)  # the checker refuses templates of forms that have none
        return found


TITLES: Final[Mapping[str, str]] = {"plan": "实施计划甘特图", "composition": "报价构成图"}
"""What each chart is called."""


@dataclass(frozen=True, slots=True)
class SurveyCharts:
    """The charts of a ledger of surveys, from the average of each survey by the months since acceptance."""

    averages: Mapping[int, Sequence[Decimal]]

    @property
    def trend(self) -> Picture | None:
        """Mean satisfaction one, three and six months after acceptance; None before the first survey."""
        return trend(self.averages) if self.averages else None


SURVEY_TITLES: Final[Mapping[str, str]] = {"trend": "满意度趋势图"}
"""What each chart of a ledger of surveys is called."""


def gantt(plan: Sequence[PlanPhase]) -> Picture:
    """Draw the phases of a plan as bars over days, first on top, each with its days.

    Raises:
        InputError: no font has some character (`glyph_missing`).
    """
    first = min(phase.start_on for phase in plan)
    last = max(phase.end_on for phase in plan)
    span = (last - first).days + 1
    labels = [_label(phase.phase) for phase in plan]
    with _canvas(len(plan), "".join(labels)) as (figure, axes):
        for row, phase in enumerate(plan):
            start, days = (phase.start_on - first).days, (phase.end_on - phase.start_on).days + 1
            axes.barh(row, days, left=start, height=0.5, color=_DARK)
            said = f" {_day(phase.start_on, first, last)}–{_day(phase.end_on, first, last)}"
            axes.text(start + days, row, said, va="center", fontsize=_SIZE - 1.5)
        axes.set_yticks(range(len(plan)), labels)
        axes.set_xlim(0, span * 1.02)
        days_marked = list(_ticks(first, span))
        axes.set_xticks([(day - first).days for day in days_marked], [_day(day, first, last) for day in days_marked])
        axes.grid(axis="x", color=_LINE, linewidth=0.5)
        return _picture(figure)


def composition(subtotals: Sequence[derived.Subtotal]) -> Picture:
    """Draw the subtotals of a quotation as bars, each with its amount and its share."""
    total = sum(one.amount for one in subtotals)
    with _canvas(len(subtotals), "") as (figure, axes):
        for row, one in enumerate(subtotals):
            width = float(one.amount)
            axes.barh(row, width, height=0.55, color=_SHADES[row % len(_SHADES)], edgecolor=_DARK, linewidth=0.6)
            said = f" {formatted(one.amount)}元（{one.amount / total:.1%}）"
            axes.text(width, row, said, va="center", fontsize=_SIZE - 0.5)
        axes.set_yticks(range(len(subtotals)), [one.category.label for one in subtotals])
        axes.set_xlim(0, float(max(one.amount for one in subtotals)) * 1.02)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        return _picture(figure)


def trend(averages: Mapping[int, Sequence[Decimal]]) -> Picture:
    """Draw the mean of the averages of each month as a line over the months, each point with its value."""
    months = sorted(averages)
    means = [float(sum(averages[month]) / len(averages[month])) for month in months]
    with _canvas(_TREND_ROWS, "") as (figure, axes):
        axes.plot(range(len(months)), means, color=_DARK, linewidth=1.6, marker="o", markersize=5)
        for place, mean in enumerate(means):
            axes.text(place, mean + 0.25, f"{mean:.1f}", ha="center")
        said = [f"验收后{month}个月（{len(averages[month])}份）" for month in months]
        axes.set_xticks(range(len(months)), said)
        axes.set_xlim(-0.5, len(months) - 0.5)
        axes.set_yticks(range(1, 6))
        axes.set_ylim(0.8, 5.7)
        axes.grid(axis="y", color=_LINE, linewidth=0.5)
        return _picture(figure)


def _ticks(first: date, span: int) -> Iterator[date]:
    """Yield days at even distances in whole weeks, few enough to stand side by side."""
    step = -(-span // (7 * _MOST_TICKS)) * 7
    yield from (first + timedelta(days=days) for days in range(0, span, step))


def _day(day: date, first: date, last: date) -> str:
    """Print a day of a span from `first` to `last`, with its year where the span goes over several."""
    return f"{day.month}月{day.day}日" if first.year == last.year else f"{day.year}.{day.month}.{day.day}"


def _label(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


@contextmanager
def _canvas(rows: int, text: str) -> Iterator["tuple[Figure, Axes]"]:
    """Open a chart of that many `rows`, in the fonts and the colours of the house; `text` is what it will say."""
    import matplotlib as mpl  # noqa: PLC0415 - half a second that only charts need
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    face = Face(Family.SANS, bold=False)
    files = [face.path, face.full_path] if rare(text) else [face.path]
    with _ONE_AT_A_TIME, mpl.rc_context():
        mpl.rcParams.update(_style([_family(str(path)) for path in files]))
        figure = Figure(figsize=(_WIDTH, min(_TALLEST, 0.5 + _ROW * rows)), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.set_ylim(rows - 0.5, -0.5)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.set_axisbelow(True)
        yield figure, axes


def _family(file: str) -> str:
    """Return the name of the font in `file`, made known to the drawing library."""
    from matplotlib import font_manager  # noqa: PLC0415 - as above

    if not any(entry.fname == file for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(file)
    return next(entry.name for entry in font_manager.fontManager.ttflist if entry.fname == file)


def _style(families: list[str]) -> Any:  # noqa: ANN401 - the library names every setting in its type
    return {
        "font.family": families,
        "font.size": _SIZE,
        "axes.edgecolor": _LINE,
        "text.color": _INK,
        "text.parse_math": False,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
    }


def _picture(figure: "Figure") -> Picture:
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return Picture(out.getvalue())
