"""Word files made into PDF/A-2b files: `open_converter(uri)`, with a check before and a check after every conversion.

`rdocx:` is embedded and needs nothing; `libreoffice:` drives an installed LibreOffice. Another converter is one module
and one line in `_SCHEMES`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from docgen.convert.checked import CheckedConverter
from docgen.convert.libreoffice import open_libreoffice
from docgen.convert.pooled import PooledConverter
from docgen.convert.port import Converter, Engine, Pdf
from docgen.convert.rdocx import open_rdocx, referred_pages
from docgen.convert.references import page_references
from docgen.errors import DeclarationError

__all__ = ["Converter", "Pdf", "open_converter", "page_references", "referred_pages"]

_SCHEMES: Final[Mapping[str, Callable[[Mapping[str, str]], Engine]]] = {
    "rdocx": open_rdocx,
    "libreoffice": open_libreoffice,
}
_EMBEDDED: Final = frozenset({"rdocx"})


def open_converter(uri: str = "rdocx:", *, workers: int = 1) -> Converter:
    """Return the converter that `uri` names: `rdocx:`, or `libreoffice:` with options like `?documents=100&timeout=60`.

    With `workers`, many documents begun one after the other are drawn by as many processes at the same time, where the
    engine is embedded; LibreOffice is a process of its own.

    Raises:
        DeclarationError: no such converter or option (`converter_unknown`, `converter_option`).
        BackendError: the program it needs is not installed (`soffice_missing`).
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme not in _SCHEMES or (rest and not rest.startswith("?")):
        known = "、".join(f"{name}:" for name in _SCHEMES)
        raise DeclarationError(f"没有这种转换方式，可用的有 {known}", code="converter_unknown")
    options = dict(parse_qsl(rest.removeprefix("?"), keep_blank_values=True))
    opened = partial(_opened, scheme, options)
    return PooledConverter(opened, workers) if workers > 1 and scheme in _EMBEDDED else opened()


def _opened(scheme: str, options: Mapping[str, str]) -> CheckedConverter:
    return CheckedConverter(_SCHEMES[scheme](options))
