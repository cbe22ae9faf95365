"""Records that templates see."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest

from docgen.template import Missing, Node
from docgen.template.values import UnknownFieldError, path_to

ORDER = Node({"no": "PO1", "lines": [{"name": "甲", "note": None}, {"name": "乙"}], "total": Decimal(5)}, "order")


def test_a_record_gives_its_keys_and_knows_where_they_stand():
    lines = ORDER["lines"]
    assert isinstance(lines, tuple)
    assert [line.path for line in lines] == ["order.lines[0]", "order.lines[1]"]
    assert lines[1]["name"] == "乙"
    assert ORDER["total"] == Decimal(5)
    assert ORDER.names() == ("no", "lines", "total")
    assert "no" in ORDER
    assert "nothing" not in ORDER


def test_none_is_a_missing_value_with_its_path():
    note = ORDER["lines"][0]["note"]
    assert (note.path, note.label, note.known) == ("order.lines[0].note", "note", True)


def test_an_unknown_key_is_a_missing_value_that_may_not_be_asked():
    typo = ORDER["typo"]
    assert not typo.known
    for ask in (bool, list, len, lambda value: value == 1, lambda value: value != 1):
        with pytest.raises(UnknownFieldError):
            ask(typo)


def test_a_missing_value_is_false_empty_and_equal_to_nothing():
    missing = Missing("a.b", "标签")
    assert not missing
    assert list(missing) == []
    assert len(missing) == 0
    assert missing != missing  # noqa: PLR0124 - that is the point
    assert not missing == missing  # noqa: PLR0124, SIM201
    assert missing.member("c") is not missing
    assert missing.member("c").path == "a.b.c"
    assert missing.member("c").label == "标签"


def test_a_record_does_not_change_with_what_it_was_made_of():
    source = {"a": 1}
    node = Node(source)
    source["a"] = 2
    assert node["a"] == 1
    with pytest.raises(AttributeError):
        node.path = "x"
    with pytest.raises(AttributeError):
        del node.path


def test_a_record_cannot_be_looped_over():
    with pytest.raises(TypeError):
        iter(ORDER)


def test_a_lazy_mapping_is_read_only_where_it_is_asked():
    class Lazy(Mapping[str, object]):
        read: list[str]

        def __init__(self) -> None:
            self.read = []

        def __getitem__(self, key: str) -> object:
            self.read.append(key)
            return {"name": key}

        def __iter__(self) -> Iterator[str]:
            return iter(("a", "b"))

        def __len__(self) -> int:
            return 2

    lazy = Lazy()
    node = Node(lazy, "case")
    assert lazy.read == []
    assert node["a"]["name"] == "a"
    assert lazy.read == ["a"]


def test_the_path_of_a_value_is_found_by_identity():
    name = "唯一的"[:2]
    root = Node({"xs": [{"name": "唯一条"[:2]}, {"name": name}], "y": 1})
    assert path_to(name, root) == "xs[1].name"
    assert path_to(object(), root) == ""


def test_a_record_shows_its_path_and_none_of_its_values():
    assert repr(Node({"secret": "值"}, "case.customer")) == "Node('case.customer')"
