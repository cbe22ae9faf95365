"""What the S3 store does when the bucket fails, lies, forgets or is wrongly set up; against a real server."""

import hashlib
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import obstore
import pytest

from docgen.archive.upkeep import GRACE
from docgen.errors import BackendError, InputError, IntegrityError, NotFoundError
from docgen.stores import open_store
from docgen.stores.address import S3Address
from docgen.stores.filesystem import FilesystemStore
from docgen.stores.objectlock import Request, signed_headers
from docgen.stores.s3 import S3Store
from tests.contracts.conftest import ACCESS, SECRET, S3Server
from tests.contracts.proxy import Proxy

DATA = "一份合同".encode()
DIGEST = hashlib.sha256(DATA).hexdigest()
AT_ONCE = timedelta(0)
EXAMPLE = "examplebucket.s3.amazonaws.com"


@pytest.fixture
def address(s3_server: S3Server, tmp_path: Path) -> S3Address:
    return s3_server.address(tmp_path / "copies")


@pytest.fixture
def behind(address: S3Address, proxy: Proxy) -> S3Store:
    """Return a store that reaches the bucket of `address` through the proxy only, and waits for it patiently."""
    return S3Store(replace(address, endpoint=proxy.endpoint, timeout=10))


def path_of(address: S3Address, digest: str = DIGEST) -> str:
    return f"/{address.bucket}/{address.prefix}/{digest[:2]}/{digest}"


class TestAFailingServer:
    def test_passing_faults_are_tried_again(self, behind: S3Store, proxy: Proxy):
        proxy.failing = 2
        behind.put(DATA)
        assert behind.get(DIGEST) == DATA
        assert proxy.seen["PUT"] == 3

    def test_lasting_faults_are_an_error_after_bounded_attempts_and_nothing_is_lost(
        self, behind: S3Store, proxy: Proxy, tmp_path: Path
    ):
        proxy.failing = 1000
        with pytest.raises(BackendError) as refusal:
            behind.put(DATA)
        assert refusal.value.code == "store_failed"
        assert proxy.seen["PUT"] <= 5
        assert FilesystemStore(tmp_path / "copies").get(DIGEST) == DATA
        proxy.failing = 0
        behind.put(DATA)
        assert [one.actual for one in behind.holdings()] == [DIGEST]

    def test_slow_server_ends_in_an_error_and_not_in_waiting(self, address: S3Address, proxy: Proxy):
        hasty = S3Store(replace(address, endpoint=proxy.endpoint, timeout=1))
        proxy.slow = 3
        started = time.monotonic()
        with pytest.raises(BackendError):
            hasty.has(DIGEST)
        assert time.monotonic() - started < 15

    def test_answer_that_was_lost_on_the_way_is_no_failure(self, behind: S3Store, proxy: Proxy):
        proxy.loses_answers = 1
        assert behind.put(DATA) == DIGEST
        assert [one.actual for one in behind.holdings()] == [DIGEST]

    def test_server_that_is_not_there_is_an_error_without_secrets(self, address: S3Address):
        with pytest.raises(BackendError) as refusal:
            S3Store(replace(address, endpoint="http://127.0.0.1:9", timeout=1)).put(DATA)
        assert SECRET not in str(refusal.value.message) + repr(address)

    @pytest.mark.parametrize("wrong", [{"secret_key": "no"}, {"access_key": "nobody"}, {"bucket": "no-such-bucket"}])
    def test_wrong_key_and_bucket_are_errors_not_missing_objects(self, address: S3Address, wrong: dict[str, str]):
        store = S3Store(replace(address, **wrong))  # type: ignore[arg-type]
        for attempt in (lambda: store.put(DATA), lambda: store._read(DIGEST), lambda: list(store.holdings())):
            with pytest.raises(BackendError):
                attempt()


class TestALyingServer:
    def test_bytes_altered_on_the_way_are_never_returned(self, behind: S3Store, proxy: Proxy, tmp_path: Path):
        behind.put(DATA)
        proxy.flips = True
        assert behind.get(DIGEST) == DATA  # from the local copy
        FilesystemStore(tmp_path / "copies").remove(DIGEST)
        with pytest.raises(IntegrityError):
            behind.get(DIGEST)

    def test_altered_bytes_are_found_by_looking_through(self, address: S3Address, behind: S3Store, proxy: Proxy):
        S3Store(address).put(DATA)
        with behind._asking():
            keys = obstore.list(behind._bucket).collect()
        proxy.flips = True
        assert len(keys) == 1
        assert behind._digest(f"{DIGEST[:2]}/{DIGEST}") != DIGEST

    def test_server_that_forgets_what_it_acknowledged_loses_nothing(
        self, address: S3Address, behind: S3Store, proxy: Proxy
    ):
        proxy.swallows = True
        behind.put(DATA)
        proxy.swallows = False
        store = S3Store(address, settled=AT_ONCE)
        assert store.get(DIGEST) == DATA
        assert list(store.holdings()) == []  # an audit says that it is missing
        assert store.sweep({DIGEST}, datetime.now(UTC)).sent_again == (DIGEST,)
        assert [one.actual for one in store.holdings()] == [DIGEST]

    def test_object_replaced_by_another_is_noticed_by_every_reader_and_writer(
        self, address: S3Address, s3_server: S3Server, tmp_path: Path
    ):
        S3Store(address).put(DATA)
        assert s3_server.ask("PUT", path_of(address), body=b"something else").is_success
        elsewhere = S3Store(replace(address, copy=tmp_path / "another machine"))
        with pytest.raises(IntegrityError):
            elsewhere.get(DIGEST)
        with pytest.raises(IntegrityError):
            elsewhere.put(DATA)
        assert [one.actual == one.expected for one in elsewhere.holdings()] == [False]

    def test_checksum_is_sent_and_the_server_holds_the_bytes_to_it(self, address: S3Address, s3_server: S3Server):
        of_other_bytes = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
        answer = s3_server.ask("PUT", path_of(address), body=DATA, x_amz_checksum_sha256=of_other_bytes)
        assert answer.status_code == 400

    def test_foreign_object_is_named(self, address: S3Address, s3_server: S3Server):
        s3_server.ask("PUT", f"/{address.bucket}/{address.prefix}/notes.txt", body=b"x")
        assert [(one.name, one.expected) for one in S3Store(address).holdings()] == [("notes.txt", None)]


class TestTheLocalCopy:
    def test_stays_until_an_object_of_some_age_was_read_whole(self, address: S3Address, tmp_path: Path):
        copies = FilesystemStore(tmp_path / "copies")
        S3Store(address).put(DATA)
        assert [one.actual for one in S3Store(address).holdings()] == [DIGEST]
        assert copies.has(DIGEST)
        assert [one.actual for one in S3Store(address, settled=AT_ONCE).holdings()] == [DIGEST]
        assert not copies.has(DIGEST)
        assert S3Store(address).get(DIGEST) == DATA

    def test_stays_where_the_object_was_altered(self, address: S3Address, s3_server: S3Server, tmp_path: Path):
        S3Store(address).put(DATA)
        s3_server.ask("PUT", path_of(address), body=b"x")
        list(S3Store(address, settled=AT_ONCE).holdings())
        assert FilesystemStore(tmp_path / "copies").has(DIGEST)

    def test_is_not_sent_again_where_it_is_an_orphan(self, address: S3Address, tmp_path: Path):
        FilesystemStore(tmp_path / "copies").put(DATA)
        swept = S3Store(address).sweep(set(), datetime.now(UTC) - GRACE)
        assert (swept.quarantined, swept.sent_again) == ((), ())


class TestObjectLock:
    @pytest.fixture
    def locked(self, s3_server: S3Server, tmp_path: Path) -> S3Address:
        return s3_server.address(tmp_path / "copies", bucket="locked", retain_years=10)

    def test_object_is_retained_for_the_years_and_cannot_be_released(self, locked: S3Address, s3_server: S3Server):
        S3Store(locked).put(DATA)
        said = s3_server.ask("GET", path_of(locked), "retention=").text
        assert "<Mode>COMPLIANCE</Mode>" in said
        until = said.partition("<RetainUntilDate>")[2][:10]
        assert until > f"{datetime.now(UTC) + timedelta(days=3652):%Y-%m-%d}"
        found = s3_server.ask("GET", f"/{locked.bucket}", f"prefix={quote(locked.prefix, safe='')}&versions=").text
        version = found.partition("<VersionId>")[2].partition("<")[0]
        assert s3_server.ask("DELETE", path_of(locked), f"versionId={version}").status_code == 403

    def test_keeping_the_same_bytes_again_is_no_conflict_with_the_lock(self, locked: S3Address):
        assert S3Store(locked).put(DATA) == S3Store(locked).put(DATA)

    def test_bucket_without_lock_is_refused_where_one_is_asked_for(self, address: S3Address):
        with pytest.raises(BackendError) as refusal:
            S3Store(replace(address, retain_years=10)).put(DATA)
        assert refusal.value.code == "no_object_lock"

    def test_passing_fault_while_locking_is_tried_again(self, locked: S3Address, proxy: Proxy, s3_server: S3Server):
        proxy.failing = 1
        S3Store(replace(locked, endpoint=proxy.endpoint)).put(DATA)
        proxy.failing = 10
        with pytest.raises(BackendError):
            S3Store(replace(locked, endpoint=proxy.endpoint, timeout=10))._lock.retain("ab/x")  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("request_", "signature"),
        [
            (
                Request("GET", "/test.txt", "", {"host": EXAMPLE, "range": "bytes=0-9"}, b""),
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            ),
            (
                Request(
                    "PUT",
                    "/test%24file.text",
                    "",
                    {
                        "host": EXAMPLE,
                        "date": "Fri, 24 May 2013 00:00:00 GMT",
                        "x-amz-storage-class": "REDUCED_REDUNDANCY",
                    },
                    b"Welcome to Amazon S3.",
                ),
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            ),
            (
                Request("GET", "/", "lifecycle=", {"host": EXAMPLE}, b""),
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            ),
        ],
    )
    def test_signatures_equal_the_examples_of_amazon(self, request_: Request, signature: str, tmp_path: Path):
        address = S3Address(
            bucket="examplebucket",
            prefix="",
            endpoint=f"https://{EXAMPLE}",
            region="us-east-1",
            access_key="AKIAIOSFODNN7EXAMPLE",
            secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            copy=tmp_path,
        )
        signed = signed_headers(request_, address, datetime(2013, 5, 24, tzinfo=UTC))
        assert signed["authorization"].endswith(f"Signature={signature}")


class TestTheAddress:
    def test_is_read_in_all_its_parts(self, tmp_path: Path):
        uri = f"s3://K%2F:S%25@docs/a/b?endpoint=http://h:9000&region=cn-1&copy={tmp_path}&retain=30&timeout=5"
        expected = S3Address("docs", "a/b", "http://h:9000", "cn-1", "K/", "S%", tmp_path, 30, 5)
        assert S3Address.of(urlsplit(uri)) == expected

    def test_takes_keys_from_a_file_that_only_its_owner_reads(self, tmp_path: Path):
        file = tmp_path / "keys"
        file.write_text("[archive]\naws_access_key_id = A\naws_secret_access_key = B%C\n")
        file.chmod(0o600)
        uri = f"s3://docs?copy={tmp_path}&credentials={file}&profile="
        found = S3Address.of(urlsplit(uri + "archive"))
        assert (found.access_key, found.secret_key) == ("A", "B%C")
        with pytest.raises(InputError):
            S3Address.of(urlsplit(uri + "other"))
        file.chmod(0o644)
        with pytest.raises(InputError) as refusal:
            S3Address.of(urlsplit(uri + "archive"))
        assert refusal.value.code == "credentials_exposed"

    @pytest.mark.parametrize(
        "uri",
        [
            "s3://k:s@docs",
            "s3://docs?copy=/c",
            "s3://k:s@?copy=/c",
            "s3://k:s@Docs_1?copy=/c",
            "s3://k:s@docs/a/../b?copy=/c",
            "s3://k:s@docs?copy=/c&retain=ever",
            "s3://k:s@docs?copy=/c&retain=101",
            "s3://k:s@docs?copy=/c&timeout=0",
            "s3://k:s@docs?copy=/c&endpoint=ftp://h",
            "s3://k:s@docs?copy=/c&endpoint=http://h/path",
            "s3://k:s@docs?copy=/c&copy=/d",
            "s3://k:s@docs?copy=/c&colour=red",
        ],
    )
    def test_is_refused_with_the_part_that_is_wrong_and_without_the_secret(self, uri: str):
        with pytest.raises(InputError) as refusal:
            open_store(uri)
        assert refusal.value.code == "bad_store_address"
        assert "k:s" not in refusal.value.message + refusal.value.remedy

    def test_environment_changes_nothing(self, address: S3Address, monkeypatch: pytest.MonkeyPatch):
        for name, value in (
            ("AWS_SESSION_TOKEN", "stale"),
            ("AWS_ACCESS_KEY_ID", "other"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("AWS_SKIP_SIGNATURE", "true"),
        ):
            monkeypatch.setenv(name, value)
        assert S3Store(address).put(DATA) == DIGEST


def test_store_opened_before_a_fork_refuses_instead_of_hanging(address: S3Address, tmp_path: Path):
    store = S3Store(address)
    store.put(DATA)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            store._read(DIGEST)
        except BackendError as error:
            os.write(writing, error.code.encode())
        finally:
            os._exit(0)
    os.close(writing)
    assert os.read(reading, 100) == b"store_forked"
    os.waitpid(child, 0)
    os.close(reading)


def test_missing_object_is_named_by_its_digest(address: S3Address):
    with pytest.raises(NotFoundError):
        S3Store(address).get("0" * 64)


def test_keys_of_the_fixture_are_not_in_what_the_address_shows(address: S3Address):
    assert SECRET not in repr(address)
    assert ACCESS in repr(address)
