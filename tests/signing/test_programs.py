"""Files as other programs write them, and what somebody could make of each of their ways."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.generic import ArrayObject, IndirectObject, NameObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter as Writer

from docgen.errors import InputError
from docgen.signing.trust import read_trust
from docgen.signing.verdict import Status
from docgen.signing.verify import verify
from tests.signing.rig import AnySigner, certified, signed_anyhow
from tests.signing.tampering import updated, value_of, with_value
from tests.signing.test_attacks import names
from tests.signing.test_foreign import judged
from tests.signing.test_verify import codes
from tests.signing.world import World

Change = Callable[[Writer], None]
KEY = ec.generate_private_key(ec.SECP256R1())


def signed(pdf: bytes, world: World) -> bytes:
    return signed_anyhow(pdf, AnySigner(KEY, certified(world, KEY), world))


def page(*contents: int, size: int = 5) -> bytes:
    """Return a page by hand, its table kept as stream 5, which `size` counts or leaves out (PDFBox leaves it out)."""
    listed = " ".join(f"{number} 0 R" for number in contents)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [{listed}] >>".encode(),
        b"<< /Length 14 >>\nstream\n0 0 99 99 re f\nendstream",
    ]
    data, places = b"%PDF-1.7\n", [0]
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    rows = b"\0\0\0\0\xff\xff" + b"".join(b"\1" + at.to_bytes(3, "big") + b"\0\0" for at in places[1:])
    at = len(data)
    if size > 5:
        rows += b"\1" + at.to_bytes(3, "big") + b"\0\0"
    head = b"5 0 obj\n<< /Type /XRef /W [1 3 2] /Size %d /Root 1 0 R /Length %d >>\nstream\n" % (size, len(rows))
    return data + head + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def loosely_signed(pdf: bytes, world: World) -> bytes:
    """Sign with a program that does not mind the numbers of tables."""
    return signed_anyhow(pdf, AnySigner(KEY, certified(world, KEY), world), strict=False)


def test_the_number_of_a_table_may_be_used_again(world: World) -> None:
    again = updated(page(4), lambda writer: blackened(writer, 5), strict=False)
    pdf = loosely_signed(again, world)
    verdict = judged(pdf, world)
    assert verdict.valid, verdict.reasons
    changed = updated(pdf, lambda writer: blackened(writer, 4), strict=False)
    assert codes(judged(changed, world)) == {"forbidden_change"}


def blackened(writer: Writer, number: int) -> None:
    writer.objects[0, number] = StreamObject(stream_data=b"0 0 595 842 re f")


def test_what_a_page_wants_and_does_not_have_may_not_come_after_the_signature(world: World) -> None:
    pdf = loosely_signed(page(4, 90, size=6), world)
    assert judged(pdf, world).valid, "a reference to nothing is null"
    filled = updated(pdf, lambda writer: blackened(writer, 90), strict=False)
    assert codes(judged(filled, world)) == {"forbidden_change"}


def proof(entry: str, world: World, *more: IndirectObject) -> Change:
    """Write the whole store of proof anew, its `entry` for one signature, too."""

    def change(writer: Writer) -> None:
        root = world.authority.root.public_bytes(serialization.Encoding.DER)
        stream = writer.add_object(StreamObject(stream_data=root))
        one = names(Type=NameObject("/VRI"), Cert=ArrayObject([stream, *more]))
        entries = names(Type=NameObject("/VRI"), **{entry: one})
        writer.root["/DSS"] = names(VRI=writer.add_object(entries), Certs=ArrayObject([stream]))
        writer.update_root()

    return change


def test_proof_is_added_and_written_anew_by_other_programs(issued: bytes, world: World) -> None:
    once = updated(signed(issued, world), proof("A" * 40, world))
    assert judged(once, world).valid
    assert judged(updated(once, proof("B" * 40, world)), world).valid


def test_proof_is_no_place_for_what_a_page_shows(issued: bytes, world: World) -> None:
    def change(writer: Writer) -> None:
        shown = writer.root["/Pages"]["/Kids"][0].get_object().raw_get("/Contents")
        own = shown.get_object()[0] if isinstance(shown.get_object(), ArrayObject) else shown
        blackened(writer, own.idnum)
        proof("A" * 40, world, own)(writer)

    assert codes(judged(updated(signed(issued, world), change), world)) == {"forbidden_change"}


def freeing(pdf: bytes, number: int) -> bytes:
    root, start = pdf.rsplit(b"/Root ", 1)[1].split(b"R")[0], int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    size = max(number + 1, *(int(one) for one in re.findall(rb"/Size (\d+)", pdf)))
    table = b"xref\n%d 1\n0000000000 65535 f \ntrailer\n<< /Size %d /Root %sR /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return pdf + table % (number, size, root, start, len(pdf))


def test_a_number_that_stood_for_nothing_may_be_given_up_and_no_other(issued: bytes, world: World) -> None:
    pdf = signed(issued, world)
    nothing = max(int(one) for one in re.findall(rb"/Size (\d+)", pdf)) + 3
    assert judged(freeing(pdf, nothing), world).valid
    used = int(re.search(rb"(\d+) 0 obj\s*<<[^>]*?/Type /Pages", pdf).group(1))
    assert not judged(freeing(pdf, used), world).valid


def test_an_unknown_way_of_signing_is_not_called_a_forgery(issued: bytes, world: World) -> None:
    pdf = signed(issued, world)
    _, value = value_of(pdf, 0)
    by = bytes.fromhex("06082a8648ce3d040302")  # ecdsa-with-SHA256; the last one names the way of the signature
    at = value.rindex(by)
    verdict = judged(with_value(pdf, 0, value[:at] + by[:-1] + b"\x63" + value[at + len(by) :]), world)
    assert verdict.status is Status.UNDECIDED
    assert codes(verdict) == {"algorithm_unsupported"}


def test_a_certificate_that_may_have_been_revoked_is_told_from_one_that_leads_nowhere(
    issued: bytes, world: World
) -> None:
    certificate = certified(world, KEY, list_at="http://ca.example/list.crl")
    pdf = signed_anyhow(issued, AnySigner(KEY, certificate, world))
    trust = read_trust((world.folder / "root.pem").read_bytes() + (world.folder / "issuing.pem").read_bytes())
    verdict = verify(pdf, trust, clock=world.later(minutes=30).clock)
    assert verdict.status is Status.UNDECIDED
    assert codes(verdict) == {"revocation_unknown"}


def test_a_certificate_of_ones_own_is_trusted_by_whoever_names_it(issued: bytes, world: World) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "John Doe")])
    now = world.clock.now()
    own = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(KEY, hashes.SHA256())
    )
    pdf = signed_anyhow(issued, AnySigner(KEY, own, world))
    named = read_trust(own.public_bytes(serialization.Encoding.PEM))
    assert verify(pdf, named, clock=world.clock).valid
    assert not verify(pdf, world.trust, clock=world.clock).valid


def test_trust_without_a_certificate_is_none() -> None:
    with pytest.raises(InputError):
        read_trust(b"no certificate")
