"""Forms checked before any case is seen: declaration, tags, look. Every fault of every form at once."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from docgen.case.casefile import CaseFile
from docgen.errors import DeclarationError
from docgen.forms.catalogue import HOUSE, Form, read_form, stems
from docgen.forms.context import root_types
from docgen.forms.faults import FormFault
from docgen.forms.filters import FILTERS
from docgen.forms.look import look
from docgen.forms.ooxml import style_names
from docgen.forms.reading import annotation_at, members
from docgen.forms.spec import WHOLE_CASE, FormSpec
from docgen.forms.subjects import named_types, required
from docgen.forms.visibility import Visibility
from docgen.numbering import placeholders
from docgen.template import Reads, check_template, reads

ALLOCATED = frozenset({"case", "n", "nn", "nnn", "nnnn", "YYYY", "YYYYMM", "YYYYMMDD"})
"""Parts of a number that issuing knows; a form with others takes its number from the case (`number_from`)."""


def lint(*folders: Path) -> tuple[FormFault, ...]:
    """Return every fault of every form in `folders`.

    Raises:
        NotFoundError: `no_folder`.
        DeclarationError: `template_unreadable`, where a folder's house is no docx.
    """
    return tuple(fault for folder in folders for fault in _folder(folder))


def form_reads(form: Form) -> Reads:
    """Return the paths that the template of `form` prints and decides on, with their Chinese labels.

    Raises:
        DeclarationError: the docx cannot be read.
    """
    visibility = Visibility.of(form.spec)
    found = reads(
        form.source,
        root_types(form.spec),
        filters=FILTERS,
        member=_member(visibility),
        names=lambda owner: members(owner, visibility),
        title=lambda owner, name: one.title if (one := members(owner, visibility).get(name)) else None,
    )
    own = {name: one.title for name, one in members(CaseFile, visibility).items()} | {"rows": "台账的行"}
    printed, tested = (
        {path: label or own.get(path, "") for path, label in group.items()} for group in (found.printed, found.tested)
    )
    return Reads(printed, tested)


def _folder(folder: Path) -> Iterator[FormFault]:
    house = folder / f"{HOUSE}.docx"
    styles = frozenset(style_names(house.read_bytes()).values()) if house.is_file() else None
    for stem in stems(folder):
        try:
            yield from lint_form(read_form(folder, stem), styles)
        except DeclarationError as error:
            for detail in error.details:
                file, _, key = detail.path.partition(" › ")
                yield FormFault(file, key, detail.code or error.code, detail.message)


def lint_form(form: Form, house_styles: frozenset[str] | None = None) -> tuple[FormFault, ...]:
    """Return every fault of one form; `house_styles` are the names of the styles it may use, if it has a house."""
    file = f"{form.spec.form_id}.docx"
    try:
        declared = tuple(_declaration(form.spec))
        looks = tuple(look(form.spec, form.source, house_styles))
    except DeclarationError as error:
        return (FormFault(file, "", error.code, error.message, error.remedy),)
    return (*declared, *_tags(form), *looks)


def _tags(form: Form) -> Iterator[FormFault]:
    visibility = Visibility.of(form.spec)
    spec = form.spec
    faults = check_template(
        form.source,
        root_types(spec),
        filters=FILTERS,
        requires=spec.requires + spec.requires_signing + spec.requires_record,
        member=_member(visibility),
        names=lambda owner: members(owner, visibility),
    )
    for fault in faults:
        place = f"{fault.part}{fault.place}" + (f"「{fault.source}」" if fault.source else "")
        yield FormFault(f"{spec.form_id}.docx", place, fault.code, fault.message, fault.suggestion)


def _member(visibility: Visibility) -> Any:  # noqa: ANN401 - the checker's hook
    def annotation(owner: type, name: str) -> Any:  # noqa: ANN401 - any annotation
        found = members(owner, visibility).get(name)
        return found and found.annotation

    return annotation


def _declaration(spec: FormSpec) -> Iterator[FormFault]:
    roots, visibility = root_types(spec), Visibility.of(spec)
    paths = {
        "requires": spec.requires,
        "requires_signing": spec.requires_signing,
        "requires_record": spec.requires_record,
        "requires_archive": spec.requires_archive,
    }
    paths["number_from"] = (spec.number_from,) if spec.number_from else ()
    paths["header_from"] = (spec.header_from,) if spec.header_from else ()
    for key, named in paths.items():
        for path in named:
            if annotation_at(roots, visibility, path) is None:
                yield _fault(spec, key, "unknown_path", f"{path} 不是模板可用的字段")
    for key in ("requires_signing", "requires_record", "requires_archive"):
        for path in paths[key]:
            if path.split(".")[0] in {"calc", "doc"}:
                yield _fault(spec, key, "not_of_case", f"{path} 不在案卷中，不能决定版本和归档")
    yield from _number(spec)
    yield from _row_order(spec, roots, visibility)
    yield from _opening(spec, roots, visibility)
    yield from _where(spec, named_types(spec), visibility)


def _number(spec: FormSpec) -> Iterator[FormFault]:
    try:
        others = placeholders(spec.number) - (ALLOCATED - {"case"} if spec.is_ledger else ALLOCATED)
    except DeclarationError as error:
        yield _fault(spec, "number", error.code, error.message)
        return
    kinds = () if spec.is_ledger else named_types(spec).values()
    others = frozenset(name for name in others if not any(_is_number_part(kind, name) for kind in kinds))
    if others and spec.number_from is None:
        yield _fault(spec, "number", "number_unknown", "编号含案卷字段，须用 number_from 指明取自何处")


def _is_number_part(kind: type[BaseModel], name: str) -> bool:
    """Tell whether every `kind` has a text or a number of this `name`."""
    info = kind.model_fields.get(name)
    return (
        info is not None
        and info.is_required()
        and isinstance(info.annotation, type)
        and issubclass(info.annotation, str | int)
    )


def _row_order(spec: FormSpec, roots: Mapping[str, Any], visibility: Visibility) -> Iterator[FormFault]:
    named: list[tuple[str, str, tuple[type, ...]]] = [
        ("rows_by", path, (str, int, Decimal, dt.date)) for path in spec.rows_by
    ]
    named += [("rows_from", path, (dt.date,)) for path in (spec.rows_from,) if path]
    for key, path, kinds in named:
        found = required(annotation_at(roots, visibility, f"rows[].{path}"))
        if not (isinstance(found, type) and issubclass(found, kinds)):
            yield _fault(spec, key, "unknown_path", f"{path} 不是每行都有的{'日期' if key == 'rows_from' else '值'}")


def _opening(spec: FormSpec, roots: Mapping[str, Any], visibility: Visibility) -> Iterator[FormFault]:
    if spec.opens_on:
        found = required(annotation_at(roots, visibility, spec.opens_on))
        if not (isinstance(found, type) and issubclass(found, dt.date)) or issubclass(found, dt.datetime):
            yield _fault(spec, "opens_on", "unknown_path", f"{spec.opens_on} 不是日期")


def _where(spec: FormSpec, names: Mapping[str, Any], visibility: Visibility) -> Iterator[FormFault]:
    if (path := spec.only_with) and not _is_field(spec, names, path):
        yield _fault(spec, "only_with", "unknown_path", f"{path} 不是对象的字段")
    for path, wanted in spec.where.items():
        found = required(annotation_at(names, visibility, path))
        if not (isinstance(found, type) and issubclass(found, Enum)) or path.count(".") != 1:
            yield _fault(spec, "where", "unknown_path", f"{path} 不是对象的枚举字段")
        elif wanted not in {member.value for member in found}:
            yield _fault(spec, "where", "unknown_value", f"{path} 没有所列取值")


def _is_field(spec: FormSpec, names: Mapping[str, Any], path: str) -> bool:
    if spec.about == WHOLE_CASE:
        return path in CaseFile.model_fields
    name, _, field = path.partition(".")
    return name in names and field in names[name].model_fields


def _fault(spec: FormSpec, key: str, code: str, message: str) -> FormFault:
    return FormFault(f"{spec.form_id}.toml", key, code, message)
