"""What forms and the paths of their templates are called, in the titles of the case model."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from docgen.case import CaseFile
from docgen.forms.context import root_types
from docgen.forms.reading import element, members, required
from docgen.forms.spec import WHOLE_CASE, FormSpec
from docgen.forms.subjects import alias
from docgen.forms.visibility import Visibility


def about(spec: FormSpec) -> str:
    """Write what a form has one document for, or a ledger one row for: 每个“订单 › 验收”一份."""
    subject = " › ".join(_subject_titles(spec)) or "案卷"
    if spec.is_ledger:
        return f"跨案卷台账，每个“{subject}”一行"
    return f"每个“{subject}”一份" if "[]" in spec.about else "每个案卷一份"


def title_at(spec: FormSpec, path: str, label: str = "") -> str:
    """Return what a path of the template reaches is called, with what it belongs to: 标的清单 › 名称.

    `label` names a value that belongs to nothing.
    """
    root, _, rest = path.partition(".")
    visibility = Visibility.of(spec)
    own = _root_titles(spec.about, visibility).get(root)
    if not rest:
        return own or label or path
    titles = [*([own] if own else []), *_titles(rest, root_types(spec)[root.removesuffix("[]")], visibility)]
    return " › ".join(titles[-2:])


@lru_cache(maxsize=256)
def _root_titles(subject: str, visibility: Visibility) -> Mapping[str, str]:
    """Return the titles of the names that paths of a template begin with, by what the form is about."""
    own: dict[str, str] = {}
    if subject != WHOLE_CASE:
        own = dict(zip(map(alias, subject.split(".")), _titles(subject, CaseFile, visibility), strict=True))
    return {name: member.title for name, member in members(CaseFile, visibility).items()} | own


def _subject_titles(spec: FormSpec) -> Iterator[str]:
    return iter(()) if spec.about == WHOLE_CASE else _titles(spec.about, CaseFile, Visibility.of(spec))


def _titles(path: str, start: Any, visibility: Visibility) -> Iterator[str]:  # noqa: ANN401 - any annotation
    """Yield the title of each step of a path that begins at a value of type `start`."""
    here = start
    for step in path.split("."):
        member = members(element(here) or required(here), visibility)[step.removesuffix("[]")]
        yield member.title
        here = member.annotation
