"""A PDF with a text layer as text: reading order, page headers, footers and numbers removed, broken lines joined.

A file is read by `pdf_worker` in a process of its own. A page that shows something but holds no text is a scan, and a
scan is refused: nobody may believe that it was checked.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from docgen.precheck.refusing import MAX_TEXT, too_large, unreadable
from docgen.precheck.text import CELL, BlockKind, ContractText, Writer

_WORKER = Path(__file__).with_name("pdf_worker.py")
_SECONDS = 60
_PAGE_NUMBER = re.compile(
    r"[\s\-—–·]*(?:第?\s*[\dIVXivx一二三四五六七八九十]{1,4}\s*页?"
    r"|第?\s*\d{1,4}\s*页?\s*[,，/／共]\s*共?\s*\d{1,4}\s*页?|page\s*\d+.*)[\s\-—–·]*",
    re.IGNORECASE,
)
_EDGE = 3
"""Lines at the top and at the bottom of a page among which headers and footers are looked for."""
_STARTS = re.compile(
    r"\s*(?:第[\s\d一二三四五六七八九十百零〇]{1,6}[条章节款部]|[一二三四五六七八九十]{1,3}\s*[、．.]"
    r"|[(（][\d一二三四五六七八九十]{1,3}[)）]"
    r"|\d{1,2}(?:[.．]\d{1,2}){0,3}\s*[、．.)）]?\s*(?=[^\d\s年月日个元%％.．])|[①-⑳]|附件|甲\s*方"
    r"|乙\s*方|丙\s*方|买\s*方"
    r"|卖\s*方|供\s*方|需\s*方|以下无正文)"
)
_SENTENCE_ENDS = "。；;：:！？!?"
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef、。《》“”]")
_FULL = 0.06
"""How far from the right edge of the text, in parts of the page, a full line may end."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def key(self) -> str:
        """What makes a running header the same on every page: the words without digits and blanks."""
        return re.sub(r"[\s\d]+", "", self.text)

    def beside(self, other: "_Line") -> bool:
        """Whether this line stands on the same row as the one before it, to its right."""
        height = max(self.top - self.bottom, 0.001)
        return abs(self.bottom - other.bottom) < 0.4 * height and self.left >= other.right - 0.002


def read_pdf(data: bytes) -> ContractText:
    """Read a PDF file.

    Raises:
        InputError: Codes `not_readable`, `too_large`.
    """
    pages = _worked(data)
    bare = [number for number, (lines, drawn) in enumerate(pages, 1) if drawn and not lines]
    if bare:
        listed = "、".join(str(number) for number in bare[:5]) + ("等" if len(bare) > 5 else "")
        raise unreadable(f"PDF第{listed}页没有文字，可能是扫描件", "先做文字识别（OCR），或向对方索取Word文件")
    running = _running([lines for lines, _ in pages])
    writer = Writer()
    table = 0
    for block in _blocks([_content(lines, running) for lines, _ in pages]):
        row = CELL in block
        table += row and not (writer.blocks and writer.blocks[-1].kind is BlockKind.ROW)
        writer.add(block, BlockKind.ROW if row else BlockKind.PARAGRAPH, table if row else 0)
        if writer.length > MAX_TEXT:
            raise too_large("文本超过合同应有的篇幅")
    return writer.finished("pdf", pages=len(pages))


def _worked(data: bytes) -> list[tuple[list[_Line], bool]]:
    try:
        done = subprocess.run(  # noqa: S603 - our own script, the file goes to its standard input
            [sys.executable, "-I", "-B", str(_WORKER)], input=data, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise unreadable("PDF读取超时，文件可能已损坏", "用PDF阅读器打开后重新打印为PDF") from None
    if done.returncode:
        raise unreadable("PDF无法读取，文件可能已损坏", "用PDF阅读器打开后重新打印为PDF")
    answer = json.loads(done.stdout)
    match answer.get("error"):
        case "encrypted":
            raise unreadable("PDF已加密", "去掉密码后重新提交")
        case "pages":
            raise too_large("PDF页数过多")
        case None:
            return [([_Line(*line) for line in page["lines"]], bool(page["drawn"])) for page in answer["pages"]]
        case _:
            raise unreadable("PDF已损坏，无法打开", "用PDF阅读器打开后重新打印为PDF")


def _running(pages: Sequence[Sequence[_Line]]) -> frozenset[str]:
    """Return the keys of lines that stand at the edge of most pages."""
    seen: Counter[str] = Counter()
    for lines in pages:
        seen.update({line.key for line in _edges(lines) if line.key})
    least = max(2, (len(pages) + 1) // 2)
    return frozenset(key for key, count in seen.items() if count >= least and len(pages) > 1)


def _edges(lines: Sequence[_Line]) -> list[_Line]:
    by_height = sorted(lines, key=lambda line: -line.top)
    return by_height[:_EDGE] + by_height[-_EDGE:]


def _content(lines: Sequence[_Line], running: frozenset[str]) -> list[_Line]:
    margin = {id(line) for line in _edges(lines)}
    return [
        line
        for line in lines
        if not (
            id(line) in margin
            and (
                (line.key in running and (line.bottom > 0.86 or line.top < 0.14))
                or (_PAGE_NUMBER.fullmatch(line.text.strip()) and (line.bottom > 0.9 or line.top < 0.1))
            )
        )
    ]


def _blocks(pages: Sequence[Sequence[_Line]]) -> Iterator[str]:
    """Yield paragraphs and table rows; a paragraph may run over a page."""
    lines = [line for page in pages for line in page]
    edge = max((line.right for line in lines), default=1.0)
    text = ""
    last: _Line | None = None
    for line in lines:
        if last is not None and text and line.beside(last):
            gap = line.left - last.right
            text += (CELL if gap > 0.02 else " ") + line.text.strip()
        elif last is not None and text and _continues(text, last, line, edge):
            text = _joined(text, line.text)
        else:
            if text:
                yield text
            text = line.text.strip()
        last = line
    if text:
        yield text


def _continues(text: str, last: _Line, line: _Line, edge: float) -> bool:
    if CELL in text or _STARTS.match(line.text):
        return False
    if text.rstrip()[-1:] in _SENTENCE_ENDS and line.left > last.left + 0.015:
        return False
    return last.right > edge - _FULL


def _joined(text: str, more: str) -> str:
    text, more = text.rstrip(), more.strip()
    if text.endswith("-") and text[-2:-1].isalpha() and more[:1].islower():
        return text[:-1] + more
    glued = _HAN.match(text[-1:]) or _HAN.match(more[:1])
    return text + ("" if glued else " ") + more
