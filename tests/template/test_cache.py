"""Compiled templates kept between runs: the same bytes, and nothing taken that somebody else may have put there."""

from pathlib import Path

import pytest

from docgen.forms.filters import FILTERS
from docgen.template import TemplateCache, cache
from tests.template.builders import paragraph
from tests.template.builders import template as docx

SOURCE = docx(paragraph("编号{{ number }}{% if total %}，合计{{ total|money }}{% endif %}"))
FIELDS = {"number": "YB-XS-2024-0012", "total": None}


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was compiled anew, in order."""
    sources: list[bytes] = []
    compile_template = cache.compile_template

    def counted(source: bytes, **options: object) -> object:
        sources.append(source)
        return compile_template(source, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(cache, "compile_template", counted)
    return sources


def rendered(folder: Path, source: bytes = SOURCE) -> bytes:
    return TemplateCache(folder).template(source, FILTERS).render(FIELDS)


def kept_file(folder: Path) -> Path:
    (file,) = (path for path in folder.rglob("*") if path.is_file())
    return file


def test_a_template_is_compiled_once_and_gives_the_same_bytes(tmp_path: Path, compiled: list[bytes]):
    assert rendered(tmp_path / "kept") == rendered(tmp_path / "kept")
    assert compiled == [SOURCE]


def test_another_template_is_another(tmp_path: Path, compiled: list[bytes]):
    other = docx(paragraph("编号：{{ number }}"))
    assert rendered(tmp_path, SOURCE) != rendered(tmp_path, other)
    assert compiled == [SOURCE, other]


def test_other_filters_are_another_template(tmp_path: Path, compiled: list[bytes]):
    rendered(tmp_path)
    TemplateCache(tmp_path).template(SOURCE, {"money": FILTERS["money"]})
    assert len(compiled) == 2


def test_another_version_of_the_product_compiles_anew(
    tmp_path: Path, compiled: list[bytes], monkeypatch: pytest.MonkeyPatch
):
    rendered(tmp_path)
    monkeypatch.setattr(cache, "_fingerprint", lambda: "another")
    rendered(tmp_path)
    assert len(compiled) == 2


@pytest.mark.parametrize("harm", [lambda data: data[:-1], lambda data: b"", lambda data: data[:40] + b"?" + data[41:]])
def test_half_a_file_is_not_read(tmp_path: Path, compiled: list[bytes], harm: object):
    first = rendered(tmp_path)
    file = kept_file(tmp_path)
    file.write_bytes(harm(file.read_bytes()))  # type: ignore[operator]
    assert rendered(tmp_path) == first
    assert len(compiled) == 2


@pytest.mark.parametrize("mode", [0o720, 0o702])
def test_a_folder_that_others_can_write_to_is_not_read(tmp_path: Path, compiled: list[bytes], mode: int):
    rendered(tmp_path / "kept")
    (tmp_path / "kept").chmod(mode)
    rendered(tmp_path / "kept")
    assert len(compiled) == 2
    (tmp_path / "kept").chmod(0o700)
    kept_file(tmp_path).parent.chmod(mode)
    rendered(tmp_path / "kept")
    assert len(compiled) == 3


def test_a_folder_that_cannot_be_made_costs_time_only(tmp_path: Path, compiled: list[bytes]):
    (tmp_path / "file").write_bytes(b"")
    assert rendered(tmp_path / "file" / "kept") == rendered(tmp_path / "kept")
    assert len(compiled) == 2


def test_what_another_version_kept_is_dropped_after_a_month(tmp_path: Path):
    for name, age in (("recent", 29), ("old", 31)):
        folder = tmp_path / name
        folder.mkdir()
        cache.os.utime(folder, (cache.time.time() - age * 24 * 3600,) * 2)
    rendered(tmp_path)
    assert (tmp_path / "recent").is_dir()
    assert not (tmp_path / "old").exists()
