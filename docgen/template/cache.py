"""Compiled templates kept between runs, as Python keeps compiled modules: compiling all forms takes seconds.

What is kept holds code. So it is taken only from a folder that belongs to this user and that nobody else can write to,
and only what this very program, with these libraries, has made of these very bytes.
"""

import hashlib
import marshal
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docgen.template.compiled import Compilation, CompiledTemplate, compile_template, strict_engine
from docgen.template.engine import CompiledPart, StrictEngine
from docgen.template.package import Entry
from docgen.template.pictures import Slot
from docgen.template.source import PartKind, SourcePart

__all__ = ["TemplateCache"]

Filters = Mapping[str, Callable[..., Any]]
_LIBRARIES = ("docxtpl", "jinja2", "lxml", "python-docx")
_UNUSED = 30 * 24 * 3600
"""Seconds after which what another version has kept is dropped."""
_PRODUCT = Path(__file__).resolve().parent.parent


class TemplateCache:
    """A folder of compiled templates; one that cannot be used, or written to, costs time and nothing else."""

    def __init__(self, folder: Path) -> None:
        """Keep templates in `folder`, which is made when the first is kept; a version's are dropped after a month."""
        self._folder = folder
        self._present = folder / _fingerprint()

    def template(self, source: bytes, filters: Filters) -> CompiledTemplate:
        """Return the strict template `source` compiled; see `compile_template`."""
        names = " ".join(sorted(filters)).encode()
        path = self._present / hashlib.sha256(names + b"\0" + source).hexdigest()
        kept = self._kept(path)
        if kept is not None:
            compilation = unpacked(kept, strict_engine(filters))
            return CompiledTemplate(source, filters, autoescape=True, strict=True, kept=compilation)
        template = compile_template(source, filters=filters)
        self._keep(path, packed(template.compilation))
        return template

    def _kept(self, path: Path) -> bytes | None:
        try:
            whole = path.read_bytes() if _private(self._present) else b""
        except OSError:
            return None
        digest, data = whole[:32], whole[32:]
        return data if hashlib.sha256(data).digest() == digest else None  # a power cut may leave half a file

    def _keep(self, path: Path, data: bytes) -> None:
        try:
            self._prepare()
            with tempfile.NamedTemporaryFile(dir=self._present, prefix="new-", delete=False) as file:
                file.write(hashlib.sha256(data).digest() + data)
            Path(file.name).replace(path)
        except OSError:  # a full disk, a home that is read-only: the template is compiled, only not kept
            return

    def _prepare(self) -> None:
        if self._present.is_dir():
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in self._folder.iterdir():
            if time.time() - other.stat().st_mtime > _UNUSED:
                shutil.rmtree(other, ignore_errors=True)
        self._present.mkdir(mode=0o700, exist_ok=True)


def packed(compilation: Compilation) -> bytes:
    """Return `compilation` as bytes that `unpacked` reads."""
    parts = [
        (astuple(part.part), tuple(part.codes), part.exact, part.in_attributes, part.fragile, part.longest)
        for part in compilation.parts
    ]
    slots = {name: astuple(slot) for name, slot in compilation.slots.items()}
    entries = [entry if isinstance(entry, str) else astuple(entry) for entry in compilation.entries]
    plain = [((*fields[:1], str(fields[1]), *fields[2:]), *rest) for fields, *rest in parts]
    return marshal.dumps((plain, slots, dict(compilation.relations), entries))


def unpacked(data: bytes, engine: StrictEngine) -> Compilation:
    """Return the compilation that `data` holds, its templates bound to `engine`."""
    parts, slots, relations, entries = marshal.loads(data)  # noqa: S302 - as in a .pyc, see the head of this module
    return Compilation(
        [_part(engine, *part) for part in parts],
        {name: Slot(*fields) for name, fields in slots.items()},
        relations,
        [entry if isinstance(entry, str) else Entry(*entry) for entry in entries],
    )


def _part(engine: StrictEngine, fields: tuple[Any, ...], codes: Any, *flags: Any) -> CompiledPart:  # noqa: ANN401
    name, kind, *rest = fields
    return CompiledPart(SourcePart(name, PartKind(kind), *rest), codes, engine.templates(codes), *flags)


def _private(folder: Path) -> bool:
    """Tell whether `folder` and the one it lies in are this user's and closed to writing by others."""
    return all(_closed(each.stat(follow_symlinks=False)) for each in (folder, folder.parent))


def _closed(status: os.stat_result) -> bool:
    own = status.st_uid == os.getuid() if hasattr(os, "getuid") else True
    return own and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@lru_cache(maxsize=1)
def _fingerprint() -> str:
    """Return what tells this program from every other version of itself: interpreter, libraries, its own files."""
    digest = hashlib.sha256(f"{sys.implementation.cache_tag} {sys.version}".encode())
    for line in (*(f"{name} {version(name)}" for name in _LIBRARIES), *sorted(_own_files())):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()[:32]


def _own_files() -> Iterator[str]:
    for path in _PRODUCT.rglob("*.py"):
        status = path.stat()
        yield f"{path} {status.st_size} {status.st_mtime_ns}"
