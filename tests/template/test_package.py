"""A template is an untrusted zip."""

import io
import struct
import time
import zipfile
from collections.abc import Callable

import pytest

from docgen.errors import DeclarationError
from docgen.template import check_template, compile_template
from tests.template.builders import members, template, text_of

DOCX = template("{{ a }}", footer="{{ a }}")


def rezipped(change: Callable[[dict[str, bytes]], None], source: bytes = DOCX) -> bytes:
    parts = members(source)
    change(parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return buffer.getvalue()


def refused(source: bytes, *, strict: bool = True) -> str:
    with pytest.raises(DeclarationError) as caught:
        compile_template(source, strict=strict)
    return caught.value.code


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"not a zip",
        DOCX[:2000],
        DOCX[:-30],
        rezipped(lambda parts: parts.pop("word/document.xml") and None),
        rezipped(lambda parts: parts.pop("[Content_Types].xml") and None),
        rezipped(lambda parts: parts.update({"word/document.xml": b"<broken"})),
        rezipped(lambda parts: parts.update({"word/document.xml": b"<a/>"})),
        rezipped(lambda parts: parts.update({"_rels/.rels": b"<a/>"})),
    ],
    ids=range(9),
)
def test_what_is_no_word_document_is_refused(source: bytes, strict: bool):
    assert refused(source, strict=strict) == "template_unreadable"


def test_a_damaged_member_is_refused():
    broken = bytearray(DOCX)
    middle = DOCX.index(b"word/document.xml") + 200
    broken[middle : middle + 20] = bytes(20)
    assert refused(bytes(broken)) == "template_unreadable"


def test_an_encrypted_package_is_refused():
    flagged = bytearray(DOCX)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := flagged.find(signature, start)) >= 0:
            flagged[start + offset] |= 1
            start += 4
    assert refused(bytes(flagged)) == "template_unreadable"


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = rezipped(lambda parts: parts.update({"word/media/x.bin": bytes(130 * 2**20)}))
    assert len(bomb) < 2**20
    assert refused(bomb) == "template_too_large"


def test_a_bomb_that_lies_about_its_size_is_refused():
    bomb = bytearray(rezipped(lambda parts: parts.update({"word/x.xml": bytes(2**20)})))
    entry = bomb.rindex(b"PK\x01\x02", 0, bomb.rindex(b"word/x.xml"))
    bomb[entry + 24 : entry + 28] = struct.pack("<I", 10)
    assert refused(bytes(bomb)) == "template_unreadable"


def test_too_many_members_are_refused():
    crowd = rezipped(lambda parts: parts.update({f"word/media/{n}.bin": b"" for n in range(2001)}))
    assert refused(crowd) == "template_too_large"


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("name", ["word/vbaProject.bin", "word/activeX/activeX1.xml"])
def test_macros_are_refused(name: str, strict: bool):
    assert refused(rezipped(lambda parts: parts.update({name: b"x"})), strict=strict) == "template_macros"


def test_a_macro_document_under_another_name_is_refused():
    def enabled(parts: dict[str, bytes]) -> None:
        plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            plain, b"application/vnd.ms-word.document.macroEnabled.main+xml"
        )

    assert refused(rezipped(enabled)) == "template_macros"


ENTITY = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("declaration", [ENTITY, BOMB], ids=["external", "bomb"])
@pytest.mark.parametrize("name", ["word/document.xml", "word/footer1.xml", "docProps/core.xml", "_rels/.rels"])
def test_entities_are_refused(name: str, declaration: bytes, strict: bool):
    def declare(parts: dict[str, bytes]) -> None:
        start = parts[name].index(b"?>") + 2
        parts[name] = parts[name][:start] + declaration + parts[name][start:]

    assert refused(rezipped(declare), strict=strict) == "template_entities"


def test_entities_in_another_encoding_are_refused():
    def declare(parts: dict[str, bytes]) -> None:
        text = parts["word/document.xml"].decode().replace("UTF-8", "UTF-16", 1)
        start = text.index("?>") + 2
        parts["word/document.xml"] = (text[:start] + ENTITY.decode() + text[start:]).encode("utf-16")

    assert refused(rezipped(declare)) == "template_entities"


def test_an_encoding_that_could_hide_entities_is_refused():
    def declare(parts: dict[str, bytes]) -> None:
        parts["word/document.xml"] = parts["word/document.xml"].replace(b"UTF-8", b"UTF-7", 1)

    assert refused(rezipped(declare)) == "template_entities"


def with_relationship(kind: str, target: str) -> bytes:
    line = f'<Relationship Id="rId99" Type="http://x/{kind}" Target="{target}" TargetMode="External"/></Relationships>'

    def add(parts: dict[str, bytes]) -> None:
        name = "word/_rels/document.xml.rels"
        parts[name] = parts[name].replace(b"</Relationships>", line.encode())

    return rezipped(add)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("image", "http://tracker.example/x.png"),
        ("attachedTemplate", "http://evil.example/x.dotm"),
        ("attachedTemplate", "file://server/share/x.dotm"),
        ("oleObject", "file:///C:/x.xls"),
        ("frame", "http://evil.example/"),
    ],
)
def test_content_loaded_from_elsewhere_is_refused_in_our_own_templates(kind: str, target: str):
    assert refused(with_relationship(kind, target)) == "template_external"


@pytest.mark.parametrize(
    ("kind", "target"),
    [("hyperlink", "https://example.com/"), ("attachedTemplate", "file:///C:/Users/x/Normal.dotm")],
)
def test_links_to_click_and_a_local_style_template_are_fine(kind: str, target: str):
    assert text_of(compile_template(with_relationship(kind, target)).render({"a": "甲"})) == "甲"


def test_the_output_has_fixed_dates_and_utf8_names():
    with zipfile.ZipFile(io.BytesIO(compile_template(DOCX).render({"a": "甲"}))) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert package.namelist()[0] == "[Content_Types].xml"
        assert package.testzip() is None


def test_a_template_without_properties_gets_fixed_dates_too():
    def drop(parts: dict[str, bytes]) -> None:
        del parts["docProps/core.xml"]
        start = parts["_rels/.rels"].index(b"<Relationship ", parts["_rels/.rels"].index(b"core-properties") - 120)
        end = parts["_rels/.rels"].index(b"/>", start) + 2
        parts["_rels/.rels"] = parts["_rels/.rels"][:start] + parts["_rels/.rels"][end:]

    core = members(compile_template(rezipped(drop)).render({"a": "甲"}))["docProps/core.xml"]
    assert b"1980-01-01T00:00:00Z" in core


COMPLEX = {
    "opened and never closed": "{{ a " * 5_000,
    "statements never closed": "{% a " * 5_000,
    "braces": "{" * 20_000,
    "conditions in conditions": "{% if a %}" * 300 + "{% endif %}" * 300,
    "loops in loops": "{% for a in b %}" * 60 + "{% endfor %}" * 60,
    "parentheses": "{{ " + "(" * 3_000 + "a" + ")" * 3_000 + " }}",
    "attributes": "{{ a" + ".b" * 3_000 + " }}",
    "negations": "{% if " + "not " * 3_000 + "a %}{% endif %}",
}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("text", COMPLEX.values(), ids=COMPLEX.keys())
def test_tags_made_to_exhaust_the_compiler_are_refused_within_seconds(text: str, strict: bool):
    source = template(text)
    started = time.process_time()
    assert refused(source, strict=strict) == "template_too_complex"
    assert check_template(source, {"a": str, "b": tuple[str, ...]})
    assert time.process_time() - started < 15  # a guard against endless work, generous for busy machines


def test_a_stray_brace_in_a_long_document_is_no_attack():
    source = template("{ % 50%} {", *["第一条 内容"] * 500)
    assert text_of(compile_template(source).render({})).startswith("{ % 50%} {")
