import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from docgen.clock import FixedClock
from docgen.signing.authority import Identity
from docgen.signing.trust import Trust, crl_of, read_trust
from docgen.signing.verdict import Expectation, ExpectedSigner, Level, Status, Verdict
from docgen.signing.verify import verify
from tests.signing import tampering
from tests.signing.world import COMPANY, CUSTOMER, SIGNED_AT, World, contract, found, laid_out


def codes(verdict: Verdict) -> set[str]:
    return {reason.code for reason in verdict.reasons}


def judged(pdf: bytes, world: World, expect: Expectation | None = None, **later: float) -> Verdict:
    return verify(pdf, world.trust, expect, clock=world.later(**(later or {"hours": 1})).clock)


def record(pdf: bytes, *signers: str) -> Expectation:
    return Expectation(
        sha256=hashlib.sha256(pdf).hexdigest(), signers=tuple(ExpectedSigner(name=name) for name in signers)
    )


def test_a_signed_and_sealed_contract_is_valid_at_the_long_term_level(complete: bytes, world: World) -> None:
    verdict = judged(complete, world)
    assert verdict.status is Status.VALID, verdict.reasons
    assert verdict.tight
    assert [(one.name, one.level, one.holds) for one in verdict.signatures] == [
        (CUSTOMER.name, Level.LTA, True),
        (COMPANY.name, Level.LTA, True),
    ]
    assert verdict.signatures[0].signed_at == SIGNED_AT
    assert verdict.signatures[0].organisation == CUSTOMER.organisation


@pytest.mark.parametrize("later", [{"days": 2}, {"days": 30}, {"days": 3600}], ids=["expired", "list expired", "years"])
def test_it_stays_valid_after_the_certificate_of_the_signer_has_expired(
    signed: bytes, world: World, later: dict[str, float]
) -> None:
    assert judged(signed, world, **later).status is Status.VALID


def test_it_can_no_longer_be_confirmed_once_its_time_stamp_has_expired(signed: bytes, world: World) -> None:
    assert not judged(signed, world, days=3660).valid


def test_a_later_revocation_leaves_the_signature_valid(prepared: bytes, tmp_path: Path) -> None:
    world = found(tmp_path / "own")
    pdf = world.signed_by_person(prepared)
    later = world.later(hours=2)
    later.authority.revoke(int(judged(pdf, world).signatures[0].serial, 16))
    trust = later.trust + Trust(crls=read_lists(later))
    assert verify(pdf, trust, clock=later.clock).valid


def test_a_revocation_before_the_signature_is_noticed_by_a_newer_list(prepared: bytes, tmp_path: Path) -> None:
    world = found(tmp_path / "own")
    credential = world.keys.credential(CUSTOMER)
    pdf = world.later(hours=2).signed_by_person(prepared, credential=credential)
    world.later(hours=1).authority.revoke(int(credential.serial, 16))
    later = world.later(hours=3)
    assert verify(pdf, later.trust, clock=later.clock).valid, "the file itself holds the older list"
    verdict = verify(pdf, later.trust + Trust(crls=read_lists(later)), clock=later.clock)
    assert "certificate_revoked" in codes(verdict)


def read_lists(world: World) -> tuple:
    return (crl_of(world.authority.crl()),)


TAMPERED: dict[Callable[[bytes], bytes], set[str]] = {
    tampering.content_flipped: {"content_changed"},
    tampering.signature_flipped: {"signature_forged"},
    tampering.certificate_flipped: {"certificate_missing"},
    tampering.stamp_flipped: {"content_changed"},
    tampering.padding_used: {"padding_used"},
    tampering.appended: {"content_appended"},
    tampering.text_replaced: {"forbidden_change", "content_appended"},
    tampering.annotated: {"forbidden_change", "content_appended"},
    tampering.page_added: {"forbidden_change", "content_appended"},
    tampering.seal_redrawn: {"forbidden_change", "content_appended"},
    tampering.signature_removed: {"unsigned", "forbidden_change"},
    tampering.stamp_stripped: {"timestamp_missing"},
    tampering.range_moved: {"content_changed"},
    tampering.range_emptied: {"range_broken"},
    tampering.cut: {"pdf_unreadable", "content_changed"},
}


@pytest.mark.parametrize("change", TAMPERED, ids=lambda change: change.__name__)
def test_a_tampered_file_is_named_for_what_was_done(
    change: Callable[[bytes], bytes], signed: bytes, world: World
) -> None:
    verdict = judged(change(signed), world)
    assert not verdict.valid
    assert codes(verdict) & TAMPERED[change], codes(verdict)


def test_a_signature_taken_from_another_contract_does_not_fit(signed: bytes, world: World) -> None:
    other = world.signed_by_person(laid_out(contract("本合同价款为壹元整。")))
    _, value = tampering.value_of(signed, 0)
    assert "content_changed" in codes(judged(tampering.with_value(other, 0, value), world))


def test_a_time_stamp_taken_from_another_contract_does_not_fit(signed: bytes, world: World) -> None:
    other = world.signed_by_person(laid_out(contract("本合同价款为贰元整。")))
    _, value = tampering.value_of(other, -1)
    verdict = judged(tampering.with_value(signed, -1, value), world)
    assert "content_changed" in codes(verdict)
    assert any(reason.message.startswith("时间戳") for reason in verdict.reasons)


def test_another_authority_of_the_same_name_is_not_the_one_trusted(
    prepared: bytes, world: World, tmp_path: Path
) -> None:
    forged = found(tmp_path / "forged").signed_by_person(prepared)
    verdict = judged(forged, world)
    assert not verdict.valid
    assert codes(verdict) & {"certificate_untrusted", "certificate_unproven"}


@pytest.mark.parametrize("change", [tampering.annotated, tampering.page_added, tampering.seal_redrawn])
def test_a_change_is_noticed_even_below_a_new_time_stamp(
    signed: bytes, world: World, change: Callable[[bytes], bytes]
) -> None:
    stamped = tampering.stamped(change(signed), world.later(minutes=10).timestamper)
    verdict = judged(stamped, world)
    assert "content_appended" not in codes(verdict), "the new time stamp ends at the end of the file"
    assert "forbidden_change" in codes(verdict)


def test_a_time_stamp_of_somebody_unknown_proves_nothing(signed: bytes, world: World, tmp_path: Path) -> None:
    stranger = found(tmp_path / "stranger")
    verdict = judged(tampering.stamped(tampering.stamp_stripped(signed), stranger.timestamper), world)
    assert not verdict.valid
    assert codes(verdict) & {"certificate_untrusted", "certificate_unproven"}


def test_a_further_time_stamp_renews_the_proof(signed: bytes, world: World) -> None:
    verdict = judged(tampering.stamped(signed, world.later(days=900).timestamper), world, days=901)
    assert verdict.valid, verdict.reasons


def test_a_signature_added_by_somebody_else_shows_against_the_record(
    complete: bytes, signed: bytes, world: World
) -> None:
    other = world.keys.credential(Identity("李四", "示例科技有限公司"))
    verdict = judged(world.sealed(signed, other), world, record(complete, CUSTOMER.name, COMPANY.name))
    assert "not_the_recorded_signers" in codes(verdict)


def test_without_trust_nothing_is_confirmed(signed: bytes, world: World) -> None:
    verdict = verify(signed, Trust(), clock=world.clock)
    assert verdict.status is Status.UNDECIDED


def test_a_rollback_shows_against_the_record_only(complete: bytes, world: World) -> None:
    earlier = tampering.rolled_back(complete)
    assert judged(earlier, world).valid
    assert codes(judged(earlier, world, record(complete, CUSTOMER.name, COMPANY.name))) == {
        "not_the_recorded_file",
        "not_the_recorded_signers",
    }


@pytest.mark.parametrize(
    ("signers", "valid"),
    [((CUSTOMER.name, COMPANY.name), True), ((COMPANY.name, CUSTOMER.name), False), ((CUSTOMER.name,), False)],
)
def test_the_signers_and_their_order_must_be_those_on_record(
    complete: bytes, world: World, signers: tuple[str, ...], valid: bool
) -> None:
    assert judged(complete, world, record(complete, *signers)).valid is valid


def test_an_unsigned_file_is_said_to_be_unsigned(issued: bytes, world: World) -> None:
    assert codes(judged(issued, world)) == {"unsigned"}


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"%PDF-1.7\n" + b"[" * 20_000])
def test_what_is_no_pdf_is_a_verdict_and_no_exception(data: bytes, world: World) -> None:
    assert codes(judged(data, world)) == {"pdf_unreadable"}


def test_trust_is_read_from_pem(world: World) -> None:
    assert len(read_trust((world.folder / "root.pem").read_bytes()).roots) == 1
    assert FixedClock(SIGNED_AT) == world.clock
