"""A guide done for real: the commands of its `console` blocks are run one after the other, its documents are drawn.

A guide is Markdown. Lines of a `console` block that begin with `$` are commands, which go on after a backslash; the
lines below are what they print, where `…` stands for anything within a line, a line of its own for any lines. Between
the blocks, comments say what the reader does by hand or sees: `<!-- 改 folder/form.docx：old → new -->` replaces words
in a file, and `<!-- 画 folder/form.docx → name.png -->` draws the first page of a document.
"""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

from docgen.errors import DeclarationError
from service.cli import main
from service.settings import ROOT

_STEP = re.compile(
    r"^```console\n(?P<block>.*?)^```|<!-- 改 (?P<file>\S+)：(?P<old>.+?) → (?P<new>.*?) -->"
    r"|<!-- 画 (?P<drawn>\S+) → (?P<picture>\S+) -->",
    re.DOTALL | re.MULTILINE,
)
_COMMAND = re.compile(r"((?:[^\n]*\\\n)*[^\n]*)\n?(.*)", re.DOTALL)
_SETTING = re.compile(r"[A-Z_]+=\S+")
_NEEDED = ("samples", "templates_docx")


@dataclass(frozen=True, slots=True)
class Ran:
    """One command of a guide: what it should print, and what it did print."""

    command: str
    expected: str
    printed: str

    @property
    def as_told(self) -> bool:
        """Tell whether the command printed what the guide says."""
        lines = "".join(map(_pattern, self.expected.splitlines()))
        return re.fullmatch(lines, "".join(f"{line}\n" for line in self.printed.splitlines())) is not None


@dataclass(frozen=True, slots=True)
class Seen:
    """A document as it is at a point of the guide, and the name of its picture."""

    picture: str
    docx: bytes


def replay(text: str, folder: Path) -> Iterator[Ran | Seen]:
    """Do what the guide `text` says in an empty `folder`; yield what was printed and what there is to see.

    Raises:
        DeclarationError: `guide_edit`, where the words to replace are not in the document.
    """
    for name in _NEEDED:
        shutil.copytree(ROOT / name, folder / name)
    session = _Session()
    with chdir(folder):
        for step in _STEP.finditer(text):
            if step["block"] is not None:
                yield from session.run(step["block"])
            elif step["file"]:
                _edit(Path(step["file"]), step["old"], step["new"])
            else:
                yield Seen(step["picture"], Path(step["drawn"]).read_bytes())


class _Session:
    """A terminal: what was set stays set, and the last exit code is known."""

    def __init__(self) -> None:
        self._code = 0

    def run(self, block: str) -> Iterator[Ran]:
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, expected = _COMMAND.fullmatch(part).groups()  # type: ignore[union-attr]  # matches any text
            yield Ran(command, expected, self._printed(shlex.split(command.replace("\\\n", " "))))

    def _printed(self, words: list[str]) -> str:
        settings = dict(word.split("=", 1) for word in words if _SETTING.fullmatch(word))
        program, *arguments = words[len(settings) :]
        if program == "docgen":
            out = StringIO()
            with _environment(settings), redirect_stdout(out), redirect_stderr(out):
                self._code = main(arguments)
            return out.getvalue()
        if [program, *arguments] == ["echo", "$?"]:
            return f"{self._code}\n"
        done = subprocess.run([program, *arguments], check=False, capture_output=True, text=True)  # noqa: S603 - our text
        self._code = done.returncode
        return done.stdout + done.stderr


def _pattern(line: str) -> str:
    if line == "…":
        return r"(?:.*\n)*?"
    return re.escape(line).replace("…", ".*") + r"[ 　]*\n"


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Hold the settings of the guide, and none that the machine happens to have."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("DOCGEN_"):
            del os.environ[name]
    os.environ.update({"DOCGEN_OPERATOR": "销售助理", **settings})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _edit(path: Path, old: str, new: str) -> None:
    """Replace words in a file, as a person would in Word or in an editor."""
    if path.suffix == ".docx":
        with ZipFile(path) as package:
            parts = {info.filename: package.read(info) for info in package.infolist()}
    else:
        parts = {path.name: path.read_bytes()}
    changed = {name: data.replace(old.encode(), new.encode()) for name, data in parts.items()}
    if changed == parts:
        raise DeclarationError(f"{path.name} 中没有要改的文字", code="guide_edit")
    if path.suffix == ".docx":
        with ZipFile(path, "w") as package:
            for name, data in changed.items():
                package.writestr(name, data)
    else:
        path.write_bytes(changed[path.name])
