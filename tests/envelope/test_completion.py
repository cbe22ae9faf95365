"""What is left when all have signed: files valid for every validator, evidence, a certificate, archive records."""

import hashlib
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from docgen.archive import admit, archive_case, load_schedule, opened
from docgen.archive.admission import Grounds
from docgen.archive.fixity import audit
from docgen.convert import open_converter
from docgen.envelope import completion
from docgen.envelope.state import Envelope
from docgen.errors import StateError
from docgen.signing.verdict import read_expectation
from docgen.signing.verify import verify
from docgen.workspace.signed import SignedFile
from service.settings import ROOT
from tests.envelope.world import Scene, case, catalogue, rulebook

Complete = tuple[Scene, Envelope]


@pytest.fixture(scope="session")
def files(complete: Complete) -> dict[str, tuple[SignedFile, bytes]]:
    """The files by role, with their bytes."""
    scene, envelope = complete
    converter = open_converter()
    try:
        (made,) = completion.certify(scene.room, converter, envelope.id).values()
        (again,) = completion.certify(scene.room, converter, envelope.id).values()
    finally:
        converter.close()
    assert made == again
    return {one.role: (one, scene.room.workspace.content(one.sha256)) for one in made}


def text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_an_envelope_that_is_not_complete_has_no_certificate(under_way: Complete):
    scene, envelope = under_way
    converter = open_converter()
    try:
        with pytest.raises(StateError) as error:
            completion.certify(scene.room, converter, envelope.id)
    finally:
        converter.close()
    assert error.value.code == "not_completed"


def test_the_evidence_is_what_verification_expects(complete: Complete, files: dict[str, tuple[SignedFile, bytes]]):
    scene, _ = complete
    signed, evidence = files["signed"][1], files["evidence"][1]
    expectation = read_expectation(evidence)
    assert [one.name for one in expectation.signers] == [
        "王海",
        "示例科技有限公司公章",
        "陈志远",
        "样板智能装备有限公司合同专用章",
    ]
    verdict = verify(signed, scene.trust, expectation)
    assert verdict.valid, verdict.reasons
    assert {one.level for one in verdict.signatures} == {"B-LTA"}


def test_a_return_to_an_earlier_signature_is_seen_with_the_evidence_only(
    complete: Complete, files: dict[str, tuple[SignedFile, bytes]]
):
    scene, envelope = complete
    earlier = scene.room.workspace.content(str(scene.logged(envelope, "envelope.signed")[0]["documents"][0]))  # type: ignore[index]
    assert verify(earlier, scene.trust).valid
    verdict = verify(earlier, scene.trust, read_expectation(files["evidence"][1]))
    assert {one.code for one in verdict.reasons} == {"not_the_recorded_file", "not_the_recorded_signers"}


def test_the_evidence_tells_who_was_entitled_by_what_and_how_they_were_identified(
    files: dict[str, tuple[SignedFile, bytes]],
):
    told = json.loads(files["evidence"][1])
    assert told["format"] == "anjuan-evidence/1"
    assert hashlib.sha256(files["signed"][1]).hexdigest() == told["sha256"]
    customer, supplier, keeper = told["people"]
    assert customer["authority"][0]["auth_no"] == "SQ-2024-0012-01"
    assert supplier["authority"][0]["kind"] == "legal_representative"
    assert [one["role"] for one in customer["authority"][0]["approvals"]] == ["sales_manager", "legal", "gm"]
    assert keeper["approver"]["name"] == "钱国栋"
    kinds = [one["kind"].removeprefix("envelope.") for one in customer["steps"]]
    assert kinds == ["link_issued", "link_opened", "code_sent", "identified", "viewed", "consented", "signed"]
    assert customer["steps"][2]["data"]["channel"] == "短信 139****0003"
    assert all(one["data"]["ip"] == "203.0.113.7" for one in customer["steps"][1:])


def test_the_certificate_of_completion_says_it_in_print_and_is_sealed(
    complete: Complete, files: dict[str, tuple[SignedFile, bytes]]
):
    scene, envelope = complete
    certificate = files["certificate"][1]
    verdict = verify(certificate, scene.trust)
    assert verdict.valid, verdict.reasons
    assert [one.name for one in verdict.signatures] == ["演示签名平台"]
    said = "".join(text(certificate).split())
    for words in (
        "签署证明",
        envelope.current[0],
        "SQ-2024-0012-01",
        "一次性验证码",
        "钱国栋",
        "203.0.113.7",
        "演示签名",
    ):
        assert words in said


@pytest.mark.tool("pdfsig")
@pytest.mark.tool("certutil")
def test_pdfsig_agrees_that_all_signatures_hold(
    complete: Complete, files: dict[str, tuple[SignedFile, bytes]], tmp_path: Path
):
    scene, _ = complete
    base = f"sql:{tmp_path}"
    subprocess.run(["certutil", "-N", "-d", base, "--empty-password"], check=True)
    root = scene.folder / "authority" / "root.pem"
    subprocess.run(["certutil", "-A", "-d", base, "-n", "root", "-t", "CT,C,C", "-i", str(root)], check=True)
    for role, count in (("signed", 4), ("certificate", 1)):
        path = tmp_path / f"{role}.pdf"
        path.write_bytes(files[role][1])
        done = subprocess.run(["pdfsig", "-nssdir", base, str(path)], check=True, capture_output=True, text=True)
        assert done.stdout.count("Signature is Valid.") >= count
        assert done.stdout.count("Certificate is Trusted.") >= count
        assert "Invalid" not in done.stdout


@pytest.mark.usefixtures("files")
def test_a_signed_document_may_be_archived_with_its_evidence_and_the_audit_finds_all(complete: Complete):
    scene, _ = complete
    workspace = scene.room.workspace
    grounds = Grounds(
        rulebook().check(case(), scene.clock.now(), workspace.known_numbers(case())),
        rulebook(),
        frozenset(),
        catalogue(),
    )
    documents = workspace.documents(case().case_no)
    (waiting,) = admit(case(), documents, grounds).refused
    assert waiting.reasons[0].startswith("签署件尚未签署")
    signed = replace(grounds, signed=workspace.signed(case().case_no))
    admission = admit(case(), documents, signed)
    assert [one.document.doc_no for one in admission.admitted] == ["YB-XS-2024-0012"]
    schedule = load_schedule((ROOT / "rules" / "retention.yaml").read_bytes(), file="retention.yaml")
    with opened(scene.folder / "workspace", scene.clock) as archive:
        archived = archive_case(archive, case(), admission.admitted, schedule, by="秦朗")
    (record,) = archived.records
    assert {one.role for one in record.files} >= {"docx", "pdf", "signed", "evidence", "certificate"}
    report = audit(scene.folder / "workspace", scene.clock)
    assert report.intact
    assert not report.unexpected
