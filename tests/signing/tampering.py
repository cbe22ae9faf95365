"""Ways to alter a signed PDF, as somebody would who wants another contract than the one signed."""

import io
import re
from collections.abc import Callable

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject, StreamObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper

CONTENTS = re.compile(rb"/Contents <([0-9a-fA-F]+)>")
RANGE = re.compile(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+) *\]")


def flipped(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def value_of(pdf: bytes, number: int) -> tuple[int, bytes]:
    """Return where the hexadecimal value of the signature `number` stands, and its bytes."""
    match = list(CONTENTS.finditer(pdf))[number]
    return match.start(1), bytes.fromhex(match.group(1).decode())


def with_value(pdf: bytes, number: int, value: bytes) -> bytes:
    at, old = value_of(pdf, number)
    if len(value) > len(old):  # only the padding differs: ECDSA signatures vary by a byte or two
        value = value.rstrip(b"\0")
    assert len(value) <= len(old)
    text = value.ljust(len(old), b"\0").hex().encode()
    return pdf[:at] + text + pdf[at + len(text) :]


def with_byte(pdf: bytes, number: int, at: int) -> bytes:
    """Flip a bit of the byte `at` in the value of signature `number`."""
    _, value = value_of(pdf, number)
    return with_value(pdf, number, flipped(value, at % len(value)))


def content_flipped(pdf: bytes) -> bytes:
    start = max(re.finditer(rb"stream\n(.*?)endstream", pdf, re.DOTALL), key=lambda m: m.end() - m.start()).start()
    return flipped(pdf, start + 400)


def signature_flipped(pdf: bytes) -> bytes:
    """Flip the end of the raw signature: it stands right before the time stamp among the unsigned attributes."""
    _, value = value_of(pdf, 0)
    stamp = value.index(bytes.fromhex("060b2a864886f70d010910020e"))  # id-aa-timeStampToken
    return with_byte(pdf, 0, stamp - 12)


def certificate_flipped(pdf: bytes) -> bytes:
    _, value = value_of(pdf, 0)
    return with_byte(pdf, 0, value.index("示例科技有限公司".encode()) + 2)


def stamp_flipped(pdf: bytes) -> bytes:
    """Flip the imprint in the time stamp of the signature."""
    _, value = value_of(pdf, 0)
    stamp = value.index(bytes.fromhex("060b2a864886f70d0109100104"))  # id-ct-TSTInfo
    return with_byte(pdf, 0, stamp + 60)


def padding_used(pdf: bytes) -> bytes:
    return with_byte(pdf, -1, -5)


def appended(pdf: bytes) -> bytes:
    return pdf + b"% one more line\n"


def updated(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None], *, strict: bool = True) -> bytes:
    """Change `pdf` by an incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=strict)
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _page(writer: IncrementalPdfFileWriter) -> DictionaryObject:
    return writer.root["/Pages"]["/Kids"][0].get_object()


def text_replaced(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page = _page(writer)
        page["/Contents"] = writer.add_object(StreamObject(stream_data=b"0 0 100 100 re f"))
        writer.update_container(page)

    return updated(pdf, change)


def annotated(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page = _page(writer)
        box = ArrayObject(NumberObject(n) for n in (100, 600, 300, 700))
        note = DictionaryObject({
            pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): box, pdf_name("/Contents"): pdf_string("price 1.00"),
        })  # fmt: skip
        page["/Annots"].append(writer.add_object(note))
        writer.update_container(page["/Annots"])

    return updated(pdf, change)


def page_added(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        page = DictionaryObject({
            pdf_name("/Type"): pdf_name("/Page"), pdf_name("/Parent"): writer.root.raw_get("/Pages"),
            pdf_name("/MediaBox"): ArrayObject(NumberObject(n) for n in (0, 0, 595, 842)),
        })  # fmt: skip
        pages["/Kids"].append(writer.add_object(page))
        pages["/Count"] = NumberObject(int(pages["/Count"]) + 1)
        writer.update_container(pages)

    return updated(pdf, change)


def seal_redrawn(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0].get_object()
        field["/AP"] = DictionaryObject({pdf_name("/N"): writer.add_object(StreamObject(stream_data=b"0 0 9 9 re f"))})
        writer.update_container(field)

    return updated(pdf, change)


def signature_removed(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0].get_object()
        del field["/V"]
        writer.update_container(field)

    return updated(pdf, change)


def range_end(pdf: bytes, number: int) -> int:
    match = list(RANGE.finditer(pdf))[number]
    return int(match.group(3)) + int(match.group(4))


def stamp_stripped(pdf: bytes) -> bytes:
    """Take away the document time stamp: the file ends with the signature again."""
    return pdf[: range_end(pdf, -2)]


def rolled_back(pdf: bytes) -> bytes:
    """Take the file back to what it was after its first signature and time stamp."""
    return pdf[: range_end(pdf, 1)]


def range_moved(pdf: bytes) -> bytes:
    match = next(RANGE.finditer(pdf))
    shorter = match.group().replace(
        match.group(4), str(int(match.group(4)) - 10).encode().rjust(len(match.group(4)), b"0")
    )
    return pdf[: match.start()] + shorter + pdf[match.end() :]


def range_emptied(pdf: bytes) -> bytes:
    """Universal signature forgery: a range that covers nothing."""
    match = list(RANGE.finditer(pdf))[-1]
    empty = b"/ByteRange [0 0 0 0".ljust(len(match.group()) - 1) + b"]"
    return pdf[: match.start()] + empty + pdf[match.end() :]


def cut(pdf: bytes) -> bytes:
    return pdf[: len(pdf) // 2]


def stamped(pdf: bytes, timestamper: TimeStamper) -> bytes:
    """Put a document time stamp over whatever `pdf` has become."""
    target = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    PdfTimeStamper(timestamper).timestamp_pdf(writer, "sha256", output=target)
    return target.getvalue()
