"""Which subjects a form has in a case: one document each (`one_per` of the declaration).

`orders[].acceptances[]` walks every acceptance round of every order; the objects on the way become names in the
template: `order`, `acceptance`. A subject's key is what a person types: `PO20240418002/2`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from docgen.case.casefile import CaseFile
from docgen.case.values import Entity
from docgen.errors import DeclarationError, NotFoundError
from docgen.forms.spec import WHOLE_CASE, FormSpec


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing in a case that a form is about.

    `path` is its place in the case file (empty for the whole case), `key` what a person types to choose it (empty
    where a case has only one), `names` the objects that templates reach by name, with their paths.
    """

    path: str
    key: str
    names: Mapping[str, tuple[str, Entity]]


def subjects(spec: FormSpec, case: CaseFile) -> tuple[Subject, ...]:
    """Return what `spec` can be issued for in `case`, in the order of the case file; a ledger has none."""
    return () if spec.is_ledger else tuple(_found(spec, case))


def rows(spec: FormSpec, case: CaseFile) -> Iterator[Subject]:
    """Yield what the ledger `spec` has a row for in `case`, in the order of the case file."""
    assert spec.is_ledger
    return _found(spec, case)


def subject(spec: FormSpec, case: CaseFile, key: str = "") -> Subject:
    """Return the subject chosen by its `key` or path; without one, the only subject there is.

    Raises:
        NotFoundError: `no_subject` where there is none, or several to choose from; the remedy lists the keys.
    """
    found = subjects(spec, case)
    chosen = [one for one in found if key in (one.key, one.path)] if key else list(found)
    if len(chosen) == 1:
        return chosen[0]
    keys = "、".join(one.key for one in found) or "无"
    problem = "没有这个对象" if not chosen else "有多个对象，须指明一个"
    raise NotFoundError(f"《{spec.title}》在本案{problem}", code="no_subject", remedy=f"可选对象：{keys}")


def named_types(spec: FormSpec) -> dict[str, Any]:
    """Return the types of the names that a subject or row of `spec` brings into its template.

    Raises:
        DeclarationError: `bad_form` if `one_per` or `rows` is no path of entities of the case file.
    """
    if spec.about == WHOLE_CASE:
        return {}
    names: dict[str, Any] = {}
    here: Any = CaseFile
    for step in spec.about.split("."):
        field = here.model_fields.get(step.removesuffix("[]"))
        here = field and _entity_of(field.annotation, many=step.endswith("[]"))
        if here is None:
            key = "rows" if spec.is_ledger else "one_per"
            raise DeclarationError(f"表单 {spec.form_id} 的 {key} 不是案卷中的对象", code="bad_form")
        names[alias(step)] = here
    return names


def number_parts(found: Subject) -> dict[str, str | int]:
    """Return the texts and numbers of the subject's objects, which its document number may carry, by their names."""
    parts: dict[str, str | int] = {}
    for _, entity in found.names.values():
        own = {name: getattr(entity, name) for name in type(entity).model_fields}
        parts |= {
            name: part for name, part in own.items() if isinstance(part, str | int) and not isinstance(part, bool)
        }
    return parts


def alias(step: str) -> str:
    """Return the name of one step of a subject's path in templates: `orders[]` is `order`."""
    name = step.removesuffix("[]")
    return name[:-1] if step.endswith("s[]") and not name.endswith("ss") else name


def _found(spec: FormSpec, case: CaseFile) -> Iterator[Subject]:
    whole = Subject("", "", {})
    found = iter((whole,)) if spec.about == WHOLE_CASE else _walk(case, spec.about.split("."), whole)
    return (subject for subject in found if _matches(spec, case, subject))


def _walk(owner: Entity, steps: list[str], so_far: Subject) -> Iterator[Subject]:
    if not steps:
        yield so_far
        return
    step, *rest = steps
    name = step.removesuffix("[]")
    value = getattr(owner, name)
    if value is None:
        return
    many = step.endswith("[]")
    for index, entity in enumerate(value if many else (value,)):
        path = f"{so_far.path}.{name}".removeprefix(".") + (f"[{index}]" if many else "")
        key = "/".join(part for part in (so_far.key, _key(entity, index) if many else "") if part)
        yield from _walk(entity, rest, Subject(path, key, {**so_far.names, alias(step): (path, entity)}))


def _key(entity: Entity, index: int) -> str:
    """Name one element of a list as people do: by round or version, else by its own number, else by position."""
    fields = type(entity).model_fields
    own = [name for name in fields if name.endswith(("_no", "_id"))][:1]
    for name in [name for name in ("round", "version") if name in fields] + own:
        if (value := getattr(entity, name)) is not None:
            return str(value)
    return str(index + 1)


def _matches(spec: FormSpec, case: CaseFile, found: Subject) -> bool:
    if spec.only_with:
        whole = spec.about == WHOLE_CASE
        if not (getattr(case, spec.only_with) if whole else _value(found, spec.only_with)):
            return False
    return all(str(_value(found, path)) == wanted for path, wanted in spec.where.items())


def _value(found: Subject, path: str) -> object:
    name, _, field = path.partition(".")
    return getattr(found.names[name][1], field)


def _entity_of(annotation: Any, *, many: bool) -> type[Entity] | None:  # noqa: ANN401 - any annotation
    inner = required(annotation)
    if many:
        inner = get_args(inner)[0] if get_origin(inner) is tuple else None
    return inner if isinstance(inner, type) and issubclass(inner, Entity) else None


def required(annotation: Any) -> Any:  # noqa: ANN401 - any annotation
    """Return `annotation` without `| None` and without metadata."""
    if get_origin(annotation) is Annotated:
        return required(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        inner = [arg for arg in get_args(annotation) if arg is not NoneType]
        return required(inner[0]) if len(inner) == 1 else annotation
    return annotation
