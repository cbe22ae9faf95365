"""The act of signing itself: keys and certificates for each place, drawings on the page, PAdES signatures.

A person's signature and a seal are two signatures: the person's certificate names the person, the seal's the company.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from docgen.clock import Clock
from docgen.envelope import placing
from docgen.envelope.authority import Certified
from docgen.envelope.definition import Act, EnvelopeDocument, SealUse, Seat, Signer
from docgen.errors import InputError
from docgen.signing import pades, seals
from docgen.signing.authority import Identity
from docgen.signing.keys import Credential, KeySource
from docgen.signing.outlines import Drawing
from docgen.signing.timestamps import Timestamper

Held = Mapping[Act, Credential]


def credentials(keys: KeySource, signer: Signer, seat: Seat) -> Held:
    """Return the key for each act of a seat; raise what the source raises where it has none."""
    return {act: keys.credential(_identity(signer, seat, act)) for act in seat.acts}


def certified(credential: Credential) -> Certified:
    """Return what the rules want to know of a certificate."""
    valid = credential.certificate["tbs_certificate"]["validity"].native
    return Certified(credential.serial, valid["not_before"], valid["not_after"])


def described(seat: Seat, act: Act, credential: Credential) -> dict[str, Any]:
    """Return what the log keeps of an act: field, certificate, whose, valid from when to when."""
    subject, about = credential.certificate.subject.native, certified(credential)
    return {
        "act": act.value,
        "field": seat.field(act),
        "name": subject["common_name"],
        "organisation": subject.get("organization_name", ""),
        "serial": credential.serial,
        "certificate_sha256": credential.certificate.sha256.hex(),
        "valid_from": about.valid_from.isoformat(),
        "valid_to": about.valid_to.isoformat(),
        "mark": credential.mark,
    }


def applied(  # noqa: PLR0913, PLR0917 - who signs what with which means
    pdf: bytes,
    seat: Seat,
    signer: Signer,
    document: EnvelopeDocument,
    held: Held,
    timestamper: Timestamper,
    clock: Clock,
) -> bytes:
    """Return `pdf` with the signatures of a seat, of which it is the beginning.

    Raises:
        BackendError: no time stamp could be had (`timestamp_failed`).
        StateError: a key is spent or its certificate refused.
    """
    reason = f"签署《{document.title}》{document.doc_no}：{seat.label}"
    for act, credential in held.items():
        drawing = _drawing(seat, signer, act, credential, clock.now())
        pdf = pades.sign(pdf, pades.Act(seat.field(act), credential, drawing, reason), timestamper, clock)
    return pdf


def _identity(signer: Signer, seat: Seat, act: Act) -> Identity:
    if act is Act.SEAL:
        seal = _seal(seat)
        return Identity(f"{seal.owner}{_kind(seal)}", seal.owner)
    return Identity(signer.person.name, signer.organisation, signer.person.title)


def _drawing(seat: Seat, signer: Signer, act: Act, credential: Credential, at: datetime) -> Drawing:
    if act is Act.SEAL:
        seal = _seal(seat)
        return seals.seal(seal.owner, _kind(seal), mark=credential.mark)
    person = signer.person
    return seals.signature(
        person.name, person.title, at, credential.serial, credential.mark, width=placing.WIDTH, height=placing.HEIGHT
    )


def _seal(seat: Seat) -> SealUse:
    assert seat.seal is not None, "a seat with a seal to apply names it"
    return seat.seal


def _kind(seal: SealUse) -> seals.SealKind:
    try:
        return seals.SealKind(seal.kind.label)
    except ValueError:
        raise InputError(
            f"{seal.kind.label}不能电子用印", code="seal_kind", remedy="使用公章或合同专用章，或在纸面用印"
        ) from None
