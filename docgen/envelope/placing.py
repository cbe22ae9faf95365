"""Where on the pages each act of signing goes: at the anchors of the form (forms.md section 1.3).

The anchors are bookmarks of the issued Word file and do not survive its conversion. What survives is the text: an
anchor becomes the label beside it, and which of the like labels it is, counted in the order of the document. Where
Word file and PDF do not agree on that count, nothing is placed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Final
from zipfile import ZipFile

from docgen.envelope.definition import Act, Seat
from docgen.errors import InputError
from docgen.signing.anchors import Box, Label, occurrences
from docgen.signing.seals import DIAMETER

WIDTH: Final = 164.0
HEIGHT: Final = 32.0
"""Size of a person's signature below its label, in points; beside one it is flatter, for rows stand close there."""

_BESIDE: Final = 0.75
_GAP: Final = 4.0  # points between a label and the signature beside it
_NARROWEST: Final = 70.0
FOOT: Final = 48.0
"""Height above the lower edge of the page that its foot takes, in points."""
_TOKENS: Final = re.compile(
    r"<w:(?P<open>tr|tc|p)(?=[ >/])|</w:(?P<close>p)>|<w:t(?: [^>]*)?>(?P<text>[^<]*)</w:t>"
    r'|<w:bookmarkStart [^>]*w:name="(?P<anchor>(?:sig|seal)\.[a-z_.]+)"'
)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A paragraph of the Word file: its text, its row and cell (numbered), its anchors."""

    text: str
    row: int
    cell: int
    anchors: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A printed label, which of its like it is (from 0) of how many, and where the act goes."""

    label: str
    number: int
    count: int
    beside: bool


def places(docx: bytes, pdf: bytes, seats: Sequence[Seat]) -> dict[str, Box]:
    """Return the box of every signature field of one document, by the name of the field.

    Raises:
        InputError: an anchor is not in the Word file, or its label not in the PDF (`anchor_missing`), or they do not
            agree on how often it is printed (`anchor_ambiguous`).
    """
    paragraphs = list(_paragraphs(docx))
    found: dict[str, Box] = {}
    for seat in seats:
        for act in seat.acts:
            mark = _mark(paragraphs, f"sig.{seat.place}.{act}")
            label = _printed(pdf, mark)
            found[seat.field(act)] = seal_box(label) if act is Act.SEAL else _sign_box(label, beside=mark.beside)
    return found


def _paragraphs(docx: bytes) -> Iterator[_Paragraph]:
    with ZipFile(BytesIO(docx)) as package:
        xml = package.read("word/document.xml").decode("utf-8")
    row = cell = 0
    text: list[str] = []
    anchors: set[str] = set()
    for token in _TOKENS.finditer(xml):
        match token["open"] or token["close"]:
            case "tr":
                row += 1
            case "tc":
                cell += 1
            case "p" if token["close"]:
                yield _Paragraph("".join(text).strip(), row, cell, frozenset(anchors))
                text, anchors = [], set()
            case "p":
                pass
            case _ if token["anchor"]:
                anchors.add(token["anchor"])
            case _:
                text.append(unescape(token["text"]))


def _mark(paragraphs: Sequence[_Paragraph], anchor: str) -> _Mark:
    at = next((index for index, one in enumerate(paragraphs) if anchor in one.anchors), None)
    if at is None:
        raise _missing()
    own = paragraphs[at]
    beside = True
    labelled = at
    if not own.text:
        labelled = next((index for index in range(at - 1, -1, -1) if paragraphs[index].text), -1)
        if labelled < 0:
            raise _missing()
        before = paragraphs[labelled]
        beside = before.row == own.row and before.cell != own.cell
    label = _label(paragraphs[labelled].text)
    texts = [one.text for one in paragraphs]
    number = sum(text.count(label) for text in texts[:labelled])
    return _Mark(label, number, sum(text.count(label) for text in texts), beside)


def _label(text: str) -> str:
    head, colon, _ = text.partition("：")
    return head + colon if colon else text


def _printed(pdf: bytes, mark: _Mark) -> Label:
    found = occurrences(pdf, mark.label)
    if not found:
        raise _missing()
    if len(found) != mark.count:
        raise InputError(
            "签署位置的文字在 Word 与 PDF 中的次数不同",
            code="anchor_ambiguous",
            remedy="检查表单的签署处，或正文、页眉中是否出现了同样的文字",
        )
    return found[mark.number]


def _sign_box(label: Label, *, beside: bool) -> Box:
    if not beside:
        return label.below(WIDTH, HEIGHT)
    left = label.box.right + _GAP
    width = max(_NARROWEST, min(WIDTH * _BESIDE, label.limit - _GAP - left))
    half = HEIGHT / 2 * width / WIDTH
    middle = (label.box.bottom + label.box.top) / 2
    return Box(label.box.page, left, middle - half, left + width, middle + half)


def seal_box(label: Label) -> Box:
    """Return the place of a seal: centred on the name, over it (骑年盖月)."""
    if label.line_end > label.box.right:
        return label.over_name(DIAMETER)
    x, y = (label.box.left + label.box.right) / 2, (label.box.bottom + label.box.top) / 2
    half = DIAMETER / 2
    return Box(label.box.page, x - half, y - half, x + half, y + half)


def _missing() -> InputError:
    return InputError("签署位置的文字在文件中找不到", code="anchor_missing", remedy="检查表单模板的签署处书签及其文字")
