"""Word files made into PDF/A-2b files: `open_converter(uri)`, with a check before and a check after every conversion.

`rdocx:` is embedded and needs nothing; `libreoffice:` drives an installed LibreOffice. Another converter is one module
and one line in `_SCHEMES`.
"""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from docgen.convert.checked import CheckedConverter
from docgen.convert.libreoffice import open_libreoffice
from docgen.convert.port import Converter, Engine, Pdf
from docgen.convert.rdocx import open_rdocx, referred_pages
from docgen.convert.references import page_references
from docgen.errors import DeclarationError

__all__ = ["Converter", "Pdf", "open_converter", "page_references", "referred_pages"]

_SCHEMES: Final[Mapping[str, Callable[[Mapping[str, str]], Engine]]] = {
    "rdocx": open_rdocx,
    "libreoffice": open_libreoffice,
}


def open_converter(uri: str = "rdocx:") -> Converter:
    """Return the converter that `uri` names: `rdocx:`, or `libreoffice:` with options like `?documents=100&timeout=60`.

    Raises:
        DeclarationError: no such converter or option (`converter_unknown`, `converter_option`).
        BackendError: the program it needs is not installed (`soffice_missing`).
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme not in _SCHEMES or (rest and not rest.startswith("?")):
        known = "、".join(f"{name}:" for name in _SCHEMES)
        raise DeclarationError(f"没有这种转换方式，可用的有 {known}", code="converter_unknown")
    options = dict(parse_qsl(rest.removeprefix("?"), keep_blank_values=True))
    return CheckedConverter(_SCHEMES[scheme](options))
