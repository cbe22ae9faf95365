"""A ledger: one document over many case files, with a row for each case, order or ticket (`one_per = "ledger"`).

Law: cases are read one by one, and of each only what the template prints of its rows is kept, so that memory grows
with the rows on paper and not with the case files behind them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from docgen.case.casefile import CaseFile
from docgen.errors import InputError
from docgen.forms.calc import Figures
from docgen.forms.catalogue import Form
from docgen.forms.context import Issuance, at, document, row_contexts
from docgen.forms.fill import RenderedForm, fill
from docgen.forms.lint import form_reads
from docgen.forms.spec import FormSpec
from docgen.template.values import Missing, Node

Reading = dict[str, "Reading"]
"""The names that a template reads of a record, and what it reads below each."""


def render_ledger(form: Form, cases: Iterable[CaseFile], issuance: Issuance, figures: Figures) -> RenderedForm:
    """Return the ledger `form` over `cases` as of `issuance.as_of`, its rows sorted and numbered.

    Raises:
        InputError: `case_twice` where two of the cases have the same number; `missing_fields`, with every field that
            some row prints and its case does not have; `pi_mode_not_offered`.
        DeclarationError: the docx is no acceptable template.
    """
    spec = form.spec
    read = _reading(form_reads(form).printed, form_reads(form).tested)
    kept = [row for case in _once(cases) for row in _rows(spec, case, issuance, figures, read)]
    kept.sort(key=lambda row: row.rank)
    rows = tuple(Node({**row.values, "number": number}, row.path) for number, row in enumerate(kept, 1))
    return fill(spec, form.template, {"rows": rows, "doc": document(spec, issuance)}, issuance.edition)


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


def _rows(spec: FormSpec, case: CaseFile, issuance: Issuance, figures: Figures, read: Reading) -> Iterator[_Row]:
    for place, context in enumerate(row_contexts(spec, case, issuance, figures)):
        row = Node(context, case.case_no)
        if spec.rows_from is None or _begun(at(row, spec.rows_from), issuance.as_of):
            sorted_by = (*(at(row, path) for path in spec.rows_by), case.case_no, place)
            rank = tuple(
                (isinstance(value, Missing), "" if isinstance(value, Missing) else value) for value in sorted_by
            )
            values = {name: _kept(row[name], below) for name, below in read.items() if name in context}
            yield _Row(rank, case.case_no, values)


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
