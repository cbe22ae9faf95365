"""What a file says, and the files that are refused: scans, bombs, entities, encrypted and broken files, novels."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pikepdf
import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from docgen.errors import InputError, NotFoundError
from docgen.precheck import refusing, source
from docgen.precheck.blanks import find_blanks
from docgen.precheck.source import open_contract, read_contract
from docgen.precheck.structure import Structure
from docgen.precheck.text import BlockKind, ContractText

_SENTENCE = "甲方应当按照本合同的约定向乙方支付价款，乙方应当按期交付货物并保证质量符合约定。"
_LONG = _SENTENCE * 8


def docx(*bodies: str) -> bytes:
    document = Document()
    document.add_paragraph(_LONG)
    for body in bodies:
        document.element.body.insert(-1, parse_xml(body.replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)))
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
    return written.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_contract(data)
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_its_encoding(encoding: str):
    assert read_contract(_LONG.encode(encoding)).text.strip() == _LONG


def test_big5_is_told_from_gb18030():
    traditional = "甲方應當按照本合約的約定向乙方支付價款，乙方應當按期交付貨物並保證品質符合約定。" * 8
    assert read_contract(traditional.encode("big5")).text.strip() == traditional


def test_insertions_count_and_deletions_do_not():
    text = read_contract(
        docx(
            "<w:p><w:r><w:t>质保期为</w:t></w:r>"
            '<w:del w:id="1" w:author="李"><w:r><w:delText>一年</w:delText></w:r></w:del>'
            '<w:ins w:id="2" w:author="王"><w:r><w:t>三年</w:t></w:r></w:ins></w:p>'
        )
    )
    assert "质保期为三年" in text.text
    assert "一年" not in text.text
    assert [(one.inserted, one.author, one.text) for one in text.revisions] == [
        (False, "李", "一年"),
        (True, "王", "三年"),
    ]
    (inserted,) = [one for one in text.revisions if one.inserted]
    assert text.text[inserted.start : inserted.end] == "三年"


def test_hidden_text_and_field_codes_are_no_text():
    text = read_contract(
        docx(
            "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
        )
    ).text
    assert "隐藏" not in text
    assert "PAGE" not in text


def test_underlined_blanks_are_blanks_and_padding_of_a_word_is_not():
    blank = '<w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'
    open_one = read_contract(
        docx(f"<w:p><w:r><w:t>单价</w:t></w:r>{blank.format('      ')}<w:r><w:t>元</w:t></w:r></w:p>")
    )
    filled = read_contract(
        docx(f"<w:p><w:r><w:t>单价</w:t></w:r>{blank.format('  35  ')}<w:r><w:t>元</w:t></w:r></w:p>")
    )
    assert [hit.values["label"] for hit in find_blanks(Structure(open_one))] == ["单价"]
    assert list(find_blanks(Structure(filled))) == []


def test_automatic_numbers_are_text():
    numbering = (
        f"<w:numbering {nsdecls('w')}><w:abstractNum w:abstractNumId='7'><w:lvl w:ilvl='0'><w:start w:val='1'/>"
        "<w:numFmt w:val='chineseCounting'/><w:lvlText w:val='第%1条 '/></w:lvl></w:abstractNum>"
        "<w:num w:numId='9'><w:abstractNumId w:val='7'/></w:num></w:numbering>"
    ).encode()
    listed = (
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='9'/></w:numPr></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>"
    )
    text = read_contract(
        repacked(docx(listed.format("标的"), listed.format("价款")), "word/numbering.xml", numbering)
    ).text
    assert "第一条 标的\n第二条 价款" in text


def test_tables_headers_and_comments_are_told_apart():
    document = Document()
    document.add_paragraph(_LONG)
    document.sections[0].header.paragraphs[0].text = "内部资料"
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "单价", "35元"
    document.add_comment(document.paragraphs[0].runs[0], text="请核对", author="李")
    written = io.BytesIO()
    document.save(written)
    text = read_contract(written.getvalue())
    kinds = {text.text[block.start : block.end]: block.kind for block in text.blocks}
    assert kinds["单价 | 35元"] is BlockKind.ROW
    assert kinds["内部资料"] is BlockKind.HEADER
    assert kinds["请核对"] is BlockKind.COMMENT


def test_a_pdf_of_ours_says_what_its_word_file_says(tmp_path: Path):
    from docgen.convert import open_converter  # noqa: PLC0415

    converter = open_converter("rdocx:")
    try:
        pdf = converter.convert(docx()).data
    finally:
        converter.close()
    path = tmp_path / "c.pdf"
    path.write_bytes(pdf)
    text: ContractText = open_contract(path).contract
    assert text.pages == 1
    assert _SENTENCE * 3 in text.text.replace("\n", "")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        locked = io.BytesIO()
        opened.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert refused(locked.getvalue()) == "not_readable"
    assert refused(pdf[: len(pdf) // 3]) == "not_readable"


def test_a_scan_is_refused_by_page():
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pdf.make_stream(b"0 0 100 100 re f")
    written = io.BytesIO()
    pdf.save(written)
    with pytest.raises(InputError, match="第1页没有文字") as caught:
        read_contract(written.getvalue())
    assert caught.value.code == "not_readable"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        "短".encode(),
        b"PK\x03\x04rubbish",
        b"\xd0\xcf\x11\xe0" + b"0" * 600,
        b"%PDF-1.7\nnothing",
        b"\x00\x01" * 500,
    ],
    ids=["empty", "blank", "short", "broken docx", "old doc", "broken pdf", "binary"],
)
def test_what_is_no_readable_contract_is_refused(data: bytes):
    assert refused(data) == "not_readable"


def test_a_document_type_declaration_is_refused_before_anything_is_expanded():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    assert refused(repacked(docx(), "word/document.xml", bomb)) == "not_readable"
    outside = b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'
    assert refused(repacked(docx(), "word/document.xml", outside)) == "not_readable"


def test_a_zip_bomb_is_read_no_further_than_its_bound():
    assert refused(repacked(docx(), "word/document.xml", b" " * 61_000_000)) == "too_large"


def test_tables_two_hundred_deep_are_read():
    start = "<w:tbl><w:tr><w:tc>" * 200
    end = "<w:p/></w:tc></w:tr></w:tbl>" * 200
    inner = f"<w:p><w:r><w:t>{_LONG}</w:t></w:r></w:p>{start}<w:p><w:r><w:t>最里</w:t></w:r></w:p>{end}"
    body = f"<w:document {nsdecls('w')}><w:body>{inner}</w:body></w:document>"
    assert "最里" in read_contract(repacked(docx(), "word/document.xml", body.encode())).text


def test_a_novel_and_a_huge_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert refused((_SENTENCE * (refusing.MAX_TEXT // len(_SENTENCE) + 1)).encode()) == "too_large"
    monkeypatch.setattr(source, "MAX_FILE", 1000)
    path = tmp_path / "huge.txt"
    path.write_bytes(_LONG.encode() * 3)
    with pytest.raises(InputError) as caught:
        open_contract(path)
    assert caught.value.code == "too_large"


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(NotFoundError, match=r"nowhere\.docx"):
        open_contract(Path("nowhere.docx"))


def test_the_reader_of_pdf_loads_nothing_of_ours():
    worker = Path(source.__file__).with_name("pdf_worker.py").read_text(encoding="utf-8")
    assert "docgen" not in worker
    assert subprocess.run([sys.executable, "-I", "-c", "import pypdfium2"], check=False).returncode == 0
