"""What may be done to a signed file and what not: forms, notes, locks, metadata, encryption, tables."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter

from docgen.signing.keys import builtin_trust
from docgen.signing.verdict import Status, Verdict
from docgen.signing.verify import verify
from tests.signing.rig import AnySigner, certified
from tests.signing.tampering import stamped, updated
from tests.signing.test_attacks import annotation, catalogue, field_added, names, numbers, page, update
from tests.signing.test_verify import codes
from tests.signing.world import World

KEY = ec.generate_private_key(ec.SECP256R1())
Writer = IncrementalPdfFileWriter
SIGN = "S1"


def judged(pdf: bytes, world: World) -> Verdict:
    return verify(pdf, world.trust + builtin_trust(world.authority), clock=world.later(minutes=30).clock)


@pytest.fixture(scope="module")
def form(issued: bytes) -> bytes:
    """The contract with two text fields, `first` and `second`."""

    def change(writer: Writer) -> None:
        shown = writer.root["/Pages"]["/Kids"][0].get_object()
        fields = ArrayObject()
        for name in ("first", "second"):
            field = names(FT=NameObject("/Tx"), T=pdf_string(name), V=pdf_string(""), Rect=numbers(100, 300, 300, 330))
            field.update(names(Type=NameObject("/Annot"), Subtype=NameObject("/Widget"), DA=pdf_string("/H 9 Tf 0 g")))
            fields.append(writer.add_object(field))
        writer.root["/AcroForm"] = names(Fields=fields)
        writer.update_root()
        shown["/Annots"] = ArrayObject(fields)
        writer.update_container(shown)

    return updated(issued, change)


def filled(name: str, value: str = "1.00", flags: int | None = None) -> Callable[[bytes], bytes]:
    def change(writer: Writer) -> None:
        fields = (one.get_object() for one in writer.root["/AcroForm"]["/Fields"])
        field = next(one for one in fields if one["/T"] == name)
        field["/V"] = pdf_string(value)
        if flags is not None:
            field["/F"] = numbers(flags)[0]
        writer.update_container(field)

    return lambda pdf: updated(pdf, change)


def signed_with(
    pdf: bytes,
    world: World,
    permission: MDPPerm | None = None,
    *,
    locks: FieldMDPSpec | None = None,
    name: str = SIGN,
    password: str | None = None,
) -> bytes:
    writer = Writer(io.BytesIO(pdf), strict=False)
    if password is not None:
        writer.encrypt(password)
    kept: dict[str, object] = {} if permission is None else {"certify": True, "docmdp_permissions": permission}
    meta = PdfSignatureMetadata(field_name=name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, **kept)
    target = io.BytesIO()
    signer = AnySigner(KEY, certified(world, KEY), world)
    spec = SigFieldSpec(name, field_mdp_spec=locks)
    PdfSigner(meta, signer, new_field_spec=spec).sign_pdf(writer, output=target)
    return target.getvalue()


def note(**more: object) -> Callable[[bytes], bytes]:
    def change(writer: Writer, first: DictionaryObject) -> None:
        said = names(Type=NameObject("/Annot"), Subtype=NameObject("/Text"), Rect=numbers(9, 9, 29, 29), **more)
        first["/Annots"].append(writer.add_object(said))
        writer.update_container(first["/Annots"])
        writer.update_container(first)

    return update(change)


def described(title: str) -> Callable[[bytes], bytes]:
    def change(writer: Writer) -> None:
        writer.set_info(names(Title=pdf_string(title)))

    return lambda pdf: updated(pdf, change)


def xmp(title: str) -> Callable[[bytes], bytes]:
    data = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<r:Description xmlns:d="http://purl.org/dc/elements/1.1/"><d:title>{title}</d:title></r:Description>'
        "</r:RDF></x:xmpmeta>"
    )

    def change(writer: Writer) -> None:
        kinds = names(Type=NameObject("/Metadata"), Subtype=NameObject("/XML"))
        writer.root["/Metadata"] = writer.add_object(StreamObject(kinds, stream_data=data.encode()))
        writer.update_root()

    return lambda pdf: updated(pdf, change)


NOTE = note(Contents=pdf_string("请核对"))
ONE, ALL = FieldMDPSpec(FieldMDPAction.INCLUDE, fields=["first"]), FieldMDPSpec(FieldMDPAction.ALL)


@pytest.mark.parametrize(
    ("terms", "change", "allowed"),
    [
        ((MDPPerm.NO_CHANGES, None), filled("first"), False),
        ((MDPPerm.FILL_FORMS, None), filled("first"), True),
        ((MDPPerm.ANNOTATE, None), filled("first"), True),
        ((MDPPerm.FILL_FORMS, None), filled("first", flags=2), False),  # hidden
        ((None, ONE), filled("first"), False),
        ((None, ONE), filled("second"), True),
        ((None, ALL), filled("second"), False),
        ((None, None), NOTE, False),
        ((MDPPerm.FILL_FORMS, None), NOTE, False),
        ((MDPPerm.ANNOTATE, None), NOTE, True),
        ((MDPPerm.ANNOTATE, None), note(A=names(S=NameObject("/Launch"))), False),
        ((MDPPerm.ANNOTATE, None), annotation(Subtype=NameObject("/Highlight")), False),
        ((MDPPerm.ANNOTATE, None), annotation(Subtype=NameObject("/FreeText")), False),
        ((MDPPerm.ANNOTATE, None), lambda pdf: page(Rotate=numbers(90)[0])(NOTE(pdf)), False),
        ((MDPPerm.ANNOTATE, None), update(field_added), False),
    ],
)
def test_what_a_signature_allows_is_valid_and_nothing_else(
    form: bytes,
    world: World,
    terms: tuple[MDPPerm | None, FieldMDPSpec | None],
    change: Callable[[bytes], bytes],
    allowed: bool,
) -> None:
    permission, locks = terms
    verdict = judged(change(signed_with(form, world, permission, locks=locks)), world)
    assert codes(verdict) == (set() if allowed else {"forbidden_change"})


def test_an_update_is_held_against_every_signature_before_it(form: bytes, world: World) -> None:
    once = signed_with(form, world, MDPPerm.FILL_FORMS)
    twice = signed_with(filled("first")(once), world, locks=ONE, name="S2")
    assert judged(twice, world).valid
    assert judged(filled("second")(twice), world).valid
    assert codes(judged(signed_with(filled("first", "2.00")(twice), world, name="S3"), world)) == {"forbidden_change"}


def test_a_form_filled_after_a_signature_that_does_not_speak_of_it_is_not_confirmed(form: bytes, world: World) -> None:
    """The shadow attack by forms: what was signed shows another value afterwards."""
    once = signed_with(form, world)
    verdict = judged(filled("first")(once), world)
    assert verdict.status is Status.UNDECIDED
    assert codes(verdict) == {"filled_afterwards"}
    assert judged(signed_with(once, world, name="S2"), world).valid, "another signature is no form filled"


@pytest.mark.parametrize("change", [described("另一份合同"), xmp("另一份合同")])
def test_what_a_document_says_it_is_does_not_change_even_below_a_time_stamp(
    change: Callable[[bytes], bytes], form: bytes, signed: bytes, world: World
) -> None:
    assert codes(judged(change(signed_with(form, world)), world)) == {"forbidden_change"}
    assert "forbidden_change" in codes(judged(stamped(change(signed), world.timestamper), world))


@pytest.mark.parametrize(("user", "status"), [("", Status.VALID), ("secret", Status.UNDECIDED)])
def test_a_file_that_opens_without_password_is_judged(form: bytes, world: World, user: str, status: Status) -> None:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(form)) as document:
        document.save(target, encryption=pikepdf.Encryption(owner="owner", user=user))
    verdict = judged(signed_with(target.getvalue(), world, password=user), world)
    assert verdict.status is status
    assert codes(verdict) == (set() if status is Status.VALID else {"encrypted"})


def with_two_tables(pdf: bytes) -> bytes:
    """Add an update with a table and, for newer readers, a stream with an object that the table calls free."""
    size = int(pdf.rsplit(b"/Size", 1)[1].split()[0])
    previous = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    root = pdf.rsplit(b"/Root ", 1)[1].split(b"R")[0]
    inner = b"%d 0 << /Hidden true >>" % size
    first = len(b"%d 0 " % size)
    held = b"%d 0 obj\n<< /Type /ObjStm /N 1 /First %d /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        *(size + 1, first, len(inner), inner),
    )
    at = len(pdf)
    stream_at = at + len(held)
    entry = b"\x02" + (size + 1).to_bytes(4, "big") + b"\x00"
    stream = (
        b"%d 0 obj\n<< /Type /XRef /W [1 4 1] /Index [%d 1] /Size %d /Root %sR /Length %d >>\nstream\n%s\nendstream\n"
        % (*(size + 2, size, size + 3, root, len(entry), entry),)
    )
    table = b"xref\n0 1\n0000000000 65535 f \n%d 2\n0000000000 65535 f \n%010d 00000 n \n%d 1\n%010d 00000 n \n" % (
        *(size, at, size + 2, stream_at),
    )
    trailer = b"trailer\n<< /Size %d /Root %sR /Prev %d /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n"
    body = held + stream + b"endobj\n"
    return pdf + body + table + trailer % (size + 3, root, previous, stream_at, at + len(body))


def test_two_tables_are_good_before_a_signature_and_not_after_it(form: bytes, world: World) -> None:
    plain = io.BytesIO()
    with pikepdf.open(io.BytesIO(form)) as document:
        document.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    both = with_two_tables(plain.getvalue())
    good = judged(signed_with(both, world), world)
    assert good.valid, good.reasons
    assert not judged(with_two_tables(signed_with(plain.getvalue(), world)), world).valid


def test_a_form_with_permissions_taken_away_is_refused(form: bytes, world: World) -> None:
    certified_file = signed_with(form, world, MDPPerm.ANNOTATE)
    assert codes(judged(catalogue(Perms=None)(certified_file), world)) == {"forbidden_change"}
