"""The production converter on a real LibreOffice: same checks, its own fonts; it survives crashes and time limits."""

import io
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from docgen.convert import Converter, Pdf, open_converter
from docgen.convert.libreoffice import open_libreoffice
from docgen.convert.source import read_source
from docgen.errors import BackendError
from tests.convert.documents import CLAUSE, blank, holding, parsed, saved, saying, watermark

pytestmark = pytest.mark.tool("soffice")


@pytest.fixture(scope="module")
def converter() -> Iterator[Converter]:
    converter = open_converter("libreoffice:")
    yield converter
    converter.close()


def fonts(pdf: Pdf) -> set[str]:
    with pikepdf.open(io.BytesIO(pdf.data)) as document:
        items = [item for item in document.objects if isinstance(item, pikepdf.Dictionary)]
        return {str(item.BaseFont).split("+")[-1] for item in items if item.get("/Type") == "/Font"}


def test_a_document_becomes_a_verified_pdf(converter: Converter) -> None:
    pdf = converter.convert(saying("产品验收单", CLAUSE * 60))
    assert pdf.pages > 1
    assert pdf.converter.startswith("LibreOffice ")


def test_only_the_shipped_fonts_are_used_whatever_is_installed(converter: Converter) -> None:
    runs = "".join(
        f'<w:r><w:rPr><w:rFonts w:ascii="{name}" w:eastAsia="{name}"/></w:rPr><w:t>合同Abc1☑</w:t></w:r>'
        for name in ("宋体", "黑体", "Liberation Serif", "DejaVu Sans", "没有这种字体")
    )
    assert fonts(converter.convert(holding(f"<w:p>{runs}</w:p>"))) == {"DocgenSerifSC-Regular", "DocgenSansSC-Regular"}


def test_a_document_with_a_rare_character_is_set_in_the_full_font(converter: Converter) -> None:
    found = fonts(converter.convert(saying("朱镕基、陶喆")))
    assert {name.split("-")[0] for name in found} == {"NotoSerifSC"}


def test_automatic_numbering_and_a_watermark_are_converted(converter: Converter) -> None:
    document = blank()
    document.add_paragraph("标的", style="List Number")
    document.sections[0].header.paragraphs[0].text = "编号"
    document.sections[0].header._element.extend(parsed(watermark("审批稿")))
    assert converter.convert(saved(document)).pages == 1


def group(process: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid,pgid,stat"], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()[1:]]
    return [int(pid) for pid, pgid, state in rows if int(pgid) == process and not state.startswith("Z")]


def draw(engine: object, text: str) -> bytes:
    return engine.draw(read_source(saying(text)), frozenset())  # type: ignore[attr-defined, no-any-return]


def test_it_is_started_anew_after_so_many_documents_and_after_a_crash_and_leaves_no_process() -> None:
    engine = open_libreoffice({"documents": "2"})
    try:
        seen = []
        for _ in range(3):
            assert draw(engine, CLAUSE).startswith(b"%PDF")
            assert engine._office is not None
            seen.append(engine._office._process.pid)
        assert seen[0] == seen[1] != seen[2]
        os.killpg(seen[2], signal.SIGKILL)
        assert draw(engine, CLAUSE).startswith(b"%PDF")
        assert engine._office is not None
        last, folder = engine._office._process.pid, Path(engine._office._folder.name)
        assert len(group(last)) >= 2
    finally:
        engine.close()
    assert group(last) == []
    assert not folder.exists()


def test_a_conversion_that_takes_too_long_is_ended_and_the_next_one_works() -> None:
    engine = open_libreoffice({"timeout": "1"})
    try:
        draw(engine, "热身")
        assert engine._office is not None
        process = engine._office._process.pid
        for stopped in group(process):
            os.kill(stopped, signal.SIGSTOP)
        with pytest.raises(BackendError) as caught:
            draw(engine, CLAUSE)
        assert caught.value.code == "conversion_timeout"
        assert group(process) == []
        assert draw(engine, CLAUSE).startswith(b"%PDF")
    finally:
        engine.close()


def test_a_missing_program_is_named_with_what_to_install() -> None:
    for options in ({"soffice": "no-such-office"}, {"python": "no-such-python"}):
        with pytest.raises(BackendError) as caught:
            open_libreoffice(options)
        assert caught.value.code == "soffice_missing"
        assert "libreoffice-writer" in caught.value.remedy
