"""A copy of a contract with comments at the passages: the words stay as they are, Word shows the notes beside them.

A Word file is copied with everything in it; a comment spans the runs that hold the passage, so that no run is cut. Of
a PDF or text file the copy is a plain Word file of its text.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.text.run import CT_R
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from lxml import etree

from docgen.errors import InputError
from docgen.precheck.source import ContractFile
from docgen.precheck.text import ContractText

_MAX_PACKAGE = 300_000_000
_SHORTEST = 2
_FONT = "宋体"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Note:
    """What to write at a passage; without one (`start` None) the note stands at the beginning."""

    start: int | None
    end: int | None
    text: str


def with_comments(file: ContractFile, notes: Sequence[Note], author: str) -> bytes:
    """Return a Word copy of a contract with a comment for every note.

    Raises:
        InputError: Code `not_markable`; the file could be read, but is too unusual to be written again.
    """
    if file.contract.format == "docx":
        document = _opened(file.data)
        _mark_copy(document, file.contract, notes, author)
    else:
        document = _mark_text(file.contract, notes, author)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _opened(data: bytes) -> WordDocument:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(entry.file_size for entry in package.infolist()) > _MAX_PACKAGE:
                raise _not_markable()
        return Document(io.BytesIO(data))
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError, AttributeError) as error:
        raise _not_markable() from error


def _not_markable() -> InputError:
    return InputError("这个Word文件过于特殊，不能另存带批注的副本", remedy="改用对照页（.html）", code="not_markable")


def _mark_copy(document: WordDocument, contract: ContractText, notes: Sequence[Note], author: str) -> None:
    paragraphs = [
        Paragraph(element, document._body)  # noqa: SLF001 - python-docx has no list of all paragraphs
        for element in document.element.body.iter(qn("w:p"))
    ]
    texts = ["".join(run.text for run in _runs(paragraph)) for paragraph in paragraphs]
    first = next((paragraph for paragraph, text in zip(paragraphs, texts, strict=True) if text.strip()), None)
    for note in notes:
        runs = _runs_of(paragraphs, texts, contract, note) if note.start is not None else []
        runs = runs or (_runs(first) if first is not None else [])
        if runs:
            _comment(document, runs, note.text, author)


def _runs(paragraph: Paragraph) -> list[Run]:
    found = paragraph._p.iter(qn("w:r"))  # noqa: SLF001 - also runs in w:ins
    return [Run(element, paragraph) for element in found if isinstance(element, CT_R)]


def _runs_of(paragraphs: Sequence[Paragraph], texts: Sequence[str], contract: ContractText, note: Note) -> list[Run]:
    """Return the runs that hold the passage: it is the same one of the places with the same words."""
    assert note.start is not None
    assert note.end is not None
    for words, start in _candidates(contract, note.start, note.end):
        before = _count(contract.text[:start], words)
        for paragraph, text in zip(paragraphs, texts, strict=True):
            inside = _count(text, words)
            if inside > before:
                at = -1
                for _ in range(before + 1):
                    at = text.find(words, at + 1)
                return _covering(_runs(paragraph), at, at + len(words))
            before -= inside
    return []


def _candidates(contract: ContractText, start: int, end: int) -> Iterable[tuple[str, int]]:
    """Yield the words to look for: the passage, its first line, its line without an automatic number."""
    passage = contract.text[start:end]
    at = start
    for line in passage.split("\n"):
        if len(line.strip()) >= _SHORTEST:
            yield line.strip(), at + len(line) - len(line.lstrip())
            for cell in line.split(" | "):
                if len(cell.strip()) >= _SHORTEST:
                    yield cell.strip(), start + passage.find(cell.strip())
        at += len(line) + 1
    line_start = contract.text.rfind("\n", 0, start) + 1
    line_end = contract.text.find("\n", end)
    line = contract.text[line_start : len(contract.text) if line_end < 0 else line_end]
    for part in re.split(r" \| |_{2,}|[。；，：:]", re.sub(r"^\s*\S{1,8}?(?=[\u4e00-\u9fff]{3})", "", line)):
        if len(part.strip()) >= _SHORTEST:
            yield part.strip(), line_start + line.find(part.strip())


def _count(text: str, words: str) -> int:
    return text.count(words)


def _covering(runs: Sequence[Run], start: int, end: int) -> list[Run]:
    found, at = [], 0
    for run in runs:
        if at < end and at + len(run.text) > start:
            found.append(run)
        at += len(run.text)
    return found


def _comment(document: WordDocument, runs: Sequence[Run], text: str, author: str) -> None:
    document.add_comment([runs[0], runs[-1]], text=_CONTROL.sub("", text), author=author, initials=author[-2:])


def _mark_text(contract: ContractText, notes: Sequence[Note], author: str) -> WordDocument:
    document = Document()
    style = document.styles["Normal"]
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    cuts = sorted({offset for note in notes for offset in (note.start, note.end) if offset is not None})
    pieces: list[tuple[int, int, Run]] = []
    at = 0
    for line in contract.text.split("\n"):
        paragraph = document.add_paragraph()
        inner = [cut for cut in cuts if at < cut < at + len(line)]
        for start, end in zip([at, *inner], [*inner, at + len(line)], strict=True):
            if start < end:
                pieces.append((start, end, paragraph.add_run(_CONTROL.sub("", contract.text[start:end]))))
        at += len(line) + 1
    for note in notes:
        covered = [
            run
            for start, end, run in pieces
            if note.start is not None
            and note.end is not None
            and start < max(note.end, note.start + 1)
            and end > note.start
        ]
        runs = covered or [run for _, _, run in pieces[:1]]
        if runs:
            _comment(document, runs, note.text, author)
    return document
