"""Paper is equal: codes on every page, scans that are read back, and a second person who confirms them."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from docgen.archive import audit, paper, records, scans
from docgen.archive.content import PDF
from docgen.archive.paper import Issued, codes_of, disagreements
from docgen.archive.scans import Scan
from docgen.convert import Pdf
from docgen.convert.pdfa import unmet_demands
from docgen.errors import InputError, StateError
from docgen.issue import IssuedDocument
from docgen.pagecodes import PageCode, read_code, with_codes
from service.cli import main
from tests.archive import shelf
from tests.archive.shelf import CLOCK, NOW
from tests.signing.world import contract

NUMBER = "0001-XS·2024-D30-0001"


def pdf_of(pages: int = 3) -> Pdf:
    """A PDF/A of several pages without codes."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(contract())) as document:
        for _ in range(pages - 1):
            document.pages.append(document.pages[0])
        document.save(target, deterministic_id=True)
    return Pdf(target.getvalue(), pages, "", "test")


@pytest.fixture(scope="module")
def plain() -> Pdf:
    return pdf_of()


@pytest.fixture(scope="module")
def coded(plain: Pdf) -> bytes:
    return with_codes(plain, "YB-XS-2024-0012", 0, "cd" * 32).data


def printed(pdf: bytes, dpi: int = 200) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]


def tiff(pages: Sequence[Image.Image]) -> bytes:
    target = io.BytesIO()
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    return target.getvalue()


def jpeg(page: Image.Image, quality: int = 60) -> bytes:
    target = io.BytesIO()
    page.save(target, "JPEG", quality=quality)
    return target.getvalue()


CODES = st.builds(
    PageCode,
    doc_no=st.text("ABCXYZ0189-*/年文", min_size=1, max_size=40),
    revision=st.integers(0, 99),
    page=st.integers(1, 500),
    pages=st.integers(1, 500),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
)


@given(CODES)
def test_code_says_what_was_put_in(code: PageCode):
    assert read_code(str(code)) == code


@pytest.mark.parametrize(
    "text", ["", "AJ1", "AJ2*A*0*1*1*" + "A" * 64, "AJ1*A*0*1*1*" + "G" * 64, "AJ1*A*-1*1*1*" + "A" * 64, "x" * 999]
)
def test_other_codes_are_none_of_ours(text: str):
    assert read_code(text) is None


class TestPrinting:
    def test_every_page_has_its_code_and_stays_pdfa_and_the_same_each_time(self, plain: Pdf):
        coded = with_codes(plain, "YB-XS-2024-0012", 1, "ab" * 32)
        assert coded == with_codes(plain, "YB-XS-2024-0012", 1, "ab" * 32)
        assert unmet_demands(coded.data) == []
        expected = [frozenset({PageCode("YB-XS-2024-0012", 1, page, 3, "ab" * 32)}) for page in (1, 2, 3)]
        assert list(codes_of([(PDF, coded.data)])) == expected

    def test_text_of_the_page_is_untouched(self, plain: Pdf):
        coded = with_codes(plain, "YB-XS-2024-0012", 1, "ab" * 32)
        texts = []
        for data in (plain.data, coded.data):
            with pypdfium2.PdfDocument(data) as document:
                texts.append([page.get_textpage().get_text_bounded() for page in document])
        assert texts[0] == texts[1]

    def test_issued_forms_that_people_sign_have_codes_and_others_have_none(self, tmp_path: Path):
        case = shelf.ROOT / "samples" / "H01" / "case.yaml"
        forms = ("power_of_attorney", "proposal")
        assert main(["--workspace", str(tmp_path / "ws"), "issue", str(case), *forms, "--out", str(tmp_path)]) == 0
        found = {path.name[:2]: codes_of([(PDF, path.read_bytes())]) for path in sorted(tmp_path.glob("*.pdf"))}
        signed = next(iter(found["SQ"][0]))
        assert (signed.doc_no[:13], signed.revision, signed.page) == ("SQ-2024-0012-", 0, 1)
        others = [pages for name, pages in found.items() if name != "SQ"]
        assert others
        assert all(not codes for pages in others for codes in pages)


class TestReading:
    """What a scanner makes of paper: grey, turned, small, packed."""

    @pytest.mark.parametrize("dpi", [150, 200, 300])
    @pytest.mark.parametrize("angle", [0, 1.5, 180])
    def test_scan_is_read(self, coded: bytes, dpi: int, angle: float):
        pages = [page.rotate(angle, expand=True, fillcolor=255) for page in printed(coded, dpi)]
        found = codes_of([("image/tiff", tiff(pages))])
        assert [next(iter(codes)).page for codes in found] == [1, 2, 3]

    def test_poor_picture_is_read(self, coded: bytes):
        assert codes_of([("image/jpeg", jpeg(printed(coded, 150)[0], quality=20))])[0]

    def test_page_without_code_is_told(self, plain: Pdf):
        assert codes_of([(PDF, plain.data)]) == (frozenset(),) * 3

    @pytest.mark.parametrize("data", [b"II*\x00" + b"\x00" * 50, b"%PDF-1.7 %%EOF", b"\xff\xd8\xff\xd9"])
    def test_what_cannot_be_opened_is_refused(self, data: bytes):
        media = {b"II": "image/tiff", b"%P": PDF}.get(data[:2], "image/jpeg")
        with pytest.raises(InputError):
            codes_of([(media, data)])

    def test_page_of_many_pixels_is_refused_before_it_is_unpacked(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(paper, "MAX_PIXELS", 10_000)
        with pytest.raises(InputError):
            codes_of([("image/jpeg", jpeg(Image.new("L", (200, 200))))])


ISSUED = [Issued("A-1", 0, "签署件", "ab" * 32, 2), Issued("A-1", 1, "记录件", "cd" * 32, 3)]
GOOD = [frozenset({PageCode("A-1", 0, page, 2, "ab" * 32)}) for page in (1, 2)]


def test_whole_paper_of_any_edition_in_force_agrees():
    assert list(disagreements(GOOD, ISSUED)) == []


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([], "不是A-1现行"),
        (GOOD[:1], "扫描件1页，签发的签署件2页"),
        ([*GOOD, GOOD[1]], "扫描件第3页是文书的第2页"),
        (GOOD[::-1], "扫描件第1页是文书的第2页"),
        ([GOOD[0], frozenset()], "第2页读不到"),
        ([GOOD[0], GOOD[0] | GOOD[1]], "第2页有2个"),
        ([GOOD[0], frozenset({PageCode("A-2", 0, 2, 2, "ef" * 32)})], "出自另一文书：A-2"),
        ([GOOD[0], frozenset({PageCode("A-1", 0, 2, 2, "ef" * 32)})], "出自另一文书"),
        ([GOOD[0], frozenset({PageCode("A-1", 1, 2, 3, "cd" * 32)})], "出自另一文书：A-1 R1"),
        ([frozenset({PageCode("A-2", 0, 1, 1, "ef" * 32)})], "（A-2）不是A-1现行"),
    ],
)
def test_paper_that_is_another_is_told(pages: list[frozenset[PageCode]], reason: str):
    assert any(reason in said for said in disagreements(pages, ISSUED)), list(disagreements(pages, ISSUED))


class TestConfirming:
    @pytest.fixture
    def document(self, plain: Pdf) -> IssuedDocument:
        made = shelf.document("contract", of=shelf.case())
        return replace(made, pdf=with_codes(plain, made.doc_no, made.revision, made.docx_sha256))

    @pytest.fixture
    def folder(self, tmp_path: Path, document: IssuedDocument) -> Path:
        shelf.keep(tmp_path / "ws", document)
        shelf.archive_all(tmp_path / "ws")
        return tmp_path / "ws"

    def attach(self, folder: Path, *pages: Image.Image) -> None:
        with shelf.archive_in(folder) as archive:
            scans.attach(archive, NUMBER, [Scan(tiff(pages), "孙", NOW)], by="钱")

    def medium(self, folder: Path) -> str:
        with shelf.archive_in(folder) as archive:
            return records.records(archive)[0].medium

    def test_paper_counts_once_a_second_person_confirmed_it(self, folder: Path, document: IssuedDocument):
        assert document.pdf is not None
        self.attach(folder, *printed(document.pdf.data))
        assert self.medium(folder) == "电子"
        with shelf.archive_in(folder) as archive:
            head = scans.confirm(archive, NUMBER, by="李")
        assert self.medium(folder) == "电子+纸质"
        assert audit(folder, CLOCK, [head]).intact

    @pytest.mark.parametrize("by", ["孙", "钱", " 钱\u3000"])
    def test_who_scanned_or_attached_confirms_nothing(self, folder: Path, document: IssuedDocument, by: str):
        assert document.pdf is not None
        self.attach(folder, *printed(document.pdf.data))
        with shelf.archive_in(folder) as archive, pytest.raises(StateError) as failure:
            scans.confirm(archive, NUMBER, by=by)
        assert failure.value.code == "same_person"

    def test_scan_of_other_paper_is_refused_with_the_reasons_and_paper_does_not_count(
        self, folder: Path, document: IssuedDocument
    ):
        assert document.pdf is not None
        self.attach(folder, *printed(document.pdf.data)[:2])
        with shelf.archive_in(folder) as archive, pytest.raises(StateError) as failure:
            scans.confirm(archive, NUMBER, by="李")
        assert [detail.message for detail in failure.value.details] == ["扫描件2页，签发的记录件3页"]
        assert self.medium(folder) == "电子"

    def test_paper_without_codes_is_confirmed_by_eye_only_with_the_right_number_of_pages(
        self, folder: Path, plain: Pdf
    ):
        self.attach(folder, *printed(plain.data))
        with shelf.archive_in(folder) as archive:
            with pytest.raises(StateError):
                scans.confirm(archive, NUMBER, by="李")
            scans.confirm(archive, NUMBER, by="李", by_eye="客户自行打印")
            with pytest.raises(StateError) as failure:
                scans.confirm(archive, NUMBER, by="李")
        assert failure.value.code == "nothing_to_confirm"
        self.attach(folder, *printed(plain.data)[:2])
        with shelf.archive_in(folder) as archive, pytest.raises(StateError):
            scans.confirm(archive, NUMBER, by="李", by_eye="客户自行打印")

    def test_command_confirms(self, folder: Path, document: IssuedDocument, tmp_path: Path):
        assert document.pdf is not None
        (tmp_path / "scan.tif").write_bytes(tiff(printed(document.pdf.data)))
        scanned = ("--scanned-by", "孙", "--scanned-at", "2025-01-02T09:00:00+08:00", "--by", "钱")
        top = ("--workspace", str(folder), "archive")
        assert main([*top, "scan", NUMBER, str(tmp_path / "scan.tif"), *scanned]) == 0
        assert main([*top, "confirm", NUMBER, "--by", "钱"]) == 4
        assert main([*top, "confirm", NUMBER, "--by", "李"]) == 0
