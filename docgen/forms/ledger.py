"""A ledger: one document over many case files, with a row for each case, order or ticket (`one_per = "ledger"`).

Law: cases are read one by one, and of each only what the template prints of its rows is kept, so that memory grows
with the rows on paper and not with the case files behind them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from docgen.case.casefile import CaseFile
from docgen.errors import InputError
from docgen.forms.calc import Figures
from docgen.forms.catalogue import Form
from docgen.forms.charts import SurveyCharts
from docgen.forms.context import Issuance, at, document, row_contexts
from docgen.forms.fill import RenderedForm, fill
from docgen.forms.lint import form_reads
from docgen.template.values import Missing, Node

Reading = dict[str, "Reading"]
"""The names that a template reads of a record, and what it reads below each."""

_DRAWN = ("survey.month", "calc.survey_average")
"""What the chart of a ledger of surveys is drawn from, by the words of a row."""

ROWS_PER_VOLUME = 500
"""Rows of one volume: some thirty pages that can be leafed through, signed and converted."""


def render_ledger(form: Form, cases: Iterable[CaseFile], issuance: Issuance, figures: Figures) -> RenderedForm:
    """Return the ledger `form` over `cases` in one document; raise as `Ledger` does."""
    return Ledger(form, issuance, figures).render(cases)


class Ledger:
    """A ledger form at one moment: as of `issuance.as_of`, under its number.

    Rows are sorted, numbered, and named with their case where a field is missing. Rendering raises `InputError`:
    `case_twice` where two cases have the same number; `missing_fields`, with every field that some row prints and its
    case does not have; `pi_mode_not_offered`; `output_too_large`, where `volumes` are needed; and `DeclarationError`
    where the docx is no acceptable template.
    """

    def __init__(self, form: Form, issuance: Issuance, figures: Figures) -> None:
        """Prepare the ledger `form`."""
        found = form_reads(form)
        self._form = form
        self._issuance = issuance
        self._figures = figures
        self._draws = any(path.startswith("chart.") for path in (*found.printed, *found.tested))
        self._read = _reading(found.printed, found.tested, [f"rows.{path}" for path in _DRAWN if self._draws])

    def render(self, cases: Iterable[CaseFile]) -> RenderedForm:
        """Return the ledger over `cases` in one document."""
        rows = self._rows(cases)
        return self._filled(self._issuance.number, rows, self._charts(rows))

    def volumes(self, cases: Iterable[CaseFile], *, size: int = ROWS_PER_VOLUME) -> Iterator[RenderedForm]:
        """Yield the ledger over `cases` in volumes of at most `size` rows; their numbers say which one of how many.

        A ledger that fits into one volume, an empty one included, is as `render` gives it.
        """
        rows = self._rows(cases)
        charts = self._charts(rows)
        count = max(1, -(-len(rows) // size))
        for volume in range(count):
            number = self._issuance.number + (f"（第{volume + 1}册，共{count}册）" if count > 1 else "")
            yield self._filled(number, rows[volume * size : (volume + 1) * size], charts)

    def _charts(self, rows: tuple[Node, ...]) -> Mapping[str, object]:
        """Return the charts over all rows, whichever volume they stand in."""
        if not self._draws:
            return {}
        averages: dict[int, list[Decimal]] = {}
        for row in rows:
            month, average = (at(row, path) for path in _DRAWN)
            if isinstance(month, int) and isinstance(average, Decimal):
                averages.setdefault(month, []).append(average)
        return {"chart": Node({"trend": SurveyCharts(averages).trend}, "chart")}

    def _filled(self, number: str, rows: tuple[Node, ...], charts: Mapping[str, object]) -> RenderedForm:
        spec = self._form.spec
        context = {"rows": rows, "doc": document(spec, replace(self._issuance, number=number)), **charts}
        return fill(spec, self._form.template, context, self._issuance.edition)

    def _rows(self, cases: Iterable[CaseFile]) -> tuple[Node, ...]:
        kept = [row for case in _once(cases) for row in self._of_case(case)]
        kept.sort(key=lambda row: row.rank)
        return tuple(Node({**row.values, "number": number}, row.path) for number, row in enumerate(kept, 1))

    def _of_case(self, case: CaseFile) -> Iterator["_Row"]:
        spec = self._form.spec
        for place, context in enumerate(row_contexts(spec, case, self._issuance, self._figures)):
            row = Node(context, case.case_no)
            if spec.rows_from is None or _begun(at(row, spec.rows_from), self._issuance.as_of):
                values = {name: _kept(row[name], below) for name, below in self._read.items() if name in context}
                yield _Row(
                    _rank((*(at(row, path) for path in spec.rows_by), case.case_no, place)), case.case_no, values
                )


@dataclass(frozen=True, slots=True)
class _Row:
    rank: tuple[tuple[bool, object], ...]
    path: str
    values: Mapping[str, object]


def _once(cases: Iterable[CaseFile]) -> Iterator[CaseFile]:
    seen = set()
    for case in cases:
        if case.case_no in seen:
            raise InputError(f"案卷{case.case_no}出现了两次", code="case_twice", remedy="每个案卷只给出一个案卷文件")
        seen.add(case.case_no)
        yield case


def _rank(values: Iterable[object]) -> tuple[tuple[bool, object], ...]:
    """Return what rows are sorted by, absent values last."""
    return tuple((True, "") if isinstance(value, Missing) else (False, value) for value in values)


def _begun(value: object, as_of: datetime) -> bool:
    if isinstance(value, datetime):
        return value <= as_of
    return isinstance(value, date) and value <= as_of.date()


def _reading(*paths: Iterable[str]) -> Reading:
    """Return what is read of a row as a tree: `rows[].customer.name` is {customer: {name: {}}}."""
    tree: Reading = {}
    for path in (path for group in paths for path in group):
        root, *steps = path.replace("[]", "").split(".")
        below = tree
        for step in steps if root == "rows" else ():
            below = below.setdefault(step, {})
    return tree


def _kept(value: object, read: Reading) -> object:
    """Return `value` with no more of it than is read, so that nothing holds the case any longer."""
    if isinstance(value, Node):
        return Node({name: _kept(value[name], below) for name, below in read.items()}, value.path)
    if isinstance(value, tuple):
        return tuple(_kept(one, read) for one in value)
    return value
