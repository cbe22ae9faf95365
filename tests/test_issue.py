"""In what two revisions of a document differ."""

from hypothesis import given
from hypothesis import strategies as st

from docgen.issue import Change, changes

TEXTS = st.lists(st.sampled_from(["甲", "乙", "丙", " ", ""]), max_size=12).map("\n".join)


def test_a_changed_a_new_and_a_removed_paragraph_are_told_apart():
    before = "一\n二\n三\n四"
    after = "一\n贰\n三\n四\n五"
    assert changes(before, after) == (Change("二", "贰"), Change("", "五"))
    assert changes(after, before) == (Change("贰", "二"), Change("五", ""))


def test_spacing_alone_is_no_change():
    assert changes("一\n\n 二 ", "一\n二") == ()


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str):
    assert changes(text, text) == ()


@given(TEXTS, TEXTS)
def test_what_differs_is_told_and_the_other_way_round_as_well(before: str, after: str):
    there, back = changes(before, after), changes(after, before)
    assert bool(there) == bool(back)
    assert bool(there) == (
        [x.strip() for x in before.split("\n") if x.strip()] != [x.strip() for x in after.split("\n") if x.strip()]
    )
