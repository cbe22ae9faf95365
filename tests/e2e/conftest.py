"""The desk that the tests of this folder work at."""

from pathlib import Path

import pytest

from tests.e2e.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return an empty desk; it stands in another folder than the project."""
    monkeypatch.setenv("DOCGEN_OPERATOR", "赵一凡")
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)
