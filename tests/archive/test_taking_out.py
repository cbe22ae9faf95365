"""What comes out of the archive: proofs for strangers, exports, bags, backups, search, scans."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import bagit
import pytest
from sqlalchemy.exc import SQLAlchemyError

from docgen.archive import access, audit, export, ledger, records, scans
from docgen.archive.backup import copy_archive
from docgen.case.enums import Medium
from docgen.errors import InputError, IntegrityError, NotFoundError, StateError
from tests.archive import shelf
from tests.archive.shelf import CLOCK, NOW

CHECKER = Path(ledger.__file__).with_name("verify_proof.py")
JPEG = b"\xff\xd8\xff\xe0 scan \xff\xd9"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("archive") / "ws"
    shelf.keep(
        made,
        shelf.document("contract", of=shelf.case(), text="甲方逾期付款的，按日支付违约金"),
        shelf.document("first_contact_record", of=shelf.case(), text="沟通ＡＢＣ系统 YB-XS-2024"),
    )
    shelf.archive_all(made)
    return made


def checked(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the checker in an interpreter that has nothing of ours."""
    command = [sys.executable, "-I", "-S", str(CHECKER), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class TestProof:
    @pytest.fixture
    def proof(self, folder: Path, tmp_path: Path) -> Path:
        with shelf.archive_in(folder) as archive:
            text = ledger.proof(archive, "0001-XS·2024-D30-0001").to_json()
        (tmp_path / "proof.json").write_text(text, encoding="utf-8")
        return tmp_path / "proof.json"

    def test_script_is_short(self):
        assert len(CHECKER.read_text(encoding="utf-8").splitlines()) <= 30

    def test_stranger_can_check_record_head_and_file(self, folder: Path, proof: Path, tmp_path: Path):
        with shelf.archive_in(folder) as archive:
            (contract,) = [one for one in records.records(archive) if one.form_id == "contract"]
            (tmp_path / "contract.docx").write_bytes(archive.store.get(contract.files[0].sha256))
            head = ledger.latest(archive)
        assert checked(proof, head, tmp_path / "contract.docx").returncode == 0

    @pytest.mark.parametrize("key", ["entry", "root", "path", "leaf_index", "tree_size", "record"])
    def test_changed_proof_is_rejected(self, proof: Path, key: str):
        content = json.loads(proof.read_text(encoding="utf-8"))
        value = content[key]
        changed = {
            "entry": lambda: value.replace("electronic", "paper"),
            "root": lambda: "0" * 64,
            "path": lambda: value[:-1],
            "leaf_index": lambda: value - 1,
            "tree_size": lambda: value * 4,
            "record": lambda: value + "1",
        }
        proof.write_text(json.dumps({**content, key: changed[key]()}), encoding="utf-8")
        assert checked(proof).returncode == 7

    def test_other_head_and_other_file_are_rejected(self, proof: Path, tmp_path: Path):
        (tmp_path / "other.docx").write_bytes(b"other")
        assert checked(proof, "4:" + "0" * 64).returncode == 7
        assert checked(proof, tmp_path / "other.docx").returncode == 7

    def test_record_that_does_not_exist_has_no_proof(self, folder: Path):
        with shelf.archive_in(folder) as archive, pytest.raises(NotFoundError):
            ledger.proof(archive, "x")


class TestExport:
    def files(self, folder: Path) -> dict[str, bytes]:
        with shelf.archive_in(folder) as archive:
            return dict(export.case_folder(archive, shelf.case().case_no)[1])

    def test_folder_lies_by_stages_and_lists_everything(self, folder: Path):
        files = self.files(folder)
        assert "01_客户开发/first_contact_record-XS2024-0012_R0.docx" in files
        assert "04_合同签订/contract-XS2024-0012_R0.docx" in files
        entries = json.loads(files["manifest.json"])
        assert {"doc_no", "form_id", "sha256", "pages", "state", "retention"} <= entries[0].keys()
        rows = list(csv.reader(io.StringIO(files["目录.csv"].decode("utf-8-sig"))))
        assert len(rows) == len(entries) + 1

    def test_metadata_comes_as_json_and_xml(self, folder: Path):
        files = self.files(folder)
        described = json.loads(files["元数据/contract-XS2024-0012_R0.json"])
        assert {"document", "agents", "business", "relations"} <= described.keys()
        assert "<archive_no>0001-XS·2024-D30-0001</archive_no>" in files["元数据/contract-XS2024-0012_R0.xml"].decode()

    def test_exported_proofs_check_with_the_exported_script(self, folder: Path):
        files = self.files(folder)
        assert files["证明/verify_proof.py"] == CHECKER.read_bytes()
        assert "证明/0001-XS·2024-D30-0001.json" in files

    def test_zip_holds_the_same_files_and_the_same_bytes_each_time(self, folder: Path):
        files = self.files(folder)
        first, second = (export.zipped(iter(files.items()), "top") for _ in range(2))
        assert first == second
        with zipfile.ZipFile(io.BytesIO(first)) as package:
            assert {name.removeprefix("top/"): package.read(name) for name in package.namelist()} == files

    def test_bag_is_valid_and_a_change_in_it_is_found(self, folder: Path, tmp_path: Path):
        bag = export.bagged(iter(self.files(folder).items()), source="我方", on=NOW.date(), case_no="XS2024-0012")
        for path, data in bag:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)
        assert bagit.Bag(str(tmp_path)).is_valid()
        (tmp_path / "data" / "manifest.json").write_bytes(b"[]")
        assert not bagit.Bag(str(tmp_path)).is_valid()

    def test_case_that_is_not_archived_cannot_be_exported(self, folder: Path):
        with shelf.archive_in(folder) as archive, pytest.raises(NotFoundError):
            export.case_folder(archive, "XS2024-9999")


class TestBackup:
    def test_restored_archive_is_the_old_one(self, folder: Path, tmp_path: Path):
        kept = copy_archive(folder, tmp_path / "backup", CLOCK)
        restored = copy_archive(tmp_path / "backup", tmp_path / "restored", CLOCK)
        assert kept == restored == audit(folder, CLOCK)
        shelf.fill(tmp_path / "restored", "contract", of=shelf.numbered_case(14))
        assert audit(tmp_path / "restored", CLOCK).intact

    def test_backup_goes_into_an_empty_folder_only(self, folder: Path, tmp_path: Path):
        (tmp_path / "x").write_text("x")
        with pytest.raises(StateError):
            copy_archive(folder, tmp_path, CLOCK)

    def test_backup_of_a_damaged_archive_is_an_error(self, folder: Path, tmp_path: Path):
        copy_archive(folder, tmp_path / "copy", CLOCK)
        next(path for path in (tmp_path / "copy" / "objects").rglob("*") if path.is_file()).unlink()
        with pytest.raises(IntegrityError):
            copy_archive(tmp_path / "copy", tmp_path / "again", CLOCK)

    def test_nothing_is_no_backup(self, tmp_path: Path):
        with pytest.raises(NotFoundError):
            copy_archive(tmp_path, tmp_path / "copy", CLOCK)


class TestScans:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        shelf.fill(tmp_path / "ws", "contract")
        return tmp_path / "ws"

    def scan(self, data: bytes, hours: int = -1) -> scans.Scan:
        return scans.Scan(data, "孙", NOW + timedelta(hours=hours))

    def test_scan_is_attached_once(self, folder: Path):
        with shelf.archive_in(folder) as archive:
            head = scans.attach(archive, "0001-XS·2024-D30-0001", [self.scan(JPEG)], by="钱")
            (record,) = records.records(archive)
            assert scans.attach(archive, record.archive_no, [self.scan(JPEG)], by="钱") == head
            assert len(records.records(archive)[0].files) == len(record.files)
        assert record.medium == "电子"  # until a second person confirmed it (test_paper)
        assert [file.medium for file in record.files] == [Medium.ELECTRONIC, Medium.ELECTRONIC, Medium.PAPER]
        assert audit(folder, CLOCK, [head]).intact

    @pytest.mark.parametrize("data", [b"", b"MZ\x90", JPEG[:-2], b"%PDF-1.7 cut off", b"%PDF-1.7 /JavaScript %%EOF"])
    def test_what_is_no_whole_scan_is_refused(self, folder: Path, data: bytes):
        with shelf.archive_in(folder) as archive, pytest.raises(InputError) as failure:
            scans.attach(archive, "0001-XS·2024-D30-0001", [self.scan(JPEG), self.scan(data)], by="钱")
        assert failure.value.code == "bad_scan"

    def test_scan_from_the_future_is_refused(self, folder: Path):
        with shelf.archive_in(folder) as archive, pytest.raises(InputError):
            scans.attach(archive, "0001-XS·2024-D30-0001", [self.scan(JPEG, hours=1)], by="钱")


def test_access_log_remembers_and_cannot_be_changed(folder: Path):
    with shelf.archive_in(folder) as archive:
        access.log(archive, ["0001-XS·2024-D30-0001"], act="proof", by="李")
        assert [(one.actor, one.act) for one in access.accesses(archive)] == [("李", "proof")]
        with archive.database.reading() as session, pytest.raises(SQLAlchemyError, match="append-only"):
            session.connection().exec_driver_sql("DELETE FROM archive_access")
