"""Notes that somebody added to the pages of a certified file: only kinds that cannot cover what is signed.

A comment, or a mark of text drawn by the viewer itself: nothing with an appearance of its own, an action or a target.
"""

from collections.abc import Iterator
from typing import Final

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, Reference
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis.commons import compare_dicts

_KINDS: Final = frozenset({"/Text", "/Popup", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly"})
_REFERENCES: Final = frozenset({"/P", "/Popup", "/Parent", "/IRT"})
_KEYS: Final = _REFERENCES | {
    *("/Type", "/Subtype", "/Rect", "/QuadPoints", "/Contents", "/NM", "/M", "/T", "/Subj", "/CreationDate"),
    *("/C", "/CA", "/F", "/Open", "/Name", "/RT", "/State", "/StateModel", "/Border"),
}
_MOST_PAGES: Final = 20_000


def notes_added(old: HistoricalResolver, new: HistoricalResolver) -> Iterator[Reference]:
    """Yield the objects of `new` that differ from `old` by harmless notes added to pages, and by nothing else."""
    pages = dict(_pages(old))
    for place, page in _pages(new):
        before = pages.get(place)
        if before is not None and (added := list(_added(old, before, page))):
            yield place
            yield from added


def _pages(resolver: HistoricalResolver) -> Iterator[tuple[Reference, DictionaryObject]]:
    waiting: list[PdfObject] = [resolver.root.raw_get("/Pages")]
    for _ in range(_MOST_PAGES):
        if not waiting:
            return
        one = waiting.pop()
        if not isinstance(one, IndirectObject):
            continue
        node = one.get_object()  # type: ignore[no-untyped-call]
        if not isinstance(node, DictionaryObject):
            continue
        if "/Kids" in node:
            waiting += list(node["/Kids"])
        else:
            yield one.reference, node


def _added(old: HistoricalResolver, before: DictionaryObject, page: DictionaryObject) -> Iterator[Reference]:
    if not compare_dicts(before, page, ignored=frozenset({"/Annots"}), raise_exc=False):
        return
    had, has = _annotations(before), _annotations(page)
    fresh = [one for one in has[len(had) :] if isinstance(one, IndirectObject)]
    if not fresh or has != had + fresh or not all(_harmless(old, one, fresh) for one in fresh):
        return
    yield from (one.reference for one in fresh)
    listed = page.raw_get("/Annots")
    kept = before.raw_get("/Annots") if "/Annots" in before else listed
    if isinstance(listed, IndirectObject) and (kept == listed or old.is_ref_unassignable(listed.reference)):
        yield listed.reference


def _annotations(page: DictionaryObject) -> list[PdfObject]:
    if "/Annots" not in page or not isinstance(page["/Annots"], ArrayObject):
        return []
    return list(page["/Annots"])


def _harmless(old: HistoricalResolver, one: IndirectObject, fresh: list[IndirectObject]) -> bool:
    note = one.get_object()  # type: ignore[no-untyped-call]
    if not isinstance(note, DictionaryObject) or not {"/Subtype"} <= set(note) <= _KEYS:
        return False
    if note["/Subtype"] not in _KINDS:
        return False
    if not old.is_ref_unassignable(one.reference):
        return False
    for key in note:
        value = note.raw_get(key)
        if isinstance(value, IndirectObject):
            if key not in _REFERENCES or (key != "/P" and value not in fresh):
                return False
        elif isinstance(value, DictionaryObject) or (isinstance(value, ArrayObject) and not _flat(value)):
            return False
    return True


def _flat(value: ArrayObject) -> bool:
    return not any(isinstance(part, (DictionaryObject, ArrayObject, IndirectObject)) for part in value)
