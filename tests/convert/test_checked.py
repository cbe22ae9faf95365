"""The checks around every engine: nothing dangerous goes in, nothing incomplete comes out."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgen.convert import open_converter
from docgen.convert.checked import CheckedConverter
from docgen.convert.rdocx import Rdocx
from docgen.convert.source import Feature, Source, read_source
from docgen.convert.typefaces import shipped
from docgen.errors import BackendError, InputError
from tests.convert.documents import CLAUSE, blank, changed, holding, page_field, parsed, png, saved, saying, watermark

_EXTERNAL = (
    '<Relationship Id="x1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
    'Target="http://127.0.0.1/x" TargetMode="External"/></Relationships>'
)


class DrawsInstead(Rdocx):
    """An engine that draws another document than it was given, as one does that loses or invents something."""

    def __init__(self, other: bytes) -> None:
        self._other = read_source(other)

    def draw(self, source: Source, rare: frozenset[str]) -> bytes:
        return super().draw(self._other, rare)


class ChangesThePdf(Rdocx):
    """An engine whose PDF is tampered with."""

    def __init__(self, change: Callable[[pikepdf.Pdf], None]) -> None:
        self._change = change

    def draw(self, source: Source, rare: frozenset[str]) -> bytes:
        with pikepdf.open(io.BytesIO(super().draw(source, rare))) as pdf:
            self._change(pdf)
            target = io.BytesIO()
            pdf.save(target)
        return target.getvalue()


def faults(document: bytes, engine: Rdocx) -> list[str]:
    with pytest.raises(BackendError) as caught:
        CheckedConverter(engine).convert(document)
    assert CLAUSE[:4] not in str([caught.value.message, caught.value.details])
    return [detail.code for detail in caught.value.details]


def with_relation(kind: str) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        name = "word/_rels/document.xml.rels"
        parts[name] = parts[name].replace(b"</Relationships>", _EXTERNAL.format(kind=kind).encode())

    return change


def test_a_lost_paragraph_is_named_by_its_place() -> None:
    with pytest.raises(BackendError) as caught:
        CheckedConverter(DrawsInstead(saying("首段", "尾段"))).convert(saying("首段", CLAUSE, "尾段"))
    assert caught.value.code == "conversion_incomplete"
    assert ("word/document.xml 第2段", "text_lost") in [(detail.path, detail.code) for detail in caught.value.details]


@pytest.mark.parametrize("other", [CLAUSE[:-2], CLAUSE.replace("680", "860"), CLAUSE.replace("甲乙", "乙甲")])
def test_a_shortened_altered_or_reordered_paragraph_is_a_loss(other: str) -> None:
    assert "text_lost" in faults(saying(CLAUSE), DrawsInstead(saying(other)))


def test_one_of_two_equal_paragraphs_is_missed() -> None:
    assert faults(saying(CLAUSE, CLAUSE), DrawsInstead(saying(CLAUSE))) == ["text_lost"]


def test_an_invented_paragraph_is_noticed() -> None:
    assert faults(saying(CLAUSE), DrawsInstead(saying(CLAUSE, "另行约定"))) == ["text_invented"]


def test_a_lost_header_footer_watermark_or_picture_is_noticed() -> None:
    document = blank()
    document.add_paragraph(CLAUSE)
    bare = saved(document)
    document.sections[0].header.paragraphs[0].text = "编号"
    headed = saved(document)
    assert "text_lost" in faults(headed, DrawsInstead(bare))
    document.sections[0].header._element.extend(parsed(watermark("审批稿")))
    assert "text_lost" in faults(saved(document), DrawsInstead(headed))
    document.add_picture(io.BytesIO(png()))
    assert "image_lost" in faults(saved(document), DrawsInstead(headed))


def test_text_off_the_page_is_noticed() -> None:
    def cut(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].MediaBox = pikepdf.Array([0, 0, 595, 700])

    assert "off_page" in faults(saying(CLAUSE), ChangesThePdf(cut))


def test_a_paragraph_may_go_over_any_number_of_pages() -> None:
    pdf = open_converter().convert(saying(CLAUSE * 150, "尾"))
    assert pdf.pages >= 5


def demand_unmet(change: Callable[[pikepdf.Pdf], None]) -> str:
    with pytest.raises(BackendError) as caught:
        CheckedConverter(ChangesThePdf(change)).convert(saying(CLAUSE))
    assert caught.value.code == "conversion_not_pdfa"
    return " ".join(detail.message for detail in caught.value.details)


def unembed(pdf: pikepdf.Pdf) -> None:
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item:
            del item["/FontFile2"]


def script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["x.txt"] = b"x"


def undeclare(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


def uncolour(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


@pytest.mark.parametrize(
    ("change", "section"),
    [(unembed, "6.2.11.4"), (script, "6.5.1"), (attach, "6.8"), (undeclare, "6.6.4"), (uncolour, "6.2.3")],
)
def test_a_pdf_that_misses_a_demand_of_pdfa_is_refused(change: Callable[[pikepdf.Pdf], None], section: str) -> None:
    assert section in demand_unmet(change)


def test_an_encrypted_or_broken_pdf_is_refused() -> None:
    class Encrypts(Rdocx):
        def draw(self, source: Source, rare: frozenset[str]) -> bytes:
            target = io.BytesIO()
            with pikepdf.open(io.BytesIO(super().draw(source, rare))) as pdf:
                pdf.save(target, encryption=pikepdf.Encryption(owner="o", user=""))
            return target.getvalue()

    class Breaks(Rdocx):
        def draw(self, source: Source, rare: frozenset[str]) -> bytes:
            return b"%PDF-1.7 nothing"

    for engine in (Encrypts(), Breaks()):
        with pytest.raises(BackendError) as caught:
            CheckedConverter(engine).convert(saying(CLAUSE))
        assert caught.value.code == "conversion_not_pdfa"


@pytest.mark.parametrize("kind", ["image", "attachedTemplate", "oleObject", "frame", "subDocument"])
def test_what_reaches_outside_is_refused(kind: str) -> None:
    with pytest.raises(InputError) as caught:
        open_converter().convert(changed(saying(CLAUSE), with_relation(kind)))
    assert caught.value.code == "docx_unsafe"
    assert [detail.code for detail in caught.value.details] == ["feature_external"]


def test_a_hyperlink_may_lead_outside() -> None:
    assert open_converter().convert(changed(saying(CLAUSE), with_relation("hyperlink"))).pages == 1


@pytest.mark.parametrize(
    "fragment",
    [
        '<w:p><w:fldSimple w:instr=" INCLUDETEXT c:/secret.docx "><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>',
        f"<w:p>{page_field('DDEAUTO cmd')}</w:p>",
        f"<w:p>{page_field('DATE').replace('<w:instrText> DA', '<w:instrText> DA</w:instrText><w:instrText>')}</w:p>",
    ],
)
def test_a_field_that_fetches_runs_or_changes_by_itself_is_refused(fragment: str) -> None:
    with pytest.raises(InputError) as caught:
        open_converter().convert(holding(fragment))
    assert [detail.code for detail in caught.value.details] == ["feature_field"]


@pytest.mark.parametrize(
    ("part", "code"), [("word/vbaProject.bin", "feature_macro"), ("word/embeddings/o.bin", "feature_object")]
)
def test_a_part_that_runs_is_refused(part: str, code: str) -> None:
    def add(parts: dict[str, bytes]) -> None:
        parts[part] = b"x"

    with pytest.raises(InputError) as caught:
        open_converter().convert(changed(saying(CLAUSE), add))
    assert [detail.code for detail in caught.value.details] == [code]


def test_features_are_noted_once_with_their_first_place() -> None:
    numbered = '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>一</w:t></w:r></w:p>'
    source = read_source(holding("<w:p><w:r><w:t>首</w:t></w:r></w:p>", numbered, numbered))
    assert source.features == {Feature.NUMBERING: "word/document.xml 第2段"}


_PRINTABLE = sorted(chr(code) for code in shipped() if code > 0x20 and chr(code).isprintable())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.sampled_from(_PRINTABLE), min_size=1, max_size=40), min_size=1, max_size=5))
def test_every_text_of_shipped_characters_comes_through_whole(paragraphs: list[str]) -> None:
    assert open_converter().convert(saying(*paragraphs)).pages >= 1
