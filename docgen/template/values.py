"""What a template may see: immutable records of plain values that know where they stand in the case.

A `Node` shows its keys and nothing else of Python; a `Missing` stands where an optional value is absent, so that every
absent value that gets printed can be named at once, with its path and its Chinese label.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

__all__ = ["Missing", "Node", "UnknownFieldError", "path_to"]


class UnknownFieldError(LookupError):
    """A template decided on a field that its context does not know; `field` says which."""

    def __init__(self, field: "Missing") -> None:
        """Carry the unknown `field`."""
        super().__init__(field.path)
        self.field = field


@dataclass(frozen=True, slots=True, eq=False)
class Missing:
    """An absent value: false, empty, equal to nothing; printing it makes the rendering fail.

    `known` is False where the context has no such field at all; deciding or looping on that is an error at once.
    """

    path: str
    label: str
    known: bool = True

    def member(self, name: str) -> "Missing":
        """Return what stands for field `name` of the absent record."""
        return Missing(f"{self.path}.{name}", self.label, self.known)

    def __bool__(self) -> bool:
        self._must_be_known()
        return False

    def __iter__(self) -> Iterator[object]:
        self._must_be_known()
        return iter(())

    def __len__(self) -> int:
        self._must_be_known()
        return 0

    def __eq__(self, other: object) -> bool:
        self._must_be_known()
        return False

    def __ne__(self, other: object) -> bool:
        self._must_be_known()
        return True

    __hash__ = object.__hash__

    def _must_be_known(self) -> None:
        if not self.known:
            raise UnknownFieldError(self)


class Node:
    """An immutable record, reachable in templates by its keys only (a key such as `items` included).

    `path` says where it stands, e.g. "contract.lines[2]". Values that are mappings or sequences are seen as records
    and tuples of records, an absent one (None) as `Missing`; all of that when they are read, so that a lazy mapping
    stays lazy. A plain dict is copied.
    """

    __slots__ = ("_fields", "path")

    _fields: Mapping[str, object]
    path: str

    def __init__(self, fields: Mapping[str, object], path: str = "") -> None:
        object.__setattr__(self, "_fields", dict(fields) if type(fields) is dict else fields)
        object.__setattr__(self, "path", path)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Node is immutable: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Node is immutable: {name}")

    def __getitem__(self, name: str) -> object:
        try:
            value = self._fields[name]
        except KeyError:
            return Missing(self._path_of(name), name, known=False)
        return value if type(value) in _LEAVES else _seen(value, self._path_of(name))

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    __iter__ = None

    def names(self) -> tuple[str, ...]:
        """Return the names of its fields."""
        return tuple(self._fields)

    def __repr__(self) -> str:
        return f"Node({self.path!r})"

    def _path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


_LEAVES = frozenset({str, int, bool, Decimal, date, datetime, Node, Missing})


def _seen(value: object, path: str) -> object:
    if value is None:
        return Missing(path, path.rpartition(".")[2])
    if isinstance(value, Mapping):
        return Node(value, path)
    if isinstance(value, list | tuple):
        return tuple(_seen(member, f"{path}[{index}]") for index, member in enumerate(value))
    return value


def path_to(value: object, root: Node, *, limit: int = 100_000) -> str:
    """Return the path below `root` of this very object, or "" if it is none of the first `limit` values.

    For error messages only: it walks the records.
    """
    waiting: list[tuple[str, object]] = [("", root)]
    for _ in range(limit):
        if not waiting:
            break
        path, found = waiting.pop()
        if found is value:
            return path
        if isinstance(found, Node):
            waiting.extend((found._path_of(name), found[name]) for name in reversed(found.names()))  # noqa: SLF001
        elif isinstance(found, tuple):
            waiting.extend((f"{path}[{index}]", found[index]) for index in reversed(range(len(found))))
    return ""
