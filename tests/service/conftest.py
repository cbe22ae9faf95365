"""The command line of these tests: a workspace of its own, and never a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest

from service.cli import main
from tests.service.command import Run


@pytest.fixture
def docgen(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Return a function that runs `docgen` with some arguments."""
    monkeypatch.setenv("DOCGEN_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setenv("DOCGEN_OPERATOR", "赵")

    def run(*arguments: str | Path) -> Run:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Run(code, captured.out, captured.err)

    return run
