"""The workspace in a database: `docgen db upgrade`, the store beside it, and the same commands as for a folder."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from docgen.workspace import Location
from tests import postgresql
from tests.archive import shelf
from tests.service.command import Run

Docgen = Callable[..., Run]


def test_upgrade_says_from_what_to_what_and_then_nothing_is_left_to_do(docgen: Docgen):
    assert docgen("db", "upgrade").out.startswith("已从 （空） 升级到 ")
    assert docgen("db", "upgrade").out.startswith("已是最新")


def test_upgrade_makes_an_empty_database_of_postgresql_ready(
    docgen: Docgen, postgresql_server: postgresql.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DOCGEN_STORE", f"file:{tmp_path / 'objects'}")
    url = postgresql_server.database()
    assert "升级到" in docgen("--workspace", url, "db", "upgrade").out
    assert docgen("--workspace", url, "db", "upgrade").out.startswith("已是最新")


def test_database_without_a_store_is_refused_with_what_to_set(docgen: Docgen):
    done = docgen("--workspace", "postgresql://u:geheim@h/x", "archive", "list")
    assert done.code == 4
    assert "[store_missing]" in done.err
    assert "DOCGEN_STORE" in done.err
    assert "geheim" not in done.err


def test_server_that_is_down_is_a_failure_outside(docgen: Docgen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCGEN_STORE", f"file:{tmp_path / 'objects'}")
    done = docgen("--workspace", f"postgresql://u@/x?host={tmp_path}", "archive", "list")
    assert (done.code, "[database_unreachable]" in done.err) == (6, True)


def test_audit_of_a_server_that_is_down_is_no_damage(docgen: Docgen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCGEN_STORE", f"file:{tmp_path / 'objects'}")
    assert docgen("audit", f"postgresql://u@/x?host={tmp_path}").code == 6


def test_archive_on_postgresql_is_used_by_the_same_commands(
    docgen: Docgen, on_postgresql: Location, monkeypatch: pytest.MonkeyPatch
):
    shelf.fill(on_postgresql, "contract", "first_contact_record")
    url = on_postgresql.database.render_as_string(hide_password=False)
    monkeypatch.setenv("DOCGEN_WORKSPACE", url)
    monkeypatch.setenv("DOCGEN_STORE", on_postgresql.store)
    assert "共 2 件" in docgen("archive", "list").out
    assert "共 1 件" in docgen("archive", "search", "contract").out
    report = json.loads(docgen("audit", url, "--format", "json").out)
    assert (report["intact"], report["records"], report["chain"]) == (True, 2, "ok")
    assert docgen("archive", "check").code == 0
    assert docgen("archive", "proof", "0001-XS·2024-D30-0001").code == 0
    refused = docgen("archive", "backup", "--out", "somewhere")
    assert (refused.code, "pg_dump" in refused.err) == (4, True)
