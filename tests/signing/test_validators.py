"""Validators that are not ours, and the command, on files that we signed."""

import json
import subprocess
from pathlib import Path

import pytest

from docgen.clock import SystemClock
from service.cli import main
from tests.signing import tampering
from tests.signing.test_verify import record
from tests.signing.world import CUSTOMER, World, found


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An authority of today: other validators judge by the clock of the machine."""
    return found(tmp_path_factory.mktemp("today") / "authority", SystemClock())


@pytest.fixture(scope="module")
def file(today: World, prepared: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("file") / "signed.pdf"
    path.write_bytes(today.signed_by_person(prepared))
    return path


def ran(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=60)
    return f"{done.returncode}\n{done.stdout}\n{done.stderr}"


@pytest.mark.tool("qpdf")
def test_qpdf_finds_no_fault(file: Path) -> None:
    assert ran("qpdf", "--check", file).startswith("0\n")


@pytest.mark.tool("pdfsig")
@pytest.mark.tool("certutil")
def test_pdfsig_trusts_the_signature(file: Path, today: World, tmp_path: Path) -> None:
    store = f"sql:{tmp_path}"
    ran("certutil", "-N", "-d", store, "--empty-password")
    ran("certutil", "-A", "-d", store, "-n", "root", "-t", "C,C,C", "-i", today.folder / "root.pem")
    said = ran("pdfsig", "-nssdir", store, file)
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said
    (tmp_path / "altered.pdf").write_bytes(tampering.content_flipped(file.read_bytes()))
    assert "Signature is Valid." not in ran("pdfsig", "-nssdir", store, tmp_path / "altered.pdf")


@pytest.mark.tool("openssl")
def test_openssl_accepts_signature_and_time_stamp(file: Path, today: World, tmp_path: Path) -> None:
    pdf = file.read_bytes()
    for number, name in ((0, "signature"), (1, "stamp")):
        match = list(tampering.RANGE.finditer(pdf))[number]
        _, first, start, rest = (int(edge) for edge in match.groups())
        (tmp_path / f"{name}.data").write_bytes(pdf[:first] + pdf[start : start + rest])
        (tmp_path / f"{name}.der").write_bytes(tampering.value_of(pdf, number)[1])
    root, chain = today.folder / "root.pem", today.folder / "issuing.pem"
    said = ran(
        *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-CAfile", root),
        *("-in", tmp_path / "signature.der", "-content", tmp_path / "signature.data", "-out", tmp_path / "out"),
    )
    assert said.startswith("0\n"), said
    said = ran(
        *("openssl", "ts", "-verify", "-token_in", "-in", tmp_path / "stamp.der", "-data", tmp_path / "stamp.data"),
        *("-CAfile", root, "-untrusted", chain),
    )
    assert "Verification: OK" in said, said


def test_the_command_says_valid(file: Path, today: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(file), "--trust", str(today.folder / "root.pem")]) == 0
    said = capsys.readouterr().out
    assert said.startswith("结论：有效\n")
    assert CUSTOMER.name in said


def test_the_command_holds_a_file_against_its_evidence(
    file: Path, today: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence = tmp_path / "evidence.json"
    evidence.write_text(record(b"another file", CUSTOMER.name).model_dump_json(), encoding="utf-8")
    trust = ["--trust", str(today.folder / "root.pem")]
    assert main(["verify", str(file), *trust, "--expect", str(evidence), "--format", "json"]) == 7
    said = json.loads(capsys.readouterr().out)
    assert said["status"] == "无效"
    assert [reason["code"] for reason in said["reasons"]] == ["not_the_recorded_file"]


@pytest.mark.parametrize("content", ["", "{}", '{"sha256": "x", "signers": []}', "[" * 5000])
def test_evidence_that_cannot_be_read_is_an_error_of_the_input(
    file: Path, tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "evidence.json").write_text(content, encoding="utf-8")
    assert main(["verify", str(file), "--expect", str(tmp_path / "evidence.json")]) == 4
    assert "evidence_unreadable" in capsys.readouterr().err


def test_a_missing_file_is_an_error_of_the_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path / "none.pdf")]) == 4
    assert "file_unreadable" in capsys.readouterr().err
