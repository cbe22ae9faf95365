"""Search on both databases: every part of a text is found and nothing else, by words and by what is registered."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.archive.bigrams import folded, phrase, terms
from docgen.archive.search import Query, search
from docgen.errors import InputError
from docgen.workspace import Location
from tests.archive import shelf
from tests.archive.shelf import NOW
from tests.conftest import MakeLocation

LONG = "".join(f"第{number}条各方应当按约履行义务并承担责任，" for number in range(1, 1500))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def location(
    request: pytest.FixtureRequest, make_location: MakeLocation, tmp_path_factory: pytest.TempPathFactory
) -> Location:
    made = make_location(request.param, tmp_path_factory.mktemp("archive"))
    shelf.keep(
        made,
        shelf.document("contract", of=shelf.case(), text="甲方逾期付款的，按日支付违约金"),
        shelf.document("first_contact_record", of=shelf.case(), text="沟通ＡＢＣ系统 YB-XS-2024"),
    )
    shelf.archive_all(made)
    return made


def found(location: Location, query: Query) -> list[str]:
    with shelf.archive_in(location) as archive:
        return [hit.record.form_id for hit in search(archive, query)]


@pytest.mark.parametrize("words", ["违约金", "违", "逾期 违约", "销售合同", "期付款的，按日"])
def test_text_and_title_are_found_by_any_part(location: Location, words: str):
    assert found(location, Query(words=words)) == ["contract"]


@pytest.mark.parametrize("words", ["违期", "违约 没有", "款按", '" OR *', "，"])
def test_what_does_not_stand_there_is_not_found(location: Location, words: str):
    assert found(location, Query(words=words)) == []


@pytest.mark.parametrize("words", ["abc系统", "ABC", "xs-2024"])
def test_width_and_case_do_not_count(location: Location, words: str):
    assert found(location, Query(words=words)) == ["first_contact_record"]


def test_passages_mark_the_words(location: Location):
    with shelf.archive_in(location) as archive:
        (hit,) = search(archive, Query(words="违约金"))
    assert hit.passages == ("甲方逾期付款的，按日支付【违约金】",)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (Query(), 2),
        (Query(limit=1), 1),
        (Query(customer=shelf.case().customer.name[:4]), 2),
        (Query(customer="%"), 0),
        (Query(number="XS2024-0012"), 2),
        (Query(form_id="contract"), 1),
        (Query(stage=1), 1),
        (Query(at_least=68_000_000, at_most=68_000_000), 2),
        (Query(at_least=68_000_001), 0),
        (Query(at_most=67_999_999), 0),
        (Query(since=NOW.date(), until=NOW.date()), 2),
        (Query(since=NOW.date() + timedelta(days=1)), 0),
        (Query(held=True), 0),
        (Query(held=False), 2),
        (Query(words="违约金", stage=1), 0),
    ],
)
def test_every_condition_narrows(location: Location, query: Query, count: int):
    assert len(found(location, query)) == count


@given(st.text("合同违约金，ab1 ", min_size=1, max_size=12), st.data())
def test_every_part_of_a_text_is_a_run_of_its_terms(text: str, data: st.DataObject):
    chinese = "".join(character for character in text if character in "合同违约金")
    start = data.draw(st.integers(0, len(chinese)))
    part = chinese[start : data.draw(st.integers(start, len(chinese)))]
    wanted, there = phrase(part), terms(chinese)
    runs = [there[place : place + len(wanted)] for place in range(len(there) - len(wanted) + 1)]
    matches = any(run[:-1] == wanted[:-1] and run[-1].startswith(wanted[-1]) for run in runs if run)
    assert not wanted or matches
    assert not wanted or folded(part) in folded(chinese)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def long(
    request: pytest.FixtureRequest, make_location: MakeLocation, tmp_path_factory: pytest.TempPathFactory
) -> Location:
    made = make_location(request.param, tmp_path_factory.mktemp("long"))
    texts = {
        "contract": f"开头甲骨文 {LONG} 结尾乙亥年",
        "first_contact_record": "哈" * 5_000 + "终" + "x" * 5_000,
        "proposal": f"开头甲骨文 {LONG}",
    }
    shelf.keep(made, *(shelf.document(form, of=shelf.case(), text=text) for form, text in texts.items()))
    shelf.archive_all(made)
    return made


class TestLongTexts:
    """A tsvector holds few positions: long texts are several parts, and nobody may notice."""

    @pytest.mark.parametrize(
        ("words", "forms"),
        [
            ("第1条各方", {"contract", "proposal"}),
            ("第1499条各方应当按约履行义务并承担责任", {"contract", "proposal"}),
            ("甲骨文 乙亥年", {"contract"}),
            ("乙亥年 第700条", {"contract"}),
            ("甲骨文 没有的", set()),
            ("哈终", {"first_contact_record"}),
            ("哈" * 90, {"first_contact_record"}),
            ("哈" * 90 + "终", {"first_contact_record"}),
            ("x" * 4_000, {"first_contact_record"}),
        ],
        ids=range(9),
    )
    def test_every_part_is_found_wherever_it_stands(self, long: Location, words: str, forms: set[str]):
        assert set(found(long, Query(words=words))) == forms

    def test_every_article_is_found(self, long: Location):
        for number in range(1, 1500, 37):
            assert set(found(long, Query(words=f"{number}条各方应当按约履行义务"))) == {"contract", "proposal"}, number

    def test_word_that_is_too_long_is_refused_with_the_limit(self, long: Location):
        with pytest.raises(InputError) as refusal:
            found(long, Query(words="合" * 200))
        assert refusal.value.code == "words_too_long"
