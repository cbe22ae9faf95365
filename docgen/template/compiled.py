"""A Word template compiled once and filled many times: the same input gives the same bytes.

Everything that does not depend on the data is done at compile time: docxtpl's patching, Jinja's compilation, the proof
that the output is well-formed, the compression of what stays as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

from docxtpl import InlineImage

from docgen.errors import DeclarationError, Detail
from docgen.template.bound import Assembly, base_of, members_of, refuse_unknown_links, writer_of
from docgen.template.engine import TOO_COMPLEX, CompiledPart, Engine, LenientEngine, StrictEngine
from docgen.template.finish import finished
from docgen.template.infer import Vocabulary
from docgen.template.package import Entry, deflated, stored, zipped
from docgen.template.pictures import NO_PICTURE, Slot, with_slots
from docgen.template.run import Run
from docgen.template.scan import scan
from docgen.template.source import opened, read_source
from docgen.template.walk import Walk

__all__ = ["Compilation", "CompiledTemplate", "compile_template", "strict_engine"]

Filters = Mapping[str, Callable[..., Any]]
_ONCE = partial(deflated, level=9)


def compile_template(
    source: bytes, *, filters: Filters | None = None, autoescape: bool = True, strict: bool = True
) -> "CompiledTemplate":
    """Compile the docx `source`.

    A strict template is one of ours: sandboxed, escaped, complete or refused (see `strict` and `grammar`); `filters`
    are all it has. With `strict=False` any docxtpl template renders as docxtpl renders it, `filters` on top of Jinja's,
    except that footnotes are evaluated once, so that a user's `{{ 7*7 }}` stays text.

    Raises:
        DeclarationError: the package or the template is not acceptable; its `details` name every fault.

    """
    if strict and not autoescape:
        raise DeclarationError("严格模板总是转义文字", code="autoescape_required")
    return CompiledTemplate(source, filters or {}, autoescape=autoescape, strict=strict)


@dataclass(frozen=True, slots=True)
class Compilation:
    """What compiling makes of a template: its parts with tags, the slots of its charts, the links of its parts.

    `entries` are the members of the package in their order, finished or, where they are filled, by name.
    """

    parts: Sequence[CompiledPart]
    slots: Mapping[str, Slot]
    relations: Mapping[str, bytes]
    entries: Sequence[Entry | str]


class CompiledTemplate:
    """A template ready to be filled, from any number of threads at a time."""

    def __init__(
        self, source: bytes, filters: Filters, *, autoescape: bool, strict: bool, kept: Compilation | None = None
    ) -> None:
        self._source, self._filters, self._autoescape = source, dict(filters), autoescape
        self._engine: Engine = (
            strict_engine(self._filters) if strict else LenientEngine(self._filters, autoescape=autoescape)
        )
        self.compilation = kept or self._compiled(strict=strict)

    def _compiled(self, *, strict: bool) -> Compilation:
        taken_apart = read_source(self._source, strict=strict)
        slots: Mapping[str, Slot] = {}
        if strict:
            taken_apart, slots = with_slots(taken_apart)
        try:
            parts = [self._engine.compiled(part, taken_apart.properties) for part in taken_apart.parts]
        except TOO_COMPLEX as exc:
            raise DeclarationError("模板的标签嵌套过深或过长", code="template_too_complex") from exc
        except DeclarationError as exc:
            if not strict:
                raise
            raise _located(exc, self._source, self._filters) from exc
        relations = {name: data for name, data in taken_apart.members.items() if name.endswith(".rels")}
        filled = {part.name for part in taken_apart.parts} | {slot.member for slot in slots.values()}
        entries = [name if name in filled else stored(name, data, _ONCE) for name, data in taken_apart.members.items()]
        return Compilation(parts, slots, relations, entries)

    def render(self, context: Mapping[str, object], *, writer: object | None = None) -> bytes:
        """Return the template filled from `context`, as a docx.

        A foreign template may print docxtpl's images, sub-documents and rich text; `writer` is then the docxtpl
        template they were made with, needed only where rich text holds links and no image or sub-document tells.

        Raises:
            InputError: `missing_fields` with every absent field that would have been printed; `bad_character`,
                `filter_failed` … for a value that cannot be printed; `output_too_large`, `too_many_iterations`.
            DeclarationError: the template does what it may not.

        """
        if isinstance(self._engine, LenientEngine):
            writer = writer or writer_of(context)
            if writer is not None:
                return self._gathered(writer)._rendered(context)  # noqa: SLF001 - of the same class
        return self._rendered(context)

    def writer(self) -> Any:  # noqa: ANN401 - docxtpl has no types
        """Return a fresh `docxtpl.DocxTemplate` of this template to make images, sub-documents and links with."""
        return opened(self._source)

    def _gathered(self, writer: object) -> "CompiledTemplate":
        """Return this template with what `writer` has gathered for sub-documents and links: itself if nothing."""
        base = base_of(writer, self._source)
        if base == self._source or members_of(base) == self._untouched:
            return self
        return CompiledTemplate(base, self._filters, autoescape=self._autoescape, strict=False)

    @cached_property
    def _untouched(self) -> Mapping[str, bytes]:
        return members_of(base_of(opened(self._source), self._source))

    def _rendered(self, context: Mapping[str, object]) -> bytes:
        assemblies: list[Assembly] = []

        def draw(image: InlineImage) -> str:
            if not assemblies:
                assemblies.append(Assembly(self._source))
            return assemblies[0].drawn(image, run.part)

        def link(xml: str) -> None:
            folder, _, file = run.part.name.rpartition("/")
            refuse_unknown_links(xml, self.compilation.relations.get(f"{folder}/_rels/{file}.rels", b""))

        run = Run(draw, link, self.compilation.slots)
        filled = self._engine.filled(self.compilation.parts, context, run)
        if assemblies:
            return assemblies[0].saved(filled)
        data: dict[str, bytes] = {slot.member: NO_PICTURE for slot in self.compilation.slots.values()}
        data |= run.pictures
        data |= {each.part.name: finished(each.part, each.text, exact=each.exact) for each in filled}
        return zipped(
            entry if isinstance(entry, Entry) else stored(entry, data[entry]) for entry in self.compilation.entries
        )


def strict_engine(filters: Filters) -> StrictEngine:
    """Return the engine that all strict templates with these filters share, and with it the margins they share."""
    return _strict_engine(frozenset(filters.items()))


@lru_cache(maxsize=8)
def _strict_engine(filters: frozenset[tuple[str, Callable[..., Any]]]) -> StrictEngine:
    return StrictEngine(dict(filters))


def _located(error: DeclarationError, source: bytes, filters: Filters) -> DeclarationError:
    """Return `error` with every fault of the template and its place, where the tags themselves show them."""
    walks = [Walk(Vocabulary(None, filters)).over(tags) for tags in scan(source)]
    faults = [fault for walk in walks for fault in walk.faults]
    details = [Detail(fault.where, fault.source, str(fault), fault.code) for fault in faults] or error.details
    return DeclarationError(error.message, remedy=error.remedy, details=details, code=error.code)
