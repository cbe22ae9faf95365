"""A template checked against the types it will be filled from, before any case is seen.

Every fault is found in one go, with its place in the document; what a broken tag makes unknowable is not complained of.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from docgen.errors import DeclarationError
from docgen.template.annotations import Annotation, member_of, names_of, title_of
from docgen.template.compiled import compile_template
from docgen.template.infer import Vocabulary
from docgen.template.scan import scan
from docgen.template.walk import Fault, Walk

__all__ = ["Fault", "Reads", "check_template", "reads"]

Filters = Mapping[str, Callable[..., object]]


@dataclass(frozen=True, slots=True)
class Reads:
    """The paths a template prints and those it only decides or loops on, each with its Chinese label."""

    printed: Mapping[str, str]
    tested: Mapping[str, str]


def check_template(  # noqa: PLR0913 - one call says all that the template may use
    source: bytes,
    roots: Mapping[str, Annotation],
    *,
    filters: Filters | None = None,
    requires: Collection[str] = (),
    optional: Collection[str] = (),
    member: Callable[[type, str], Annotation | None] = member_of,
    names: Callable[[type], Iterable[str]] = names_of,
) -> list[Fault]:
    """Return every fault of the docx `source`, none hidden by another; none if any context of `roots` will fill it.

    `roots` are the types of the names it may use; a filter's annotations say what it accepts, None included; `requires`
    are optional paths that will be present ("contract.remark", in lists "lines.remark"), `optional` paths that may be
    absent although their type does not say so; `member` gives the type of a field of a record or None, `names` lists
    the fields for suggestions.
    """
    vocabulary = Vocabulary(roots, filters or {}, requires, optional, member, names)
    try:
        parts = scan(source)
    except DeclarationError as exc:
        return [Fault("文件", "", "", exc.code, exc.message, exc.remedy)]
    walks = [Walk(vocabulary).over(tags) for tags in parts]
    faults = [fault for walk in walks for fault in walk.faults]
    return faults or list(_compilation_faults(source, vocabulary.filters))


def _compilation_faults(source: bytes, filters: Filters) -> Iterator[Fault]:
    try:
        compile_template(source, filters=filters)
    except DeclarationError as exc:
        yield Fault("文件", "", "", exc.code, exc.message, exc.remedy)
        for detail in exc.details:
            yield Fault("文件", "", detail.label, detail.code, detail.message)


def reads(  # noqa: PLR0913 - as check_template
    source: bytes,
    roots: Mapping[str, Annotation],
    *,
    filters: Filters | None = None,
    member: Callable[[type, str], Annotation | None] = member_of,
    names: Callable[[type], Iterable[str]] = names_of,
    title: Callable[[type, str], str | None] = title_of,
) -> Reads:
    """Return the paths that the docx `source` reads, with the titles of their fields; `[]` stands for every element.

    Raises:
        DeclarationError: the package cannot be read.

    """
    vocabulary = Vocabulary(roots, filters or {}, (), (), member, names, title)
    walks = [Walk(vocabulary).over(tags) for tags in scan(source)]
    printed = {path: label for walk in walks for path, label in walk.printed.items()}
    tested = {path: label for walk in walks for path, label in walk.tested.items() if path not in printed}
    return Reads(printed, tested)
