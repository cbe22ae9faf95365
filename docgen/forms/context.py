"""The context of one document: the case as the form may see it, read only as far as the template reads it.

Rules enforced here: confidential values are not in the context at all; personal data is masked before it gets there;
every absent value knows its path and its Chinese label, so that all that are missing can be named at once.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from docgen.case.casefile import CaseFile
from docgen.editions import Edition
from docgen.errors import Detail
from docgen.forms.anonymity import published
from docgen.forms.calc import Calc, Figures
from docgen.forms.charts import Charts, SurveyCharts
from docgen.forms.people import Found, People
from docgen.forms.reading import Member, element, is_record, members, record_type, required
from docgen.forms.spec import HOUSE_SECRETS, Audience, FormSpec
from docgen.forms.subjects import Subject, alias, named_types, rows, subjects
from docgen.forms.visibility import Visibility
from docgen.masking import PiMode
from docgen.template.values import Missing, Node

SURVEYS = "after_sales.surveys[]"
"""What a ledger has one row of that draws the satisfaction over time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMeta:
    """What a document says of itself (`doc.*`)."""

    number: str = field(metadata={"title": "编号"})
    title: str = field(metadata={"title": "文书名称"})
    revision: int = field(metadata={"title": "修订号"})
    revised: bool = field(metadata={"title": "是否修订版"})
    draft: bool = field(metadata={"title": "是否审批稿"})
    record: bool = field(metadata={"title": "是否记录件"})
    confidential: bool = field(metadata={"title": "是否机密"})
    issued_on: date = field(metadata={"title": "签发日期"})
    as_of: datetime = field(metadata={"title": "截至时间"})
    header: str | None = field(metadata={"title": "页眉文字"})
    footer_label: str | None = field(metadata={"title": "页脚编号名称"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance:
    """How one document is issued: which edition, under which number and revision, on which day, for which moment.

    `pi_mode` asks for another personal-data mode than the form's own, where the form offers it.
    """

    edition: Edition
    number: str
    revision: int
    issued_on: date
    as_of: datetime
    pi_mode: PiMode | None = None


def build_context(
    spec: FormSpec, case: CaseFile, subject: Subject, issuance: Issuance, figures: Figures
) -> Mapping[str, object]:
    """Return what the template of `spec` may read of `case`, about `subject`, for this issuance.

    Raises:
        InputError: `pi_mode_not_offered` where the form is not printed in the personal-data mode asked for.
    """
    if spec.audience is Audience.PUBLIC:
        case = published(case)
        subject = next(one for one in subjects(spec, case) if one.path == subject.path)
    scope = _Scope.of(spec, case, issuance.pi_mode)
    context = _subject_context(spec, case, subject, scope)
    context["calc"] = Node(_Record(scope, Calc(case, subject.names, figures, issuance.as_of), "calc", ""), "calc")
    context["chart"] = Node(_Record(scope, Charts(case, subject.names), "chart", ""), "chart")
    context["doc"] = document(spec, issuance, _text_at(context, spec.header_from))
    return context


def row_contexts(
    spec: FormSpec, case: CaseFile, issuance: Issuance, figures: Figures
) -> Iterator[Mapping[str, object]]:
    """Yield what the template of the ledger `spec` may read of each of its rows in `case`.

    Paths and labels of absent values begin with the case number.

    Raises:
        InputError: `pi_mode_not_offered`.
    """
    scope = _Scope.of(spec, case, issuance.pi_mode, base=case.case_no)
    whole = dict(_Record(scope, case, case.case_no, case.case_no))
    for row in rows(spec, case):
        own = {
            name: scope.seen(entity, f"{case.case_no}.{path}", case.case_no)
            for name, (path, entity) in row.names.items()
        }
        computed = Calc(case, row.names, figures, issuance.as_of)
        calc = Node(_Record(scope, computed, f"{case.case_no}.calc", case.case_no), "calc")
        yield {**whole, **own, "calc": calc}


def document(spec: FormSpec, issuance: Issuance, header: str | None = None) -> Node:
    """Return what the template of `spec` may read of the document itself (`doc.*`); `header` is its running title."""
    meta = DocumentMeta(
        number=issuance.number,
        title=spec.title,
        revision=issuance.revision,
        revised=issuance.revision > 0,
        draft=issuance.edition is Edition.DRAFT,
        record=issuance.edition is Edition.RECORD,
        confidential=bool(HOUSE_SECRETS.intersection(spec.discloses)),
        issued_on=issuance.issued_on,
        as_of=issuance.as_of,
        header=header,
        footer_label=spec.footer_label,
    )
    return Node({one.name: getattr(meta, one.name) for one in fields(meta)}, "doc")


def _text_at(context: Mapping[str, object], path: str | None) -> str | None:
    here: object = context
    for step in path.split(".") if path else ():
        assert isinstance(here, Mapping | Node)  # the lint follows the path through records only
        here = here[step]
    return here if isinstance(here, str) else None


def editions(spec: FormSpec, case: CaseFile, subject: Subject) -> tuple[Edition, ...]:
    """Return the editions for which `case` has the facts, in their order; the last is the one to issue by default."""
    context = _subject_context(spec, case, subject, _Scope.of(spec, case))
    facts = {Edition.SIGNING: spec.requires_signing, Edition.RECORD: spec.requires_record}
    offered = tuple(edition for edition in spec.editions if not absent(context, facts.get(edition, ())))
    return offered or spec.editions[:1]


def awaited(spec: FormSpec, case: CaseFile, subject: Subject) -> tuple[Detail, ...]:
    """Return what `case` still lacks before the document of `subject` may be archived (process.md section 4)."""
    return absent(_subject_context(spec, case, subject, _Scope.of(spec, case)), spec.requires_archive)


def _subject_context(spec: FormSpec, case: CaseFile, subject: Subject, scope: "_Scope") -> ChainMap[str, object]:
    """Return the objects of the subject and behind them the whole case, of which nothing is read before it is asked."""
    whole = _Record(scope, case, "", "")
    context: ChainMap[str, object] = ChainMap({}, whole)  # type: ignore[arg-type] # only the first one is written to
    label = ""
    for name, (path, entity) in subject.names.items():
        label = f"{label} › {_title(spec, name)}".removeprefix(" › ")
        context[name] = scope.seen(entity, path, label)
    return context


def _title(spec: FormSpec, name: str) -> str:
    """Return what the case file calls the subject's object of this name."""
    owner: Any = CaseFile
    for step in spec.about.split("."):
        info = owner.model_fields[step.removesuffix("[]")]
        if alias(step) == name:
            return str(info.title)
        owner = element(info.annotation) or required(info.annotation)
    raise LookupError(name)


def root_types(spec: FormSpec) -> Mapping[str, Any]:
    """Return the type of every name that a template of `spec` may start a path with."""
    visibility = Visibility.of(spec)
    roots = {name: member.annotation for name, member in members(CaseFile, visibility).items()}
    if spec.is_ledger:
        chart = {"chart": SurveyCharts} if spec.about == SURVEYS else {}
        return {"rows": tuple[row_type(spec), ...], **chart, "doc": DocumentMeta}  # type: ignore[misc] # made here
    return {**roots, **named_types(spec), "calc": Calc, "chart": Charts, "doc": DocumentMeta}


def row_type(spec: FormSpec) -> type:
    """Return the type of a row of a ledger, for the checker: its number, the whole case, what the row is about."""
    seen = members(CaseFile, Visibility.of(spec))
    own = {name: (_title(spec, name), kind) for name, kind in named_types(spec).items()}
    whole = {name: (member.title, member.annotation) for name, member in seen.items()}
    named = {"number": ("序号", int), **whole, **own, "calc": ("计算值", Calc)}
    return record_type("Row", tuple((name, title, kind) for name, (title, kind) in named.items()))


def at(context: Mapping[str, object] | Node, path: str) -> object:
    """Return what `path`, which the lint found to lead through records only, reaches in `context`."""
    here: object = context
    for step in path.split("."):
        if isinstance(here, Missing):
            return here
        assert isinstance(here, Mapping | Node)
        here = here[step]
    return here


def absent(context: Mapping[str, object], paths: tuple[str, ...]) -> tuple[Detail, ...]:
    """Return a detail for each value at `paths` (in the words of the template) that is absent from `context`."""
    return tuple(
        Detail(missing.path, missing.label, "缺少此项")
        for path in paths
        for missing in _absent(context, path.split("."))
    )


def _absent(here: Mapping[str, object] | Node, steps: list[str]) -> Iterator[Missing]:
    step, *rest = steps
    found = here[step.removesuffix("[]")]
    if isinstance(found, Missing):
        yield found
        return
    if not rest:
        return
    for one in found if isinstance(found, tuple) else (found,):
        assert isinstance(one, Node)
        yield from _absent(one, rest)


class _Scope:
    """Turns values of the case into what templates see."""

    def __init__(self, visibility: Visibility, people: People, base: str = "") -> None:
        self.visibility = visibility
        self.people = people
        self._base = base

    @classmethod
    def of(cls, spec: FormSpec, case: CaseFile, pi_mode: PiMode | None = None, *, base: str = "") -> "_Scope":
        visibility = Visibility.of(spec, pi_mode)
        return cls(visibility, People(case, visibility.pi_mode), base)

    def from_root(self, place: str) -> str:
        """Return the path of a place of the case file."""
        return f"{self._base}.{place}" if self._base else place

    def seen(self, value: object, path: str, label: str) -> object:
        """Return `value` as templates see it: absent ones named, records opened one by one."""
        if value is None or value == ():
            return Missing(path, label)
        if is_record(type(value)):
            return Node(_Record(self, value, path, label), path)
        if isinstance(value, tuple) and is_record(type(value[0])):
            return tuple(self.seen(one, f"{path}[{index}]", label) for index, one in enumerate(value))
        return value


class _Record(Mapping[str, object]):
    """One record of the case, read member by member as the template asks."""

    __slots__ = ("_label", "_members", "_path", "_record", "_scope", "_seen")

    def __init__(self, scope: _Scope, record: Any, path: str, label: str) -> None:  # noqa: ANN401 - any record
        self._scope = scope
        self._record = record
        self._path = path
        self._label = label
        kind: type = type(record)
        self._members: Mapping[str, Member] = members(kind, scope.visibility)
        self._seen: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        if name not in self._seen:
            self._seen[name] = self._read(name, self._members[name])
        return self._seen[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def _read(self, name: str, member: Member) -> object:
        value = member.read(self._record, self._scope.people)
        label = f"{self._label} › {member.title}" if self._label else member.title
        if isinstance(value, Found):
            return self._found(value, label)
        if isinstance(value, tuple) and value and isinstance(value[0], Found):
            return tuple(self._found(one, label) for one in value)
        return self._scope.seen(value, self._below(name), label)

    def _found(self, found: Found, label: str) -> object:
        path = self._scope.from_root(found.place) if found.from_root else self._below(found.place)
        return self._scope.seen(found.part, path, label)

    def _below(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name
