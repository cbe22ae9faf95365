"""How fast whole cases become documents: every form that applies to each of many cases, as DOCX; a sample as PDF.

The samples H01 (finished) and S02 (in progress) in turns, with numbers and a customer of their own. CPU time of one
core. A proposal (charts, a table of contents with page numbers) costs so much more than any other document that it is
told apart.
"""

import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from io import BytesIO
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from benchmarks.memory import resident
from docgen.case import CaseFile, load_case
from docgen.clock import SHANGHAI, FixedClock, day
from docgen.convert import open_converter
from docgen.findings import CheckReport
from docgen.forms.catalogue import Catalogue, Form
from docgen.forms.charts import Charts
from docgen.forms.contents import with_page_numbers
from docgen.forms.context import Issuance, build_context, editions
from docgen.forms.fill import RenderedForm, text_of
from docgen.forms.subjects import Subject, number_parts, subjects
from docgen.numbering import case_part, document_number
from docgen.pipeline import Office, everything, issue
from docgen.template.package import deflated
from docgen.workspace import Workspace
from rules.book import load_rulebook
from service.wiring import IssuingRules

_ROOT = Path(__file__).parents[1]
_SAMPLES = ("H01", "S02")
_CUSTOMERS = {"H01": "示例科技", "S02": "示例贸易"}
_NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
_CASES = 1_000
_FILLED = re.compile(r"word/(header\d*|document|footer\d*)\.xml")
_PROPOSAL, _OTHER, _CASE = "proposal", "any other", "case"


@dataclass(slots=True)
class _Watch:
    """CPU seconds by task and kind of document, and the number of documents of each kind."""

    seconds: defaultdict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    documents: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def on(self, task: str, kind: str) -> Iterator[None]:
        started = time.process_time()
        yield
        self.seconds[task, kind] += time.process_time() - started


class _Line:
    """The parts that make documents, in the order of the pipeline but without its workspace."""

    def __init__(self, rules: IssuingRules, catalogue: Catalogue) -> None:
        self.rules, self.catalogue = rules, catalogue

    def documents(self, case: CaseFile, report: CheckReport, watch: _Watch) -> Iterator[tuple[str, RenderedForm]]:
        """Yield the kind and the filled form of every subject of every form, reviewed by the rules."""
        for form in self.catalogue:
            kind = _PROPOSAL if form.spec.form_id == _PROPOSAL else _OTHER
            for subject in subjects(form.spec, case):
                watch.documents[kind] += 1
                yield kind, self._document(form, case, subject, report, watch, kind)

    def _document(  # noqa: PLR0913, PLR0917 - what a document is made of, and who looks
        self, form: Form, case: CaseFile, subject: Subject, report: CheckReport, watch: _Watch, kind: str
    ) -> RenderedForm:
        spec, on = form.spec, day(report.as_of)
        with watch.on("context", kind):
            edition = editions(spec, case, subject)[-1]
            parts = {**number_parts(subject), "prefix": "BM", "case": case_part(case.case_no)}
            number = document_number(spec.number, n=1, on=on, **parts)
            issuance = Issuance(edition=edition, number=number, revision=0, issued_on=on, as_of=report.as_of)
            context = build_context(spec, case, subject, issuance, self.rules.figures(on))
        with watch.on("fill the template", kind):
            docx = form.template.render(context)
        with watch.on("page numbers of contents", kind):
            docx = with_page_numbers(docx)
        with watch.on("text of the document", kind):
            rendered = RenderedForm(spec.form_id, edition, docx, text_of(docx))
        with watch.on("review by the rules", kind):
            self.rules.review(case, spec, rendered, number, report)
        return rendered


def run(cases: int = _CASES) -> str:
    """Return tables of documents per second, of where the time goes, of memory, with a workspace and as PDF."""
    clock = FixedClock(_NOW)
    line = _Line(IssuingRules(load_rulebook(clock=clock)), Catalogue.open(_ROOT / "templates_docx"))
    for text in islice(_renumbered(), len(_SAMPLES)):  # compiles the templates, fills the caches
        case = load_case(text)
        list(line.documents(case, line.rules.check(case), _Watch()))
    few = max(len(_SAMPLES), cases // 10)
    tables = _many(line, cases, few), _kept(line, few, clock), _printed(line, max(len(_SAMPLES), cases // 50))
    return "\n\n".join(tables)


def _renumbered() -> Iterator[str]:
    """Yield the texts of different cases without end: the samples in turns, with numbers and customers of their own."""
    texts = {name: (_ROOT / "samples" / name / "case.yaml").read_text(encoding="utf-8") for name in _SAMPLES}
    for number in count(1):
        name = _SAMPLES[number % len(_SAMPLES)]
        text = re.sub(r"((?:XS|SQ)-?2024-)00\d\d", rf"\g<1>{number:04d}", texts[name])
        text = re.sub(r"PO\d{11}", partial(_order_no, number), text)
        yield text.replace(_CUSTOMERS[name], f"示例第{number}号客户")


def _order_no(number: int, old: re.Match[str]) -> str:
    return f"{old[0][:-3]}{(number + int(old[0][-3:])) % 1000:03d}"


def _many(line: _Line, cases: int, early: int) -> str:
    """Make the documents of many cases one after the other, keeping none."""
    watch, highest = _Watch(), [resident()]
    for text in islice(_renumbered(), cases):
        with watch.on("load the case", _CASE):
            case = load_case(text)
        with watch.on("check the case", _CASE):
            report = line.rules.check(case)
        before = highest[-1]
        highest.append(max(before, *(resident() for _ in line.documents(case, report, watch))))
    peak = (
        f"peak resident memory: {highest[0]:.0f} MiB before, {highest[early]:.0f} MiB over {early} cases, "
        f"{highest[-1]:.0f} MiB over {cases} cases"
    )
    return "\n".join(
        [
            *_table(f"documents of {cases} cases", watch),
            peak,
            _shares(line),
        ]
    )


def _table(title: str, watch: _Watch) -> Iterator[str]:
    kinds = (_OTHER, _PROPOSAL)
    everything, documents = sum(watch.seconds.values()), watch.documents.total()
    yield f"{title:34}{'all, ms each':>14}{'share':>8}" + "".join(f"{kind + ', ms':>18}" for kind in kinds)
    for task in dict.fromkeys(task for task, _ in watch.seconds):
        total = sum(seconds for (name, _), seconds in watch.seconds.items() if name == task)
        each = [watch.seconds[task, kind] * 1000 / watch.documents[kind] for kind in kinds]
        columns = "".join(f"{milliseconds:18.2f}" if milliseconds else f"{'':18}" for milliseconds in each)
        yield f"{task:34}{total * 1000 / documents:14.2f}{total / everything:8.0%}{columns}".rstrip()
    yield (
        f"{documents} documents, {watch.documents[_PROPOSAL]} of them proposals, in {everything:.0f} s: "
        f"{documents / everything:.0f} a second and core, {documents / (everything - _proposals(watch)):.0f} without "
        "the proposals"
    )


def _proposals(watch: _Watch) -> float:
    return sum(seconds for (_, kind), seconds in watch.seconds.items() if kind == _PROPOSAL)


def _shares(line: _Line) -> str:
    """Measure again what hides in filling a template: the charts of proposals, the deflating of every document."""
    watch = _Watch()
    for text in islice(_renumbered(), len(_SAMPLES)):
        case = load_case(text)
        for kind, document in line.documents(case, line.rules.check(case), watch):
            with ZipFile(BytesIO(document.docx)) as package:
                parts = [package.read(name) for name in package.namelist() if _FILLED.fullmatch(name)]
            with watch.on("deflate", kind):
                for part in parts:
                    deflated(part)
        for subject in subjects(line.catalogue.get(_PROPOSAL).spec, case):
            charts = Charts(case, subject.names)
            with watch.on("charts", _PROPOSAL):
                assert charts.plan
                assert charts.composition
    charts_each = watch.seconds["charts", _PROPOSAL] * 1000 / watch.documents[_PROPOSAL]
    deflate = watch.seconds["deflate", _OTHER] * 1000 / watch.documents[_OTHER]
    return f"of filling: charts {charts_each:.0f} ms a proposal, deflating {deflate:.2f} ms any other document"


def _kept(line: _Line, cases: int, clock: FixedClock) -> str:
    """Issue the documents through the pipeline into a workspace, durable before the next case begins."""
    kept, processor, elapsed = 0, 0.0, 0.0
    with TemporaryDirectory() as folder:
        workspace = Workspace.open(Path(folder), clock)
        office = Office(line.rules, line.catalogue, workspace, None)
        try:
            for text in islice(_renumbered(), cases):
                case = load_case(text)
                started = time.process_time(), time.perf_counter()
                outcome = issue(case, everything(case, line.catalogue), office, by="benchmark")
                processor += time.process_time() - started[0]
                elapsed += time.perf_counter() - started[1]
                assert not outcome.refused
                kept += len(outcome.kept)
            assert workspace.verify_events() is None
        finally:
            workspace.close()
    return (
        f"issued into a workspace (numbers, revisions, decisions, events, fsync), {cases} cases: {kept} documents, "
        f"{processor * 1000 / kept:.1f} ms of CPU each ({kept / processor:.0f} a second), "
        f"{elapsed * 1000 / kept:.1f} ms by the clock"
    )


def _printed(line: _Line, cases: int) -> str:
    """Convert the documents of some cases with the embedded converter, with all its checks."""
    pages: Counter[str] = Counter()
    watch = _Watch()
    converter = open_converter()
    for text in islice(_renumbered(), cases):
        case = load_case(text)
        for kind, document in line.documents(case, line.rules.check(case), watch):
            with watch.on("pdf", kind):
                pages[kind] += converter.convert(document.docx).pages
    seconds = sum(watch.seconds["pdf", kind] for kind in pages)
    each = ", ".join(
        f"{kind}: {watch.seconds['pdf', kind] * 1000 / watch.documents[kind]:.0f} ms for "
        f"{pages[kind] / watch.documents[kind]:.1f} pages"
        for kind in pages
    )
    return (
        f"as PDF/A with rdocx, {cases} cases: {watch.documents.total()} documents of {pages.total()} pages, "
        f"{seconds * 1000 / pages.total():.0f} ms of CPU a page, {watch.documents.total() / seconds:.1f} documents a "
        f"second and core ({each})"
    )


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else _CASES))
