"""The forms there are: every folder of templates, the later ones overriding single forms of the earlier.

Rule enforced here: a form is one TOML and one docx of the same stem in the same folder; a half of it is an error.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from docgen.errors import DeclarationError, Detail, NotFoundError
from docgen.forms.filters import FILTERS
from docgen.forms.spec import FormSpec, load_spec
from docgen.template import CompiledTemplate, TemplateCache, compile_template

HOUSE = "house"
"""Stem of the docx that holds the styles, the header and the footer of all forms of its folder."""


@dataclass(frozen=True)
class Form:
    """One form: its declaration and its template, which is compiled when first needed."""

    spec: FormSpec
    source: bytes
    folder: Path
    cache: TemplateCache | None = None

    @cached_property
    def template(self) -> CompiledTemplate:
        """Return the compiled template.

        Raises:
            DeclarationError: the docx is no acceptable template.
        """
        if self.cache:
            return self.cache.template(self.source, FILTERS)
        return compile_template(self.source, filters=FILTERS)

    @cached_property
    def sha256(self) -> str:
        """Return the digest of the template."""
        return hashlib.sha256(self.source).hexdigest()


class Catalogue:
    """All forms by their identifiers."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        """Hold `forms`, ordered by stage, then by identifier."""
        ordered = sorted(forms.items(), key=lambda item: (item[1].spec.stage, item[0]))
        self._forms: Mapping[str, Form] = dict(ordered)

    @classmethod
    def open(cls, *folders: Path, cache: TemplateCache | None = None) -> "Catalogue":
        """Read the forms of `folders`; a later folder overrides single forms of an earlier one.

        Their templates are compiled through `cache`, if there is one.

        Raises:
            DeclarationError: `bad_form`, with every fault of every declaration.
        """
        forms: dict[str, Form] = {}
        faults: list[Detail] = []
        for folder in folders:
            for stem in stems(folder):
                try:
                    forms[stem] = replace(read_form(folder, stem), cache=cache)
                except DeclarationError as error:
                    faults.extend(error.details)
        if faults:
            raise DeclarationError(
                f"表单声明有{len(faults)}处错误", code="bad_form", remedy="按所列文件和键逐处更正", details=faults
            )
        return cls(forms)

    def __iter__(self) -> Iterator[Form]:
        """Iterate over the forms by stage."""
        return iter(self._forms.values())

    def __len__(self) -> int:
        return len(self._forms)

    def __contains__(self, form_id: object) -> bool:
        return form_id in self._forms

    def get(self, form_id: str) -> Form:
        """Return the form of this identifier.

        Raises:
            NotFoundError: `no_form`; the remedy lists the forms there are.
        """
        try:
            return self._forms[form_id]
        except KeyError:
            known = "、".join(self._forms)
            raise NotFoundError("没有这种表单", code="no_form", remedy=f"可用表单：{known}") from None


def stems(folder: Path) -> list[str]:
    """Return the identifiers of the forms in `folder`, whole or half.

    Raises:
        NotFoundError: `no_folder`.
    """
    if not folder.is_dir():
        raise NotFoundError("没有这个模板文件夹", code="no_folder", remedy="检查模板文件夹的路径")
    found = {path.stem for path in folder.iterdir() if path.suffix in {".toml", ".docx"} and path.stem[:2] != "~$"}
    return sorted(found - {HOUSE})


def read_form(folder: Path, stem: str) -> Form:
    """Read one form.

    Raises:
        DeclarationError: `bad_form`, with every fault of the declaration or the half that is missing.
    """
    declaration, template = folder / f"{stem}.toml", folder / f"{stem}.docx"
    missing = [path.name for path in (declaration, template) if not path.is_file()]
    if missing:
        details = [Detail(name, "表单文件", "缺少此文件：表单由同名的 toml 和 docx 组成") for name in missing]
        raise DeclarationError("表单文件不全", code="bad_form", details=details)
    spec = load_spec(stem, declaration.read_bytes(), file=declaration.name)
    return Form(spec, template.read_bytes(), folder)
