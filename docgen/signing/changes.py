"""What was done to a file after it was signed, and whether every signature before it allows that.

Each update is compared with the revision before it once, under the strictest of all signatures it follows, and each
signature's revision with the last one under its own terms: no update escapes, and n signatures do not cost n squared.
Stricter than pyHanko's policy in what a document says about itself (title, author, subject), in objects that a signed
page wanted and did not have, and in forms filled after a signature that does not say so; wider in notes where a
certification allows them (DocMDP 3), as far as they cannot cover anything, and in how proof is kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from lxml import etree
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
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
from docgen.signing.proof import ProofRule
from docgen.signing.reading import Reader, freed, missing_filled

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


def _policy(*more: QualifiedWhitelistRule, filling: bool = True) -> StandardDiffPolicy:
    proof = ModificationLevel.LTA_UPDATES
    rules = (_InfoRule(), XrefStreamRule(), ObjectStreamRule(), ProofRule(), _MetadataRule())  # type: ignore[no-untyped-call]
    catalogue = CatalogModificationRule()  # type: ignore[no-untyped-call]
    created = SigFieldCreationRule()  # type: ignore[no-untyped-call]
    filled = GenericFieldModificationRule(value_update_keys=VALUE_UPDATE_KEYS - {"/F"})  # filling a field hides none
    return StandardDiffPolicy(
        global_rules=[catalogue, *(rule.as_qualified(proof) for rule in rules), *more],
        form_rule=FormUpdatingRule([created, SigFieldModificationRule(), *([filled] if filling else [])]),
        reject_object_freeing=False,  # `freed` judges that
    )


_STRICT: Final = _policy()
_UNFILLED: Final = _policy(filling=False)
_WITH_NOTES: Final = _policy(_NotesRule())


class Since(Enum):
    """What happened to a file after a signature."""

    NOTHING = "nothing that it does not allow"
    FILLED = "a form was filled, and the signature does not say that this may be done"
    FORBIDDEN = "something that no signature allows, or that this one forbids"


@dataclass(frozen=True, slots=True)
class _Terms:
    """What signatures allow afterwards."""

    permission: MDPPerm | None = None
    locks: tuple[FieldMDPSpec, ...] = ()

    @property
    def silent(self) -> bool:
        """Whether nothing is said of forms."""
        return self.permission is None and not self.locks

    def of(self, one: EmbeddedPdfSignature) -> "_Terms":
        """Return the terms with those of another signature: the stricter permission, the locks of both."""
        both = [level for level in (self.permission, one.docmdp_level) if level is not None]
        locks = (*self.locks, one.fieldmdp) if one.fieldmdp is not None else self.locks
        return _Terms(min(both, key=lambda level: level.value, default=None), locks)


class Changes:
    """The updates of a file after its signatures."""

    def __init__(self, reader: Reader, signatures: Sequence[EmbeddedPdfSignature]) -> None:
        """Look at the updates of `reader` that follow its `signatures` (in order); raises what the parsers raise."""
        self._reader = reader
        self._signatures = signatures
        self._last = reader.xrefs.total_revisions - 1
        self._levels: dict[int, ModificationLevel | Since] = {}

    def since(self, one: EmbeddedPdfSignature) -> Since:
        """Tell what happened after `one`, its integrity computed, by its own terms and those before it."""
        coverage, begin = one.coverage, one.signed_revision
        if coverage is SignatureCoverageLevel.ENTIRE_FILE:
            return Since.NOTHING
        if coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
            return Since.FORBIDDEN
        limit = _LIMIT[one.docmdp_level].value
        levels = [self._update(revision) for revision in range(begin + 1, self._last + 1)]
        if self._last > begin + 1:
            levels.append(self._compared(begin, self._last, self._terms(one)))
        if any(not isinstance(level, Since) and level.value > limit for level in levels) or Since.FORBIDDEN in levels:
            return Since.FORBIDDEN
        return Since.FILLED if Since.FILLED in levels and self._terms(one).silent else Since.NOTHING

    def _terms(self, one: EmbeddedPdfSignature) -> _Terms:
        """Return the terms of one signature, under the certification of the document where there is one before it."""
        terms = _Terms().of(one)
        for other in self._signatures:
            if other.signed_revision < one.signed_revision and other.docmdp_level is not None:
                terms = _Terms(_Terms(terms.permission).of(other).permission, terms.locks)
        return terms

    def _update(self, revision: int) -> ModificationLevel | Since:
        if revision not in self._levels:
            terms = _Terms()
            for one in self._signatures:
                if one.signed_revision < revision:
                    terms = terms.of(one)
            self._levels[revision] = self._compared(revision - 1, revision, terms)
        return self._levels[revision]

    def _compared(self, old: int, new: int, terms: _Terms) -> ModificationLevel | Since:
        before, after = (self._reader.get_historical_resolver(one) for one in (old, new))
        return _difference(before, after, terms)


def _difference(before: HistoricalResolver, after: HistoricalResolver, terms: _Terms) -> ModificationLevel | Since:
    if before.trailer_view.get("/Encrypt") != after.trailer_view.get("/Encrypt"):
        return Since.FORBIDDEN
    if freed(before, after) or missing_filled(before, after):
        return Since.FORBIDDEN
    if not terms.silent:
        policy = _WITH_NOTES if terms.permission is MDPPerm.ANNOTATE else _STRICT
        return _by(policy, before, after, terms)
    found = _by(_UNFILLED, before, after, terms)
    if found is Since.FORBIDDEN and _by(_STRICT, before, after, terms) is not Since.FORBIDDEN:
        return Since.FILLED
    return found


def _by(
    policy: StandardDiffPolicy, before: HistoricalResolver, after: HistoricalResolver, terms: _Terms
) -> ModificationLevel | Since:
    locks = _Locks(terms.locks) if terms.locks else None
    try:
        found: DiffResult = policy.apply(before, after, field_mdp_spec=locks, doc_mdp=terms.permission)
    except SuspiciousModification:
        return Since.FORBIDDEN
    level = found.modification_level
    return Since.FORBIDDEN if level is ModificationLevel.OTHER else level


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
