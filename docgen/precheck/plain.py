"""A text file as text: UTF-8, UTF-16 with its mark, GB 18030 or Big5, whichever the bytes fit."""

import re
from collections.abc import Iterator

from docgen.precheck.refusing import MAX_TEXT, too_large, unreadable
from docgen.precheck.text import CELL, BlockKind, ContractText, Writer

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_COMMON = frozenset(
    "的一是不在了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处理世車億萬與為國會業時條約關圓買賣貨變產應實雙對經營"
)
"""Frequent characters: a wrong encoding gives rare ones."""
_TABLE_ROW = re.compile(r"[^\t|]*(?:\t+|\s*\|\s*)[^\t|]+(?:\t+|\s*\|\s*)[^\t|]+.*")


def read_plain(data: bytes) -> ContractText:
    """Read a text file.

    Raises:
        InputError: Codes `not_readable`, `too_large`.
    """
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    if len(text) > MAX_TEXT:
        raise too_large("文本超过合同应有的篇幅")
    writer = Writer()
    table = 0
    for line in text.split("\n"):
        row = _TABLE_ROW.fullmatch(line.strip()) is not None
        table += row and not (writer.blocks and writer.blocks[-1].kind is BlockKind.ROW)
        cells = CELL.join(part.strip() for part in re.split(r"\t+|\s*\|\s*", line.strip().strip("|"))) if row else line
        writer.add(cells.rstrip(), BlockKind.ROW if row else BlockKind.PARAGRAPH, table if row else 0)
    return writer.finished("txt")


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)
    if b"\x00" in data:
        raise unreadable("这不是文本文件", "请提交docx、有文字层的PDF或纯文本")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    readings = list(_readings(data))
    if not readings:
        raise unreadable("无法识别文本的编码", "另存为UTF-8编码的文本文件")
    return max(readings, key=_plausible)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise unreadable("文本的编码与其标记不符", "另存为UTF-8编码的文本文件") from None


def _readings(data: bytes) -> Iterator[str]:
    for encoding in ("gb18030", "big5", "cp950"):
        try:
            yield data.decode(encoding)
        except UnicodeDecodeError:
            continue


def _plausible(text: str) -> float:
    """Tell how much of a reading is frequent characters."""
    sample = text[:20_000]
    han = [character for character in sample if "\u3400" <= character <= "\u9fff"]
    return sum(character in _COMMON for character in han) / (len(han) or 1)
