"""What was done to a file after it was signed, and whether every signature before it allows that.

Each update is compared with the revision before it once, under the strictest of all signatures it follows, and each
signature's revision with the last one under its own terms: no update escapes, and n signatures do not cost n squared.
Stricter than pyHanko's policy in what a document says about itself (title, author, subject), wider in notes where a
certification allows them (DocMDP 3), as far as they cannot cover anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionType
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    GenericFieldModificationRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.constants import VALUE_UPDATE_KEYS
from pyhanko.sign.diff_analysis.rules_api import QualifiedWhitelistRule, ReferenceUpdate
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from docgen.signing.notes import notes_added

_TOLD: Final = ("/Title", "/Author", "/Subject", "/Keywords")
_DUBLIN: Final = "{http://purl.org/dc/elements/1.1/}"
_DESCRIBED: Final = tuple(_DUBLIN + name for name in ("title", "creator", "description", "subject"))
_LIMIT: Final = {
    None: ModificationLevel.FORM_FILLING,
    MDPPerm.NO_CHANGES: ModificationLevel.LTA_UPDATES,
    MDPPerm.FILL_FORMS: ModificationLevel.FORM_FILLING,
    MDPPerm.ANNOTATE: ModificationLevel.ANNOTATIONS,
}


class _InfoRule(DocInfoRule):
    """Lets dates and the name of the program change, not what the document says it is."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        if _told(old) != _told(new):
            raise SuspiciousModification("title, author, subject or keywords changed")
        return super().apply(old, new)


class _MetadataRule(MetadataUpdateRule):
    """The same for XMP, which may also be added with what /Info says already."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        allowed = list(super().apply(old, new))  # refuses what is not XMP
        before, after = _described(old), _described(new)
        if after != before and not (before is None and after is not None and after <= set(_told(old))):
            raise SuspiciousModification("XMP title, creator, description or subject changed")
        return allowed


class _NotesRule(QualifiedWhitelistRule):
    """Notes added to a page, at the level of annotations."""

    def apply_qualified(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[tuple[ModificationLevel, ReferenceUpdate]]:
        return ((ModificationLevel.ANNOTATIONS, ReferenceUpdate(one)) for one in notes_added(old, new))


class _Locks(FieldMDPSpec):
    """The fields that any of several signatures locks."""

    def __init__(self, specs: Sequence[FieldMDPSpec]) -> None:
        super().__init__(FieldMDPAction.ALL)
        object.__setattr__(self, "specs", tuple(specs))

    def is_locked(self, field_name: str) -> bool:
        """Whether one of the signatures locks the field."""
        return any(one.is_locked(field_name) for one in self.__dict__["specs"])


def _policy(*more: QualifiedWhitelistRule) -> StandardDiffPolicy:
    proof = ModificationLevel.LTA_UPDATES
    rules = (_InfoRule(), XrefStreamRule(), ObjectStreamRule(), DSSCompareRule(), _MetadataRule())  # type: ignore[no-untyped-call]
    catalogue = CatalogModificationRule()  # type: ignore[no-untyped-call]
    created = SigFieldCreationRule()  # type: ignore[no-untyped-call]
    filled = GenericFieldModificationRule(value_update_keys=VALUE_UPDATE_KEYS - {"/F"})  # filling a field hides none
    return StandardDiffPolicy(
        global_rules=[catalogue, *(rule.as_qualified(proof) for rule in rules), *more],
        form_rule=FormUpdatingRule([created, SigFieldModificationRule(), filled]),
    )


_STRICT: Final = _policy()
_WITH_NOTES: Final = _policy(_NotesRule())


@dataclass(frozen=True, slots=True)
class _Terms:
    """What signatures allow afterwards."""

    permission: MDPPerm | None = None
    locks: tuple[FieldMDPSpec, ...] = ()

    def of(self, one: EmbeddedPdfSignature) -> "_Terms":
        """Return the terms with those of another signature: the stricter permission, the locks of both."""
        both = [level for level in (self.permission, one.docmdp_level) if level is not None]
        locks = (*self.locks, one.fieldmdp) if one.fieldmdp is not None else self.locks
        return _Terms(min(both, key=lambda level: level.value, default=None), locks)


class Changes:
    """The updates of a file after its signatures."""

    def __init__(self, reader: PdfFileReader, signatures: Sequence[EmbeddedPdfSignature]) -> None:
        """Look at the updates of `reader` that follow its `signatures` (in order); raises what the parsers raise."""
        self._reader = reader
        self._signatures = signatures
        self._last = reader.xrefs.total_revisions - 1
        self._levels: dict[int, ModificationLevel] = {}

    def allowed_by(self, one: EmbeddedPdfSignature) -> bool:
        """Whether `one`, its integrity computed, covers its revision and allows all that follows."""
        coverage, begin = one.coverage, one.signed_revision
        if coverage is SignatureCoverageLevel.ENTIRE_FILE:
            return True
        if coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
            return False
        limit = _LIMIT[one.docmdp_level].value
        if any(self._update(revision).value > limit for revision in range(begin + 1, self._last + 1)):
            return False
        return self._last <= begin + 1 or self._compared(begin, self._last, _Terms().of(one)).value <= limit

    def _update(self, revision: int) -> ModificationLevel:
        if revision not in self._levels:
            terms = _Terms()
            for one in self._signatures:
                if one.signed_revision < revision:
                    terms = terms.of(one)
            self._levels[revision] = self._compared(revision - 1, revision, terms)
        return self._levels[revision]

    def _compared(self, old: int, new: int, terms: _Terms) -> ModificationLevel:
        before, after = (self._reader.get_historical_resolver(one) for one in (old, new))
        policy = _WITH_NOTES if terms.permission is MDPPerm.ANNOTATE else _STRICT
        try:
            if before.trailer_view.get("/Encrypt") != after.trailer_view.get("/Encrypt"):
                return ModificationLevel.OTHER
            found: DiffResult = policy.apply(
                before, after, field_mdp_spec=_Locks(terms.locks) if terms.locks else None, doc_mdp=terms.permission
            )
        except SuspiciousModification:
            return ModificationLevel.OTHER
        return found.modification_level


def hybrid_after(reader: PdfFileReader, revision: int) -> bool:
    """Whether an update after `revision` has two tables that may contradict each other (ISO 32000-2, 7.5.8.4)."""
    return any(
        reader.xrefs.get_xref_container_info(one).xref_section_type is XRefSectionType.HYBRID_MAIN
        for one in range(revision, reader.xrefs.total_revisions)
    )


def _told(resolver: HistoricalResolver) -> tuple[str, ...]:
    trailer = resolver.trailer_view
    if "/Info" not in trailer or not isinstance(trailer["/Info"], DictionaryObject):
        return ("",) * len(_TOLD)
    info = trailer["/Info"]
    return tuple(str(info[key]) if key in info else "" for key in _TOLD)


def _described(resolver: HistoricalResolver) -> set[str] | None:
    if "/Metadata" not in resolver.root:
        return None
    stream = resolver.root.get_value_as_reference("/Metadata").get_object()
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    if not isinstance(stream, StreamObject):
        raise SuspiciousModification("/Metadata is no stream")
    data = stream.read_data(DecodePurpose.XMP_METADATA)
    tree = etree.fromstring(data, parser)
    return {"".join(str(text) for text in one.itertext()).strip() for one in tree.iter(*_DESCRIBED)} - {""}
