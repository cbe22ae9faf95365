"""The published attacks on signed PDFs, rebuilt on our own file; each is refused, and named for what was done."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.signing import tampering
from tests.signing.rig import AnySigner, certified, signed_anyhow
from tests.signing.tampering import RANGE, updated
from tests.signing.test_verify import TAMPERED, codes, judged
from tests.signing.world import World

Attack = Callable[[bytes], bytes]


def update(change: Callable[[IncrementalPdfFileWriter, DictionaryObject], None]) -> Attack:
    """Make an attack of a `change` to the writer and the first page."""

    def attack(pdf: bytes) -> bytes:
        def both(writer: IncrementalPdfFileWriter) -> None:
            change(writer, writer.root["/Pages"]["/Kids"][0].get_object())

        return updated(pdf, both)

    return attack


def numbers(*values: int) -> ArrayObject:
    return ArrayObject(NumberObject(value) for value in values)


def names(**values: object) -> DictionaryObject:
    return DictionaryObject({pdf_name(f"/{key}"): value for key, value in values.items()})


def page(**values: object) -> Attack:
    """Set entries of the first page."""

    def change(writer: IncrementalPdfFileWriter, first: DictionaryObject) -> None:
        first.update(names(**values))
        writer.update_container(first)

    return update(change)


def catalogue(**values: object) -> Attack:
    """Set entries of the catalogue; None takes them away."""

    def change(writer: IncrementalPdfFileWriter, _: DictionaryObject) -> None:
        for key, value in values.items():
            if value is None:
                del writer.root[f"/{key}"]
            else:
                writer.root[pdf_name(f"/{key}")] = value
        writer.update_root()

    return update(change)


def seal_field(**values: object) -> Attack:
    """Set entries of the widget that shows the signature."""

    def change(writer: IncrementalPdfFileWriter, _: DictionaryObject) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0].get_object()
        field.update(names(**values))
        writer.update_container(field)

    return update(change)


def annotation(**values: object) -> Attack:
    """Add an annotation over the text: the evil annotation attack."""

    def change(writer: IncrementalPdfFileWriter, first: DictionaryObject) -> None:
        drawing = StreamObject(
            names(Subtype=NameObject("/Form"), BBox=numbers(0, 0, 9, 9)), stream_data=b"0 0 9 9 re f"
        )
        note = names(Type=NameObject("/Annot"), Rect=numbers(90, 600, 300, 700), **values)
        note[pdf_name("/AP")] = names(N=writer.add_object(drawing))
        first["/Annots"].append(writer.add_object(note))
        writer.update_container(first["/Annots"])

    return update(change)


def field_added(writer: IncrementalPdfFileWriter, first: DictionaryObject) -> None:
    """Cover the price by a new text field."""
    field = names(FT=NameObject("/Tx"), T=pdf_string("price"), V=pdf_string("1.00"), Rect=numbers(90, 600, 300, 700))
    field.update(names(Type=NameObject("/Annot"), Subtype=NameObject("/Widget")))
    reference = writer.add_object(field)
    writer.root["/AcroForm"]["/Fields"].append(reference)
    writer.update_container(writer.root["/AcroForm"]["/Fields"])
    first["/Annots"].append(reference)
    writer.update_container(first["/Annots"])


def font_replaced(writer: IncrementalPdfFileWriter, first: DictionaryObject) -> None:
    """Shadow attack, replace: the same codes, drawn by another font."""
    fonts = (first.get("/Resources") or writer.root["/Pages"]["/Resources"])["/Font"]
    for name in list(fonts):
        fonts[name] = names(Type=NameObject("/Font"), Subtype=NameObject("/Type1"), BaseFont=NameObject("/Helvetica"))
    writer.update_container(fonts)


def glyphs_mapped(writer: IncrementalPdfFileWriter, first: DictionaryObject) -> None:
    """Shadow attack, replace: the same font, its glyphs in another order."""
    fonts = (first.get("/Resources") or writer.root["/Pages"]["/Resources"])["/Font"]
    inner = next(iter(fonts.values())).get_object()["/DescendantFonts"][0].get_object()
    inner[pdf_name("/CIDToGIDMap")] = writer.add_object(StreamObject(stream_data=bytes(range(256)) * 256))
    writer.update_container(inner)


def seal_drawing_replaced(writer: IncrementalPdfFileWriter, _: DictionaryObject) -> None:
    """Override the stream that draws the signature, and nothing that points to it."""
    drawing = writer.root["/AcroForm"]["/Fields"][0].get_object()["/AP"].raw_get("/N")
    stream = StreamObject(names(Subtype=NameObject("/Form"), BBox=numbers(0, 0, 9, 9)), stream_data=b"0 0 9 9 re f")
    writer.objects[drawing.generation, drawing.idnum] = stream


def signature_shown_again(writer: IncrementalPdfFileWriter, _: DictionaryObject) -> None:
    """Show the same signature in a second field."""
    fields = writer.root["/AcroForm"]["/Fields"]
    field = names(FT=NameObject("/Sig"), T=pdf_string("again"), V=fields[0].get_object().raw_get("/V"))
    fields.append(writer.add_object(field))
    writer.update_container(fields)


def titled(writer: IncrementalPdfFileWriter, _: DictionaryObject) -> None:
    """Let the document say that it is another one."""
    writer.set_info(names(Title=pdf_string("another contract")))


def raw_override(pdf: bytes) -> bytes:
    """Incremental saving attack: a new page tree with its own table, written by hand."""
    number = int(re.search(rb"(\d+) 0 obj\s*<<[^>]*?/Type /Pages", pdf).group(1))
    start = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    root = re.findall(rb"/Root (\d+ 0 R)", pdf)[-1]
    size = re.findall(rb"/Size (\d+)", pdf)[-1]
    at = len(pdf)
    body = b"%d 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n" % number
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %s /Root %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return pdf + body + table % (number, at, size, root, start, at + len(body))


def without_table(pdf: bytes) -> bytes:
    """Incremental saving attack without cross-reference: readers that repair a file find the new object."""
    number = int(re.search(rb"(\d+) 0 obj\s*<<[^>]*?/Type /Pages", pdf).group(1))
    return pdf + b"%d 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n" % number


def ranges(text: bytes) -> Attack:
    """Universal signature forgery: say another range, or none, in the signature."""

    def attack(pdf: bytes) -> bytes:
        match = next(RANGE.finditer(pdf))
        return pdf[: match.start()] + text.ljust(len(match.group())) + pdf[match.end() :]

    return attack


def contents(text: bytes) -> Attack:
    """Universal signature forgery: no value, or an empty one."""

    def attack(pdf: bytes) -> bytes:
        match = next(tampering.CONTENTS.finditer(pdf))
        return pdf[: match.start()] + text.ljust(len(match.group())) + pdf[match.end() :]

    return attack


def wrapped(pdf: bytes) -> bytes:
    """Signature wrapping: move the second range away and put something of one's own in between."""
    match = next(RANGE.finditer(pdf))
    _, first, start, rest = (int(edge) for edge in match.groups())
    said = b"/ByteRange [0 %d %d %d]" % (first, start + 64, rest)
    moved = pdf[: match.start()] + said.ljust(len(match.group())) + pdf[match.end() : start]
    return moved + b"% something of one's own".ljust(64) + pdf[start:]


def digest_flipped(pdf: bytes) -> bytes:
    """Change the digest among the signed attributes."""
    _, value = tampering.value_of(pdf, 0)
    return tampering.with_byte(pdf, 0, value.index(bytes.fromhex("06092a864886f70d010904")) + 20)


STREAM = StreamObject(stream_data=b"0 0 100 100 re f")
HIDDEN = names(OCGs=ArrayObject(), D=names(OFF=ArrayObject()))
SCRIPT = names(S=NameObject("/JavaScript"), JS=pdf_string("app.alert(1)"))
ATTACKS: dict[str, tuple[Attack, set[str]]] = {
    "text field added over the price": (update(field_added), {"forbidden_change"}),
    "page turned": (page(Rotate=NumberObject(180)), {"forbidden_change"}),
    "page cropped": (page(CropBox=numbers(0, 0, 10, 10)), {"forbidden_change"}),
    "page enlarged": (page(UserUnit=NumberObject(2)), {"forbidden_change"}),
    "actions on a page": (page(AA=names(O=SCRIPT)), {"forbidden_change"}),
    "shadow: font replaced": (update(font_replaced), {"forbidden_change"}),
    "shadow: layers hide": (catalogue(OCProperties=HIDDEN), {"forbidden_change"}),
    "shadow: page tree overridden": (raw_override, {"forbidden_change", "pdf_unreadable"}),
    "object without table": (without_table, {"content_appended"}),
    "action on opening": (catalogue(OpenAction=SCRIPT), {"forbidden_change"}),
    "files attached": (catalogue(Names=names(EmbeddedFiles=names(Names=ArrayObject()))), {"forbidden_change"}),
    "certification taken away": (catalogue(Perms=None), {"forbidden_change"}),
    "proof taken away": (catalogue(DSS=None), {"forbidden_change"}),
    "form taken away": (catalogue(AcroForm=None), {"unsigned"}),
    "evil annotation: stamp": (annotation(Subtype=NameObject("/Stamp")), {"forbidden_change"}),
    "evil annotation: redaction": (annotation(Subtype=NameObject("/Redact")), {"forbidden_change"}),
    "evil annotation: hidden widget": (annotation(Subtype=NameObject("/Widget")), {"forbidden_change"}),
    "seal moved": (seal_field(Rect=numbers(0, 0, 500, 800)), {"forbidden_change"}),
    "seal hidden": (seal_field(F=NumberObject(2)), {"forbidden_change"}),
    "field renamed": (seal_field(T=pdf_string("another")), {"forbidden_change"}),
    "field unlocked": (seal_field(Lock=names(Type=NameObject("/SigFieldLock"))), {"forbidden_change"}),
    "appearances needed": (catalogue(NeedsRendering=BooleanObject(True)), {"forbidden_change"}),
    "forgery: no range": (ranges(b""), {"signature_malformed"}),
    "forgery: range of null": (ranges(b"/ByteRange null"), {"signature_malformed"}),
    "forgery: negative range": (ranges(b"/ByteRange [0 -1 10 10]"), {"range_broken"}),
    "forgery: range of nothing": (ranges(b"/ByteRange [0 0 0 0]"), {"range_broken"}),
    "forgery: range too long": (ranges(b"/ByteRange [0 10 20 99999999]"), {"range_broken"}),
    "forgery: no value": (contents(b""), {"signature_malformed"}),
    "forgery: value of null": (contents(b"/Contents null"), {"signature_malformed"}),
    "forgery: empty value": (contents(b"/Contents <>"), {"signature_malformed"}),
    "forgery: value of zeros": (contents(b"/Contents <00000000>"), {"signature_malformed"}),
    "wrapping": (wrapped, {"range_broken", "content_changed", "pdf_unreadable"}),
    "shadow: glyphs mapped": (update(glyphs_mapped), {"forbidden_change"}),
    "seal's drawing replaced": (update(seal_drawing_replaced), {"forbidden_change"}),
    "signature shown again": (update(signature_shown_again), {"forbidden_change"}),
    "title changed": (update(titled), {"forbidden_change"}),
    "scripts by name": (catalogue(Names=names(JavaScript=names(Names=ArrayObject()))), {"forbidden_change"}),
    "digest in the signature": (digest_flipped, {"content_changed", "signature_forged"}),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_by_name(name: str, signed: bytes, world: World) -> None:
    attack, expected = ATTACKS[name]
    altered = attack(signed)
    assert altered != signed
    verdict = judged(altered, world)
    assert not verdict.valid
    assert codes(verdict) & expected, codes(verdict)


def test_the_table_of_the_documentation_has_a_row_for_every_attack() -> None:
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|*]+) \| (accepts|refuses) \|", text, re.MULTILINE)
    attacks = [change.__name__.replace("_", " ") for change in TAMPERED] + list(ATTACKS)
    assert rows == [("(unaltered)", "accepts"), *((name, "refuses") for name in attacks)]


HEALED = ("shadow: font replaced", "seal moved", "evil annotation: stamp", "text field added over the price")


@pytest.mark.parametrize("name", HEALED)
def test_a_new_time_stamp_over_an_attack_does_not_heal_it(name: str, signed: bytes, world: World) -> None:
    altered = tampering.stamped(ATTACKS[name][0](signed), world.later(minutes=10).timestamper)
    assert not judged(altered, world).valid


def test_a_signature_sneaked_in_after_the_certification_is_refused(signed: bytes, world: World) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    sneaked = signed_anyhow(signed, AnySigner(key, certified(world, key), world), timestamper=world.timestamper)
    verdict = judged(sneaked, world)
    assert not verdict.valid
    assert codes(verdict) & {"forbidden_change", "timestamp_missing"}
