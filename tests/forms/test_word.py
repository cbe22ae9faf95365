"""Every form in LibreOffice: it opens what we write, and writes it again without losing a word or a place to sign."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.forms.fill import text_of
from docgen.forms.ooxml import W, part, tag
from docgen.forms.subjects import subjects
from tests.forms.desk import case_of, catalogue, filled, lacking

pytestmark = pytest.mark.tool("soffice")


def documents() -> Iterator[tuple[str, bytes]]:
    """Yield a document of every form that is about one case, in the first edition that H01 has the facts for."""
    case = case_of("H01")
    for form in catalogue():
        reached = (
            (about, edition)
            for about in subjects(form.spec, case)
            for edition in form.spec.editions
            if not lacking(form.spec, case, about, edition)
        )
        for about, edition in reached:
            yield form.spec.form_id, filled(form.spec.form_id, case, about.key, edition=edition).docx
            break


@pytest.fixture(scope="module")
def round_trip(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes, bytes]]:
    """Return every document as we wrote it and as LibreOffice did after reading it, converted all at once."""
    folder = tmp_path_factory.mktemp("word")
    ours = dict(documents())
    for form_id, docx in ours.items():
        (folder / f"{form_id}.docx").write_bytes(docx)
    command = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", "docx", "--outdir", str(folder / "again")]
    command += [str(folder / f"{form_id}.docx") for form_id in ours]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return {form_id: (docx, _read(folder / "again" / f"{form_id}.docx")) for form_id, docx in ours.items()}


def _read(path: Path) -> bytes:
    assert path.is_file(), f"LibreOffice did not open {path.name}"
    return path.read_bytes()


def words(docx: bytes) -> list[str]:
    """Return every character in order of its code, page numbers apart: LibreOffice writes those that it laid out."""
    return sorted(re.sub(r"第\d+页共\d+页", "", re.sub(r"\s", "", text_of(docx))))


def anchors(docx: bytes) -> set[str]:
    marks = part(docx, "word/document.xml").iter(tag("bookmarkStart"))
    return {name for mark in marks if (name := mark.get(f"{W}name", "")).startswith(("sig.", "seal."))}


def test_every_form_about_a_case_with_a_subject_in_the_sample_is_tried(round_trip: dict[str, tuple[bytes, bytes]]):
    case = case_of("H01")
    assert set(round_trip) == {form.spec.form_id for form in catalogue() if subjects(form.spec, case)}


def test_no_word_is_lost(round_trip: dict[str, tuple[bytes, bytes]]):
    assert [form_id for form_id, (ours, theirs) in round_trip.items() if words(ours) != words(theirs)] == []


def test_no_place_to_sign_is_lost(round_trip: dict[str, tuple[bytes, bytes]]):
    assert [form_id for form_id, (ours, theirs) in round_trip.items() if anchors(ours) != anchors(theirs)] == []


def test_no_table_and_no_row_is_lost(round_trip: dict[str, tuple[bytes, bytes]]):
    def rows(docx: bytes) -> list[int]:
        return [len(table.findall(tag("tr"))) for table in part(docx, "word/document.xml").iter(tag("tbl"))]

    assert [form_id for form_id, (ours, theirs) in round_trip.items() if rows(ours) != rows(theirs)] == []
