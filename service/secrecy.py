"""What below legal nobody sees: the floor of negotiation, margins, supporting data (case_model.md section 7).

Rules: a value that somebody may not see is in no answer to them, and they can neither change nor lose it by writing.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import cast

from docgen.case.editing import replace
from docgen.case.emit import Plain, block
from docgen.case.loader import read_tree
from docgen.case.shape import Location, path
from docgen.case.tree import child, decode
from docgen.errors import Detail
from docgen.findings import CheckReport, Finding
from docgen.forms.spec import HOUSE_SECRETS, FormSpec
from service.access import AccessError, Action, Role, permitted

_SECRETS: tuple[tuple[str, ...], ...] = (
    ("baseline",),
    ("proposals", "*", "margin_rate"),
    ("negotiations", "*", "issues", "*", "support_data"),
)
"""Places of the case file; `*` stands for every item of a list."""

_HIDDEN = "涉及内部底线，您的角色不可见"


def sees_all(roles: Iterable[Role]) -> bool:
    """Tell whether one of `roles` may see everything."""
    return permitted(roles, Action.SECRET_READ)


def is_secret(spec: FormSpec) -> bool:
    """Tell whether a form prints what below legal nobody sees."""
    return not HOUSE_SECRETS.isdisjoint(spec.discloses)


def data(text: str, roles: Iterable[Role]) -> dict[str, object]:
    """Return a case file as plain data, as far as `roles` may see it."""
    root = copy.deepcopy(read_tree(decode(text)).root)
    assert isinstance(root, dict)
    if not sees_all(roles):
        for place in list(_places(root)):
            _drop(root, place)
    return dict(root)


def shown(text: str, roles: Iterable[Role]) -> str:
    """Return the text of a case file as far as `roles` may see it; where something is hidden, it is written anew."""
    roles = tuple(roles)
    if sees_all(roles) or not list(_places(read_tree(decode(text)).root)):
        return text
    # Not cut out of the text: a comment beside a hidden value may tell it.
    return block(cast("Plain", data(text, roles)), 0) + "\n"


def completed(text: str, before: str, roles: Iterable[Role]) -> str:
    """Return new `text` with the values of `before` that its author may not see.

    Raises:
        AccessError: it states other values in their place, or removes what they belong to (`secret_place`).
    """
    if sees_all(roles):
        return text
    old, new = read_tree(decode(before)).root, read_tree(decode(text)).root
    kept = {place: _at(old, place) for place in _places(old)}
    for place in _places(new):
        if _at(new, place) != kept.get(place):
            raise _not_yours(place)
    for place, value in kept.items():
        if len(place) > 1 and _at(new, place[:-1]) is None:
            raise _not_yours(place)
        if _at(new, place) is None:
            text = replace(text, path(place), cast("Plain", value))
    return text


def report(judged: CheckReport, roles: Iterable[Role]) -> CheckReport:
    """Return a report as far as `roles` may see it: that a rule on inner matters fails is told, by how much is not."""
    if sees_all(roles):
        return judged
    return judged.model_copy(update={"findings": tuple(finding(one, roles) for one in judged.findings)})


def finding(one: Finding, roles: Iterable[Role]) -> Finding:
    """Return one finding as far as `roles` may see it."""
    if not one.internal or sees_all(roles):
        return one
    return one.model_copy(update={"message": _HIDDEN, "suggestion": "请法务查看", "inputs": {}})


def _places(root: object) -> Iterator[Location]:
    for pattern in _SECRETS:
        for place in _matching(root, pattern, ()):
            if _at(root, place) is not None:
                yield place


def _matching(node: object, pattern: tuple[str, ...], here: Location) -> Iterator[Location]:
    if not pattern:
        yield here
    elif pattern[0] != "*":
        yield from _matching(child(node, pattern[0]), pattern[1:], (*here, pattern[0]))
    elif isinstance(node, list):
        for index, entry in enumerate(node):
            yield from _matching(entry, pattern[1:], (*here, index))


def _at(root: object, place: Location) -> object:
    for step in place:
        root = child(root, step)
    return root


def _drop(root: object, place: Location) -> None:
    holder = _at(root, place[:-1])
    assert isinstance(holder, dict)
    del holder[place[-1]]


def _not_yours(place: Location) -> AccessError:
    where = path(place)
    return AccessError(
        "您的角色不能改动底价、毛利和数据支撑",
        remedy="请法务修改这些内容",
        code="secret_place",
        details=(Detail(where, "内部保密内容", "不可改动", "secret_place"),),
    )
