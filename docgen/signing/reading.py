"""PDF files as verification reads them: strictly, but for what widespread programs do and every viewer reads alike.

Three things are let pass that pyHanko's strict reading refuses: an update that reuses the number of a table kept as a
stream (PDFBox), a reference to an object that is not there (null, ISO 32000-2, 7.3.10), and two tables side by side
that say the same. Whatever else is broken makes the file unreadable: there viewers may differ from us.
"""

import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from pyhanko.pdf_utils.generic import NullObject, Reference
from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef, XRefCache, XRefSection, XRefSectionType, _check_xref_consistency

_CONTENT: Final = frozenset({"/Root", "/Info", "/Encrypt"})
"""What of a trailer readers know; programs keep lists of their own beside it."""


class _Tables(XRefCache):
    """Cross-reference tables of a file in which objects may be missing."""

    def get_introducing_revision(self, ref: Reference) -> int:
        """Return the revision that brought `ref`; one before all where none did."""
        try:
            return int(super().get_introducing_revision(ref))
        except KeyError:
            return -1

    @property
    def sections(self) -> list[XRefSection]:
        """The tables, the oldest first."""
        return _sections(self)


def _sections(tables: XRefCache) -> list[XRefSection]:
    return list(tables._xref_sections)  # noqa: SLF001 - not to be had otherwise


class Reader(PdfFileReader):
    """A file being verified."""

    def __init__(self, pdf: bytes) -> None:
        """Read the tables of `pdf`; raises what the parser raises where it is no PDF that everybody reads alike."""
        try:
            super().__init__(io.BytesIO(pdf), strict=True)
        except PdfStrictReadError:
            super().__init__(io.BytesIO(pdf), strict=False)
            self.strict = True
            self._reused_numbers_only()
        self.xrefs: _Tables = _Tables(self, _sections(self.xrefs))

    def _read_object(self, ref: Reference, marker: int | ObjStreamRef | None, *rest: bool, **more: bool) -> Any:  # noqa: ANN401
        if marker is not None:
            return super()._read_object(ref, marker, *rest, **more)
        nothing = NullObject()
        nothing.container_ref = ref
        return nothing

    def _reused_numbers_only(self) -> None:
        """Check the tables as strict reading does, but for numbers of table streams that are used again."""
        if "/Encrypt" in self.trailer:
            raise PdfStrictReadError("numbers of table streams used again in an encrypted file")
        sections = _sections(self.xrefs)
        for section in sections:
            data = section.xref_data
            if max([*data.standard_xrefs, *data.xrefs_in_objstm], default=0) >= section.meta_info.size:
                raise PdfStrictReadError("an object beyond the size of its table")
        _check_xref_consistency([replace(one, meta_info=replace(one.meta_info, stream_ref=None)) for one in sections])


def contradictory_after(reader: Reader, revision: int) -> bool:
    """Whether an update after `revision` has two tables that do not say the same (ISO 32000-2, 7.5.8.4)."""
    return any(
        one.meta_info.xref_section_type is XRefSectionType.HYBRID_MAIN and not _same(one)
        for one in reader.xrefs.sections[revision + 1 :]
    )


def _same(section: XRefSection) -> bool:
    beside = section.xref_data.hybrid
    if beside is None or beside.xref_data.xrefs_in_objstm:
        return False
    own = section.xref_data.standard_xrefs
    return all(own.get(number) == place for number, place in beside.xref_data.standard_xrefs.items())


def freed(old: HistoricalResolver, new: HistoricalResolver) -> bool:
    """Whether a number is given up in `new` that stood for an object in `old`."""
    return any(_exists(old, ref.idnum) for ref in new.refs_freed_in_revision())  # type: ignore[no-untyped-call]


def missing_filled(old: HistoricalResolver, new: HistoricalResolver) -> bool:
    """Whether `new` brings an object that `old` refers to without having it: it would appear where it was missing."""
    tables = old.reader.xrefs
    present: Iterable[Reference] = new.explicit_refs_in_revision()  # type: ignore[no-untyped-call]
    brought = [ref for ref in present if tables.get_historical_ref(ref, old.revision) is None]
    if not brought:
        return False
    old._load_reverse_xref_cache()  # type: ignore[no-untyped-call]  # noqa: SLF001 - the comparison needs it anyway
    wanted = (path for ref in brought for path in old._get_usages_of_ref(ref))  # noqa: SLF001
    return any(next(iter(path), "") in _CONTENT for path in wanted)


def _exists(resolver: HistoricalResolver, number: int) -> bool:
    reader = resolver.reader
    found = {
        generation
        for section in reader.xrefs.sections[: resolver.revision + 1]  # type: ignore[attr-defined]
        for generation in _generations(section, number)
    }
    return any(
        reader.xrefs.get_historical_ref(Reference(number, generation, reader), resolver.revision) is not None
        for generation in found
    )


def _generations(section: XRefSection, number: int) -> Iterable[int]:
    beside = section.xref_data.hybrid
    for data in (section.xref_data, *([beside.xref_data] if beside else [])):
        if number in data.xrefs_in_objstm:
            yield 0
        if number in data.standard_xrefs:
            yield data.standard_xrefs[number][0]
