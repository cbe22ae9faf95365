"""`docgen sign` as people use it: exit codes, what is refused by which rule, files that verify."""

from collections.abc import Callable
from pathlib import Path

import pytest

from service.cli import main
from tests.samples import sample
from tests.service.command import Run

PEOPLE = ("--seal-keeper", "S05", "--seal-approver", "S02")
B03 = (str(sample("B03").case), "contract", *PEOPLE, "--signer", "customer=周华")
"""A contract that the legal representative signs, so that it can be signed on any day."""


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    made = ("--organisation", "演示签名机构", "--root-key", str(folder / "root.key"), "--passphrase", "offline")
    assert main(["sign", "setup", str(folder / "ca"), *made]) == 0
    assert (folder / "root.key").stat().st_mode & 0o077 == 0
    return folder / "ca"


@pytest.fixture
def signing(docgen: Callable[..., Run], authority: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    monkeypatch.setenv("DOCGEN_SIGNER", f"builtin:{authority}")
    monkeypatch.setenv("DOCGEN_PLATFORM_DECLARED_BY", "郑法")
    return docgen


def envelope_of(run: Run) -> str:
    return run.out.split()[1]


def test_without_a_key_source_it_says_what_to_set(docgen: Callable[..., Run]):
    run = docgen("sign", "start", *B03)
    assert run.code == 5
    assert "signer_missing" in run.err
    assert "DOCGEN_SIGNER" in run.err


def test_a_power_of_attorney_out_of_its_time_is_refused_by_name_of_the_rule(signing: Callable[..., Run]):
    run = signing("sign", "start", sample("H01").case, "contract", *PEOPLE)
    assert run.code == 3
    assert "CT-15" in run.err
    assert "签署日不在授权期限内" in run.err
    assert run.err.count("✗ CT-15") == 1


def test_a_seal_wants_two_people(signing: Callable[..., Run]):
    run = signing("sign", "start", sample("B03").case, "contract", "--seal-keeper", "S05", "--seal-approver", "S05")
    assert run.code == 4
    assert "seal_two_people" in run.err


def test_a_choice_that_cannot_be_read_is_invalid(signing: Callable[..., Run]):
    run = signing("sign", "start", *B03, "--power", "customer")
    assert (run.code, "bad_choice" in run.err) == (4, True)


def test_from_start_to_the_verified_file_step_by_step(signing: Callable[..., Run], authority: Path, tmp_path: Path):
    started = signing("sign", "start", *B03)
    assert started.code == 0
    number = envelope_of(started)
    early = signing("sign", "act", number, "supplier")
    assert (early.code, "not_your_turn" in early.err) == (4, True)
    for step in (("act", number, "customer"), ("act", number, "supplier")):
        assert signing("sign", *step).code == 0
    unreleased = signing("sign", "act", number, "seal")
    assert (unreleased.code, "seal_not_released" in unreleased.err) == (4, True)
    assert signing("sign", "release", number, "--by", "S02").code == 0
    assert signing("sign", "remind", number).code == 0
    assert "已完成" in signing("sign", "act", number, "seal").out
    assert signing("sign", "export", number, "--out", tmp_path / "out").code == 0
    (signed,) = (tmp_path / "out").glob("*（已签署）.pdf")
    (evidence,) = (tmp_path / "out").glob("*.json")
    verdict = signing("verify", signed, "--trust", authority / "root.pem", "--expect", evidence)
    assert (verdict.code, verdict.out.splitlines()[0]) == (0, "结论：有效")
    status = signing("sign", "status", "XS2024-0012", "--format", "json")
    assert '"state": "completed"' in status.out


def test_declining_and_voiding_end_it(signing: Callable[..., Run]):
    number = envelope_of(signing("sign", "start", *B03))
    other = signing("sign", "delegate", number, "customer", "C01", "--reason", "出差")
    assert (other.code, "CT-13" in other.err) == (3, True)
    declined = signing("sign", "decline", number, "customer", "--reason", "条款未谈妥")
    assert "已拒签" in declined.out
    assert "条款未谈妥" in declined.out
    again = envelope_of(signing("sign", "start", *B03))
    assert "已作废" in signing("sign", "void", again, "--reason", "换签字人").out
    late = signing("sign", "void", again, "--reason", "换签字人")
    assert (late.code, "envelope_voided" in late.err) == (4, True)
    unknown = signing("sign", "status", "nothing")
    assert (unknown.code, "envelope_unknown" in unknown.err) == (4, True)
