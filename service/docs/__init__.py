"""The generated documents: `python -m service.docs` writes them, `--check` tells which are no longer true.

Every document is one function that returns its text from what the product is made of; add a line to `DOCUMENTS`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from docgen.case.schema import schema_text
from docgen.errors import DeclarationError, Detail
from service.docs.rules import rules_text
from service.docs.settings import settings_text
from service.export import write_file

DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "rules.md": rules_text,
    "settings.md": settings_text,
    "case.schema.json": schema_text,
}
"""What writes each file of `docs/`."""


def write(folder: Path) -> tuple[str, ...]:
    """Write every document that is not as it should be; return the names of those."""
    changed = stale(folder)
    for name, text in changed.items():
        write_file(folder, name, text.encode())
    return tuple(changed)


def check(folder: Path) -> None:
    """Make sure that every document is as it should be.

    Raises:
        DeclarationError: Code `docs_stale`, with every document that has drifted.
    """
    if changed := stale(folder):
        raise DeclarationError(
            f"有{len(changed)}份生成的文档与实际不符",
            remedy="运行 make docs 重新生成后一并提交",
            details=[Detail(f"{folder.name}/{name}", "", "内容已过时或不存在", "docs_stale") for name in changed],
            code="docs_stale",
        )


def stale(folder: Path) -> Mapping[str, str]:
    """Return the right text of every document of `folder` that is missing or different."""
    texts = {name: make() for name, make in DOCUMENTS.items()}
    return {name: text for name, text in texts.items() if _kept(folder / name) != text.encode()}


def _kept(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
