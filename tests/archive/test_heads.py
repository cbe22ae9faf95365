"""Signed tree heads: made once, checked by us and by OpenSSL, and false ones named."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from docgen.archive import audit, heads, ledger
from docgen.archive.heads import KeySigner, SignedHead
from docgen.clock import FixedClock, SystemClock
from docgen.db.models import Event
from docgen.errors import BackendError, InputError, IntegrityError, NotFoundError, StateError
from docgen.signing.authority import Authority, Identity, establish
from docgen.signing.detached import sign_detached, verify_detached
from docgen.signing.keys import BuiltinKeys
from docgen.signing.timestamps import BuiltinTimestamper, open_timestamper
from docgen.signing.trust import Trust, read_trust
from service.cli import main
from tests.archive import shelf
from tests.archive.shelf import CLOCK, NOW

NUMBER = "0001-XS·2024-D30-0001"
ARCHIVIST = Identity("钱档", "样板智能装备有限公司", "档案员")


def authority(folder: Path) -> Path:
    establish(folder, "样板智能装备有限公司", CLOCK, passphrase=b"offline")
    return folder


def signer(folder: Path, clock: FixedClock = CLOCK) -> KeySigner:
    opened = Authority(folder, clock)
    return KeySigner(BuiltinKeys(opened), ARCHIVIST, BuiltinTimestamper(opened, clock), clock)


def trust(folder: Path) -> Trust:
    return read_trust((folder / "root.pem").read_bytes())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("heads")
    authority(top / "authority")
    shelf.fill(top / "ws", "contract", "first_contact_record")
    with shelf.archive_in(top / "ws") as archive:
        heads.publish(archive, signer(top / "authority"), by="钱档")
    return top


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


@pytest.fixture
def published(made: Path, tmp_path: Path) -> Path:
    """The four files of the signed head, written out."""
    with shelf.archive_in(made / "ws") as archive:
        signed = heads.latest_signed(archive)
    assert signed is not None
    return write(signed, tmp_path)


def write(signed: SignedHead, folder: Path) -> Path:
    for name, data in signed.files("day"):
        (folder / name).write_bytes(data)
    return folder / "day.head"


def openssl(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)


def test_signed_head_names_who_vouches_for_it_and_when(made: Path, published: Path):
    head, vouched = heads.read_published(published, trust(made / "authority"), CLOCK)
    assert (vouched.name, vouched.organisation, vouched.at) == ("钱档", "样板智能装备有限公司", NOW)
    assert audit(made / "ws", CLOCK, [head]).intact


def test_signing_again_without_news_changes_nothing_and_news_give_another(copy: Path):
    with shelf.archive_in(copy / "ws") as archive:
        first = heads.latest_signed(archive)
        assert heads.publish(archive, signer(copy / "authority"), by="钱档") == first
        shelf.fill(copy / "ws", "contract", of=shelf.numbered_case(13))
        second = heads.publish(archive, signer(copy / "authority"), by="钱档")
        renewed = heads.publish(archive, signer(copy / "authority"), by="钱档", again=True)
    assert first is not None
    assert first.head.size < second.head.size < renewed.head.size
    assert audit(copy / "ws", CLOCK, [first.head, second.head, renewed.head]).intact


def test_empty_archive_has_nothing_to_sign(made: Path, tmp_path: Path):
    shelf.keep(tmp_path / "ws")
    with shelf.archive_in(tmp_path / "ws") as archive, pytest.raises(StateError) as failure:
        heads.publish(archive, signer(made / "authority"), by="钱档")
    assert failure.value.code == "nothing_to_sign"


def test_without_a_time_stamp_nothing_is_recorded(copy: Path):
    shelf.fill(copy / "ws", "contract", of=shelf.numbered_case(13))
    unreachable = open_timestamper("http://127.0.0.1:9/tsa", CLOCK, trust=trust(copy / "authority"))
    with shelf.archive_in(copy / "ws") as archive:
        with pytest.raises(BackendError):
            heads.publish(archive, replace(signer(copy / "authority"), timestamper=unreachable), by="钱档")
        with archive.database.reading() as session:
            assert len(ledger.signed_heads(session)) == 1
    assert audit(copy / "ws", CLOCK).intact


def test_signature_outlives_the_certificate_of_its_day(made: Path, published: Path):
    later = FixedClock(NOW + timedelta(days=3000))
    assert heads.read_published(published, trust(made / "authority"), later)[1].at == NOW


def test_after_the_certificate_of_the_time_stamp_it_has_to_have_been_renewed(made: Path, published: Path):
    later = FixedClock(NOW + timedelta(days=3700))
    with pytest.raises(IntegrityError):
        heads.read_published(published, trust(made / "authority"), later)


def test_certificate_that_was_revoked_before_signing_vouches_for_nothing(copy: Path):
    at_work = Authority(copy / "authority", CLOCK)
    credential = BuiltinKeys(at_work).credential(ARCHIVIST)
    at_work.revoke(int(credential.serial, 16))
    later = FixedClock(NOW + timedelta(hours=1))
    stamper = BuiltinTimestamper(Authority(copy / "authority", later), later)
    credential.trust = stamper.trust()  # with the list that has it
    detached = sign_detached(b"5:x", credential, stamper, later)
    with pytest.raises(IntegrityError):
        verify_detached(b"5:x", detached, trust(copy / "authority"), later)


def other_text(published: Path) -> None:
    published.write_text("5:" + "0" * 64)


def other_signature(published: Path) -> None:
    published.with_suffix(".p7s").write_bytes(published.with_suffix(".tst").read_bytes())


def other_stamp(published: Path) -> None:
    published.with_suffix(".tst").write_bytes(published.with_suffix(".p7s").read_bytes())


def no_signature(published: Path) -> None:
    published.with_suffix(".p7s").unlink()


def cut_stamp(published: Path) -> None:
    published.with_suffix(".tst").write_bytes(published.with_suffix(".tst").read_bytes()[:-7])


def flipped(published: Path) -> None:
    data = bytearray(published.with_suffix(".p7s").read_bytes())
    data[-20] ^= 1
    published.with_suffix(".p7s").write_bytes(data)


@pytest.mark.parametrize("change", [other_text, other_signature, other_stamp, no_signature, cut_stamp, flipped])
def test_changed_published_head_is_refused(made: Path, published: Path, change: Callable[[Path], None]):
    change(published)
    with pytest.raises((IntegrityError, InputError, NotFoundError)):
        heads.read_published(published, trust(made / "authority"), CLOCK)


def test_head_signed_by_an_authority_of_the_same_name_is_refused(published: Path, tmp_path: Path):
    with pytest.raises(IntegrityError):
        heads.read_published(published, trust(authority(tmp_path / "other")), CLOCK)


@pytest.mark.tool("openssl")
class TestOpenssl:
    """The commands of docs/archive.md, word for word."""

    def cms(self, published: Path, root: Path) -> subprocess.CompletedProcess[str]:
        return openssl(
            *("cms", "-verify", "-binary", "-inform", "DER", "-in", published.with_suffix(".p7s")),
            *("-content", published, "-CAfile", root, "-purpose", "any", "-attime", int(NOW.timestamp())),
            *("-out", "/dev/null"),
        )

    def ts(self, published: Path, root: Path) -> subprocess.CompletedProcess[str]:
        return openssl(
            *("ts", "-verify", "-data", published, "-in", published.with_suffix(".tst"), "-token_in"),
            *("-CAfile", root, "-untrusted", published.with_suffix(".pem")),
        )

    def test_accepts_signature_and_time_stamp(self, made: Path, published: Path):
        root = made / "authority" / "root.pem"
        assert self.cms(published, root).returncode == 0, self.cms(published, root).stderr
        assert self.ts(published, root).returncode == 0, self.ts(published, root).stderr

    def test_rejects_another_head(self, made: Path, published: Path):
        root = made / "authority" / "root.pem"
        other_text(published)
        assert self.cms(published, root).returncode != 0
        assert self.ts(published, root).returncode != 0

    def test_rejects_another_authority(self, published: Path, tmp_path: Path):
        root = authority(tmp_path / "other") / "root.pem"
        assert self.cms(published, root).returncode != 0
        assert self.ts(published, root).returncode != 0


def test_proof_of_a_covered_record_leads_to_the_signed_head_and_of_a_later_one_to_the_newest(copy: Path):
    shelf.fill(copy / "ws", "contract", of=shelf.numbered_case(13))
    with shelf.archive_in(copy / "ws") as archive:
        found, signed = heads.proof_under_signed_head(archive, NUMBER)
        later, unsigned = heads.proof_under_signed_head(archive, "0001-XS·2024-D30-0002")
        newest = ledger.latest(archive)
        with pytest.raises(NotFoundError):
            heads.proof_under_signed_head(archive, "x")
    assert signed is not None
    assert (found.head, later.head, unsigned) == (signed.head, newest, None)
    (copy / "proof.json").write_text(found.to_json(), encoding="utf-8")
    checker = Path(ledger.__file__).with_name("verify_proof.py")
    command = [sys.executable, "-I", "-S", str(checker), str(copy / "proof.json"), str(signed.head)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert "signature" not in json.loads(found.to_json())


def test_every_signed_head_of_the_ledger_is_judged(copy: Path, tmp_path: Path):
    with shelf.archive_in(copy / "ws") as archive:
        ((head, good),) = heads.vouched(archive, trust(copy / "authority"))
        ((same, bad),) = heads.vouched(archive, trust(authority(tmp_path / "other")))
    assert head == same
    assert getattr(good, "name", None) == "钱档"
    assert isinstance(bad, IntegrityError)


def test_removed_signature_is_missing_by_name(copy: Path):
    with shelf.archive_in(copy / "ws") as archive, archive.database.reading() as session:
        event = session.query(Event).filter(Event.kind == "head.signed").one()
        archive.store.remove(event.data["signature"])
    report = audit(copy / "ws", CLOCK)
    assert not report.intact
    assert any("树头" in name and "签名" in name for name in report.missing)


def test_moment_of_the_time_stamp_is_kept_to_the_second(made: Path, published: Path):
    odd = FixedClock(datetime(2024, 12, 31, 18, 0, 0, 999_999, tzinfo=NOW.tzinfo))
    shutil.rmtree(published.parent / "ws", ignore_errors=True)
    shelf.fill(published.parent / "ws", "contract")
    with shelf.archive_in(published.parent / "ws", odd) as archive:
        signed = heads.publish(archive, signer(made / "authority", odd), by="钱档")
    written = write(signed, published.parent)
    assert heads.read_published(written, trust(made / "authority"), odd)[1].at == NOW


class TestCommands:
    @pytest.fixture(autouse=True)
    def settings(self, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        establish(copy / "today", "样板智能装备有限公司", SystemClock(), passphrase=b"offline")
        monkeypatch.setenv("DOCGEN_SIGNER", f"builtin:{copy / 'today'}")
        monkeypatch.setenv("DOCGEN_TIMESTAMPER", f"builtin:{copy / 'today'}")
        monkeypatch.setenv("DOCGEN_OPERATOR", "钱档")

    def run(self, copy: Path, *arguments: object) -> int:
        return main(["--workspace", str(copy / "ws"), *map(str, arguments)])

    def test_published_head_is_audited_against_and_its_signer_named(
        self, copy: Path, capsys: pytest.CaptureFixture[str]
    ):
        assert self.run(copy, "archive", "publish", "--out", copy / "out", "--again") == 0
        (head,) = (copy / "out").glob("*.head")
        assert {path.suffix for path in (copy / "out").iterdir()} == {".head", ".p7s", ".tst", ".pem"}
        capsys.readouterr()
        root = copy / "today" / "root.pem"
        assert self.run(copy, "audit", copy / "ws", "--head", head, "--trust", root) == 0
        assert "钱档" in capsys.readouterr().out
        assert self.run(copy, "audit", copy / "ws", "--head", head) == 4
        assert self.run(copy, "audit", copy / "ws", "--head", head, "--trust", copy / "authority" / "root.pem") == 7

    def test_proof_comes_with_the_signed_head(self, copy: Path):
        assert self.run(copy, "archive", "proof", NUMBER, "--out", copy / "out" / "proof.json") == 0
        names = {path.name for path in (copy / "out").iterdir()}
        assert names == {"proof.json", "proof.head", "proof.p7s", "proof.tst", "proof.pem"}

    @pytest.mark.parametrize("name", ["DOCGEN_SIGNER", "DOCGEN_TIMESTAMPER"])
    def test_what_is_not_set_is_said(self, copy: Path, monkeypatch: pytest.MonkeyPatch, name: str):
        monkeypatch.delenv(name)
        assert self.run(copy, "archive", "publish", "--out", copy / "out") == 5
