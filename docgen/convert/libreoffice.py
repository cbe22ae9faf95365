"""The production converter: a warm LibreOffice, started anew when it crashes, hangs or has made many documents."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pydantic

from docgen.convert.dress import dressed
from docgen.convert.office import START_SECONDS, Office, environment
from docgen.convert.package import pack
from docgen.convert.source import Feature, Source
from docgen.convert.typefaces import Family
from docgen.errors import BackendError, DeclarationError, Detail

_INSTALL: Final = (
    "安装 LibreOffice Writer 及其 Python 接口（Debian：libreoffice-writer-nogui python3-uno），或改用 rdocx: 转换"
)


class Options(pydantic.BaseModel):
    """What the operator may set, as the query of the URI.

    `documents`: conversions before LibreOffice is started anew; `timeout`: seconds for one conversion; `soffice` and
    `python`: the programs, where they are not found by themselves; `python` must be able to `import uno`.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    documents: int = pydantic.Field(default=200, ge=1, le=100_000)
    timeout: int = pydantic.Field(default=60, ge=1, le=3_600)
    soffice: str = "soffice"
    python: str = ""


class LibreOffice:
    """The drawing by LibreOffice; conversions queue up for the one process."""

    refuses: frozenset[Feature] = frozenset()
    outlines_watermarks = True

    def __init__(self, options: Options, soffice: str, python: str, version: str) -> None:
        """Use the programs `soffice` and `python`, which were found to work."""
        self.name = version
        self._options, self._soffice, self._python = options, soffice, python
        self._office: Office | None = None
        self._lock = threading.Lock()

    def draw(self, source: Source, rare: frozenset[str]) -> bytes:
        """Return the PDF/A-2b of `source`, in the full fonts if it has `rare` characters.

        Taking only those from another font would draw them after the rest of their line, where a search misses them.

        Raises:
            BackendError: it took too long (`conversion_timeout`), or LibreOffice failed or crashed twice
                (`conversion_failed`).
        """
        docx = pack(dressed(source.package, name_of=_full_name if rare else str))
        with self._lock:
            try:
                return self._converted(docx)
            except BrokenPipeError:  # it crashed, which may be the fault of an earlier document
                return self._converted(docx, last=True)

    def close(self) -> None:
        """Stop LibreOffice."""
        with self._lock:
            self._stop()

    def _converted(self, docx: bytes, *, last: bool = False) -> bytes:
        if self._office is not None and self._office.conversions >= self._options.documents:
            self._stop()
        try:
            self._office = self._office or Office(self._soffice, self._python)
            return self._office.convert(docx, self._options.timeout)
        except TimeoutError as error:
            self._stop()
            raise BackendError(
                f"LibreOffice 在 {self._options.timeout} 秒内没有完成转换",
                code="conversion_timeout",
                remedy="稍后重试，或调大 timeout",
            ) from error
        except BrokenPipeError as error:
            self._stop()
            if not last:
                raise
            raise BackendError("LibreOffice 转换时崩溃", code="conversion_failed", remedy=_INSTALL) from error

    def _stop(self) -> None:
        if self._office is not None:
            self._office.stop()
            self._office = None


def open_libreoffice(options: Mapping[str, str]) -> LibreOffice:
    """Return the engine on the installed LibreOffice, which starts at the first conversion.

    Raises:
        DeclarationError: an option is unknown or out of range (`converter_option`).
        BackendError: LibreOffice or its Python interface is not installed (`soffice_missing`).
    """
    try:
        settings = Options.model_validate(options)
    except pydantic.ValidationError as error:
        details = [
            Detail(str(fault["loc"][0]), "选项", "没有这个选项或取值不合适")
            for fault in error.errors(include_input=False)
        ]
        raise DeclarationError("libreoffice: 转换的选项有误", code="converter_option", details=details) from error
    soffice = shutil.which(settings.soffice)
    if soffice is None:
        raise BackendError("没有安装 LibreOffice", code="soffice_missing", remedy=_INSTALL)
    return LibreOffice(settings, soffice, _python_with_uno(settings.python, soffice), _version(soffice))


def _full_name(family: Family) -> str:
    return {Family.SERIF: "Noto Serif SC", Family.SANS: "Noto Sans SC"}[family]


def _python_with_uno(named: str, soffice: str) -> str:
    beside = Path(soffice).resolve().parent / "python"
    candidates = [named] if named else ["/usr/bin/python3", str(beside), shutil.which("python3") or ""]
    for candidate in candidates:
        if shutil.which(candidate) and _succeeds(candidate, "-I", "-c", "import uno"):
            return candidate
    raise BackendError("没有可用的 LibreOffice Python 接口（uno）", code="soffice_missing", remedy=_INSTALL)


def _succeeds(*command: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        return _run(Path(folder), *command).returncode == 0


def _version(soffice: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        words = _run(Path(folder), soffice, "--version").stdout.split()
    return " ".join(words[:2]) or "LibreOffice"


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - programs named by the operator
        command, env=environment(folder), capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
