"""A form filled: the template of a form rendered for one subject, with its text for the checks of the rules.

Rule enforced here: either the whole document or an error that names every missing field at once.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Protocol
from zipfile import ZipFile

from docgen.editions import Edition
from docgen.errors import Detail, InputError
from docgen.forms.contents import with_page_numbers
from docgen.forms.context import absent
from docgen.forms.spec import FormSpec

_PARTS = re.compile(r"word/(?:header\d*|document|footer\d*|footnotes)\.xml")
_PIECES = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>|<w:(tab|br)(?: [^>]*)?/>|</w:(p)>")
_BREAKS = {"tab": "\t", "br": "\n", "p": "\n"}


class Template(Protocol):
    """A compiled template."""

    def render(self, context: Mapping[str, object]) -> bytes:
        """Return the docx filled from `context`."""
        ...


@dataclass(frozen=True, slots=True)
class RenderedForm:
    """A filled form: the docx, and all that it says as plain text, one paragraph a line."""

    form_id: str
    edition: Edition
    docx: bytes
    text: str

    @property
    def sha256(self) -> str:
        """Return the digest of the docx."""
        return hashlib.sha256(self.docx).hexdigest()


def fill(spec: FormSpec, template: Template, context: Mapping[str, object], edition: Edition) -> RenderedForm:
    """Fill `template` from `context`.

    Raises:
        InputError: `missing_fields`, with a detail for every field that this edition demands or prints and the case
            does not have.
    """
    missing = absent(context, spec.demanded(edition))
    try:
        docx = with_page_numbers(template.render(context))
    except InputError as error:
        if error.code != "missing_fields":
            raise
        raise _missing(spec, missing + error.details) from error
    if missing:
        raise _missing(spec, missing)
    return RenderedForm(spec.form_id, edition, docx, text_of(docx))


def text_of(docx: bytes) -> str:
    """Return what a docx of our own says: headers, body and footers, one paragraph a line."""
    with ZipFile(BytesIO(docx)) as package:
        names = sorted(name for name in package.namelist() if _PARTS.fullmatch(name))
        return "".join(_text(package.read(name).decode("utf-8")) for name in names)


def _text(xml: str) -> str:
    return "".join(
        unescape(found[1]) if found[1] is not None else _BREAKS[found[2] or found[3]] for found in _PIECES.finditer(xml)
    )


def _missing(spec: FormSpec, details: tuple[Detail, ...]) -> InputError:
    paths = dict.fromkeys(detail.path for detail in details)
    outermost = [path for path in paths if not any(path.startswith(f"{other}.") for other in paths)]
    once = {detail.path: detail for detail in reversed(details)}
    named = tuple(once[path] for path in outermost)
    return InputError(
        f"《{spec.title}》缺少{len(named)}项内容：" + "、".join(detail.label for detail in named),
        code="missing_fields",
        remedy="在案卷中补填所列各项后重新生成",
        details=named,
    )
