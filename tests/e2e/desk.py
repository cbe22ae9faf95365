"""A stranger's desk: case files made from H01 by changing its data, commands run on them, documents read back."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest

from docgen.case import load_case
from service.cli import main
from tests.samples import sample

Change = Callable[[dict[str, Any]], None]

_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"


@dataclass(frozen=True, slots=True)
class Run:
    """What a command left: exit code, output, errors."""

    code: int
    out: str
    err: str


class Desk:
    """A folder with case files, a workspace and an output folder."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.out = folder / "输出 目录"
        self._capture = capture

    def run(self, *arguments: str | Path) -> Run:
        """Run `docgen`; no command may show a traceback."""
        code = main(["--workspace", str(self.folder / "工作区"), *map(str, arguments)])
        captured = self._capture.readouterr()
        assert "Traceback" not in captured.err
        return Run(code, captured.out, captured.err)

    def case(self, *changes: Change) -> Path:
        """Write H01 with `changes` as a case file."""
        data = json.loads(load_case(sample("H01").case).model_dump_json(exclude_none=True))
        for change in changes:
            change(data)
        path = self.folder / "案卷.json"
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return path

    def findings(self, case: Path) -> list[tuple[str, str]]:
        """Return rule and outcome of each finding on `case`."""
        run = self.run("check", case, "--format", "json")
        assert run.code in {0, 3}, run.err
        return sorted((found["rule"], found["outcome"]) for found in json.loads(run.out)["findings"])

    def issue(self, case: Path, *forms: str) -> Run:
        """Issue `forms` of `case` into the output folder."""
        return self.run("issue", case, *forms, "--out", self.out)

    def written(self) -> list[str]:
        """Return the names of all files in the output folder, hidden ones too."""
        return sorted(path.name for path in self.out.iterdir()) if self.out.is_dir() else []

    def word(self, title: str) -> str:
        """Return the text of the one Word file with `title` in its name, without white space."""
        (path,) = self.out.glob(f"*{title}*.docx")
        body = docx.Document(io.BytesIO(path.read_bytes())).element.body
        return packed("".join(text.text or "" for text in body.iter(_TEXT)))

    def pages(self, title: str) -> list[str]:
        """Return the texts of the pages of the one PDF file with `title` in its name, without white space."""
        (path,) = self.out.glob(f"*{title}*.pdf")
        pdf = pypdfium2.PdfDocument(path)
        try:
            return [packed(page.get_textpage().get_text_range()) for page in pdf]
        finally:
            pdf.close()


def packed(text: str) -> str:
    """Return `text` without white space, as line breaks fall where they may."""
    return "".join(text.split())


def renamed(old: str, new: str) -> Change:
    """Write `new` for `old` in every text of the case."""

    def change(data: dict[str, Any]) -> None:
        text = json.dumps(data, ensure_ascii=False)
        data.update(json.loads(text.replace(old, json.dumps(new, ensure_ascii=False)[1:-1])))

    return change
