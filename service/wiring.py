"""The composition: which parts a run is made of, in one place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import takewhile
from pathlib import Path

from docgen.case import CaseFile
from docgen.clock import Clock, SystemClock, day
from docgen.convert import open_converter
from docgen.editions import Edition
from docgen.errors import InputError, NotFoundError, StateError
from docgen.findings import CheckReport
from docgen.forms.calc import Figures
from docgen.forms.catalogue import Catalogue
from docgen.forms.fill import RenderedForm
from docgen.forms.spec import FormSpec
from docgen.pipeline import Office
from docgen.precheck.source import ContractFile
from docgen.rulebook import guards
from docgen.rulebook.guards import Action, Guard
from docgen.rulebook.judge import Occasion
from docgen.template import TemplateCache
from docgen.workspace import KnownNumbers, Ruling, Workspace
from docgen.workspace.workspace import TextDecision
from rules.book import Rulebook
from rules.facts import Known, RenderedText, Setting, document_facts
from rules.precheck import Precheck
from service.inputs import case_file, rulebook
from service.settings import Settings

__all__ = [
    "IssuingRules",
    "case_file",
    "catalogue",
    "decide_text_finding",
    "office",
    "operator",
    "own_guards",
    "rulebook",
    "text_decisions",
    "workspace",
]


def catalogue(settings: Settings) -> Catalogue:
    """Open the forms that ship, overridden by the company's own."""
    cache = TemplateCache(settings.cache) if settings.cache else None
    return Catalogue.open(*settings.templates, cache=cache)


@contextmanager
def workspace(settings: Settings, clock: Clock | None = None) -> Iterator[Workspace]:
    """Open the workspace and close it at the end."""
    opened = Workspace.open(settings.location(), clock or SystemClock())
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def office(
    settings: Settings, *, policy: Path | None = None, pdf: bool = True, clock: Clock | None = None, workers: int = 1
) -> Iterator[Office]:
    """Open everything that issuing needs, and close it at the end; `workers` processes share many PDFs."""
    clock = clock or SystemClock()
    converter = open_converter(settings.converter, workers=workers) if pdf else None
    try:
        with workspace(settings, clock) as opened:
            rules = IssuingRules(rulebook(settings, policy, clock))
            yield Office(rules, catalogue(settings), opened, converter)
    finally:
        if converter:
            converter.close()


@dataclass(frozen=True, slots=True)
class IssuingRules:
    """The rulebook as the issuing line sees it: with what the workspace knows, and with the guards of forms."""

    book: Rulebook

    def check(self, case: CaseFile, as_of: datetime | None = None, known: KnownNumbers | None = None) -> CheckReport:
        """Judge a case; numbers that other cases use come from the workspace."""
        facts = Known(known.contract_numbers, known.order_numbers) if known else None
        return self.book.check(case, as_of, facts)

    def guards(self, spec: FormSpec, action: Action, edition: Edition) -> tuple[Guard, ...]:
        """Return the guards of the packs, and those the form itself declares."""
        shipped = self.book.guards_for(spec.form_id, action, edition)
        return shipped + guards.guards_for(own_guards(spec), spec.form_id, action, edition)

    def review(  # noqa: PLR0913 - a text, and everything it is judged by
        self,
        case: CaseFile,
        spec: FormSpec,
        form: RenderedForm,
        number: str,
        report: CheckReport,
        *,
        esign: bool = False,
    ) -> CheckReport:
        """Judge the text of a filled form by the rules on documents, on the occasion of a `report` on its case.

        `esign` says that it is to be signed electronically.
        """
        policy = self.book.policy
        setting = Setting(report.as_of, policy, policy.calendar())
        text = RenderedText(
            doc_no=number,
            form_id=spec.form_id,
            text=form.text,
            pi_mode=spec.pi_mode,
            audience=spec.audience.value,
            esign_requested=esign,
            esign_allowed=spec.esign_allowed,
        )
        # The digest of a case costs as much as filling a form: the report has it already.
        occasion = Occasion(case.case_no, report.as_of, policy.sha256, report.case_sha256)
        return self.book.judge(report.as_of.date()).judge([document_facts(text, case, setting)], policy.at, occasion)

    def figures(self, on: date) -> Figures:
        """Return what documents print of the policy in force on a day."""
        policy = self.book.policy
        values = policy.at(on)
        cents = values.get("approval.gm_threshold_cents")
        stated = {
            "low_score": values.get("survey.low_score"),
            "survey_tolerance_days": values.get("survey.tolerance_days"),
            "proposal_revision_min": values.get("deadlines.proposal_revision_min"),
        }
        return Figures(
            calendar=policy.calendar(),
            gm_threshold=Decimal(cents).scaleb(-2) if isinstance(cents, int) else None,
            **{name: number for name, number in stated.items() if isinstance(number, int)},
        )

    def ruling(self, report: CheckReport, known: KnownNumbers) -> Ruling:
        """Join a report with the files of packs and policy behind it, and with what was known of other cases.

        Raises:
            StateError: Packs or policy were changed since the check (code `changed_meanwhile`).
        """
        present = self.book.judge(day(report.as_of)).identity, self.book.policy.sha256
        if present != (report.pack, report.policy_sha256):
            raise StateError("规则包或公司规定刚刚改变", remedy="重新签发", code="changed_meanwhile")
        return Ruling(report, self.book.files, known)


def own_guards(spec: FormSpec) -> Iterator[Guard]:
    """Yield the guards that a company's own form declares beside its template: `CD-09`, `PR-08@signing!`."""
    for action, targets in spec.guards.items():
        for target in targets:
            rule = target[: target.index("-") + 1] + "".join(takewhile(str.isdigit, target[target.index("-") + 1 :]))
            guard = guards.parse_guard(rule, Action(action), spec.form_id + target.removeprefix(rule))
            if guard is not None:
                yield guard


def operator(settings: Settings, given: str | None) -> str:
    """Return who acts: the name given, else the one of the settings; raise `InputError` where there is none."""
    name = (given or settings.operator).strip()
    if not name:
        raise InputError("没有操作人", remedy="用 --by 指明操作人", code="no_operator")
    return name


def text_decisions(settings: Settings, sha256: str) -> Mapping[str, TextDecision]:
    """Return what people decided on the pre-check of a file; nothing where there is no workspace yet."""
    if not settings.location().exists:
        return {}
    with workspace(settings) as opened:
        return opened.text_decisions(sha256)


def decide_text_finding(  # noqa: PLR0913 - a decision has this many parts
    settings: Settings,
    contract: ContractFile,
    result: Precheck,
    key: str,
    *,
    confirmed: bool,
    reason: str,
    by: str | None,
    case_no: str = "",
) -> TextDecision:
    """Keep a person's decision on one finding of a pre-check.

    Raises:
        NotFoundError: Code `unknown_finding`.
        InputError: Code `no_operator`.
    """
    finding = next((one for one in result.findings if one.key == key), None)
    if finding is None:
        raise NotFoundError("这份文本没有这项结果", remedy="用 docgen precheck 查看结果编号", code="unknown_finding")
    now = SystemClock().now()
    decision = TextDecision(
        contract.sha256, key, finding.id, finding.message, confirmed, reason.strip(), operator(settings, by), now
    )
    with workspace(settings) as opened:
        return opened.decide_text(decision, case_no)
