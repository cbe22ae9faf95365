"""The generated documents: `python -m service.docs` writes them, `--check` tells which are no longer true.

Every document is one function that returns its text from what the product is made of; add a line to `DOCUMENTS`.
Pictures are drawn by `draw` only; the check asks that every picture that a text shows is there.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from docgen.case.schema import schema_text
from docgen.errors import DeclarationError, Detail
from service.docs.forms import forms_text
from service.docs.gallery import gallery_text
from service.docs.pictures import form_pictures, guide_pictures
from service.docs.rules import rules_text
from service.docs.settings import settings_text
from service.export import write_file

DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "rules.md": rules_text,
    "settings.md": settings_text,
    "forms.md": forms_text,
    "gallery.html": gallery_text,
    "case.schema.json": schema_text,
}
"""What writes each file of `docs/`."""

_PICTURE = re.compile(r'(?:src="|\]\()(images/[^"()]+)')


def draw(folder: Path) -> None:
    """Draw every picture anew: the pages of the forms and what the guide shows; remove those no longer drawn."""
    drawn = dict((*form_pictures(), *guide_pictures(folder)))
    for name, data in drawn.items():
        path = folder / name
        write_file(path.parent, path.name, data)
    for path in (*folder.glob("images/forms/*.png"), *folder.glob("images/guide/*.png")):
        if path.relative_to(folder).as_posix() not in drawn:
            path.unlink()


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
    faults = [Detail(f"{folder.name}/{name}", "", "内容已过时或不存在", "docs_stale") for name in stale(folder)]
    faults += [Detail(f"{folder.name}/{name}", "", "图片不存在", "docs_stale") for name in missing_pictures(folder)]
    if faults:
        raise DeclarationError(
            f"有{len(faults)}份生成的文档与实际不符",
            remedy="运行 make docs 重新生成后一并提交",
            details=faults,
            code="docs_stale",
        )


def missing_pictures(folder: Path) -> tuple[str, ...]:
    """Return the pictures that documents of `folder`, generated or not, show and that are not there."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*")) if path.suffix in {".md", ".html"})
    shown = dict.fromkeys(name for text in texts for name in _PICTURE.findall(text))
    return tuple(name for name in shown if not (folder / name).is_file())


def stale(folder: Path) -> Mapping[str, str]:
    """Return the right text of every document of `folder` that is missing or different."""
    texts = {name: make() for name, make in DOCUMENTS.items()}
    return {name: text for name, text in texts.items() if _kept(folder / name) != text.encode()}


def _kept(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
