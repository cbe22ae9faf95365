"""Charts in a template: a placeholder picture named after a computed picture (`chart.plan`) gives its place and width.

The name is that of the picture's alternative text pane (`wp:docPr`), as Word and LibreOffice let one set it. Rules
enforced here: every chart has a file of its own in the package, stands once, in the body, and keeps its proportions.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Self

from docgen.errors import DeclarationError
from docgen.template.source import PartKind, Source, SourcePart

__all__ = ["NO_PICTURE", "PLACEHOLDER", "Picture", "Slot", "with_slots"]

PLACEHOLDER = re.compile(r"chart\.[a-z_]+")
"""Names of pictures that stand for a chart; pictures of any other name are the template's own."""
NO_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000b4944415478da636000020000050001e9fadcd80000000049454e44ae426082"
)
"""One transparent point: the file of a chart whose condition is not met."""
_DRAWING = re.compile(r"<w:drawing>.*?</w:drawing>", re.DOTALL)
_NAMED = re.compile(r'<wp:docPr\b[^>]*?\sname="([^"]*)"')
_WIDTH = re.compile(r'<wp:extent\b[^>]*?\scx="(\d+)"')
_HEIGHTS = re.compile(r'(<(?:wp:extent|a:ext)\b[^>]*?\scy=")\d+(")')
_EMBEDDED = re.compile(r'(<a:blip\b[^>]*?\sr:embed=")([^"]*)(")')
_RELATIONS = "word/_rels/document.xml.rels"
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_PNG = b"\x89PNG\r\n\x1a\n"


class Picture(bytes):
    """A PNG."""

    __slots__ = ()

    def __new__(cls, png: bytes) -> Self:
        """Take the bytes of a `png`; raise ValueError if they are none."""
        if png[:8] != _PNG or png[12:16] != b"IHDR" or not any(png[16:20]):
            raise ValueError("not a PNG")
        return super().__new__(cls, png)

    def height_at(self, width: int) -> int:
        """Return the height that keeps the proportions at this `width`, in its unit."""
        across = int.from_bytes(self[16:20])
        down = int.from_bytes(self[20:24])
        return max(1, round(width * down / across))


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one chart: its file in the package, and its width in EMU."""

    member: str
    width: int


def with_slots(source: Source) -> tuple[Source, Mapping[str, Slot]]:
    """Return `source` ready to take charts, and their slots by name.

    Raises:
        DeclarationError: `picture_twice`, a chart stands more than once; `picture_unusable`, a placeholder is not an
            embedded picture in line with the text.

    """
    slots: dict[str, Slot] = {}
    members = dict(source.members)
    parts = [_body(part, members, slots) if part.kind is PartKind.BODY else part for part in source.parts]
    if not slots:
        return source, slots
    links = "".join(
        f'<Relationship Id="{_identifier(name)}" Type="{_IMAGE}" Target="{slot.member.removeprefix("word/")}"/>'
        for name, slot in slots.items()
    )
    members[_RELATIONS] = members[_RELATIONS].replace(b"</Relationships>", f"{links}</Relationships>".encode())
    types = members["[Content_Types].xml"]
    if b'Extension="png"' not in types:
        png = b'<Default Extension="png" ContentType="image/png"/></Types>'
        members["[Content_Types].xml"] = types.replace(b"</Types>", png)
    return replace(source, parts=parts, members=members), slots


def _body(part: SourcePart, members: dict[str, bytes], slots: dict[str, Slot]) -> SourcePart:
    def bound(found: re.Match[str]) -> str:
        drawing = found[0]
        for name in _names(drawing):
            if name in slots:
                raise DeclarationError(f"图表 {name} 在模板中出现了两次", code="picture_twice")
            width = _WIDTH.search(drawing)
            if "<wp:inline" not in drawing or not width or not _EMBEDDED.search(drawing):
                raise DeclarationError(
                    f"图表 {name} 的占位图不可用",
                    remedy="占位图须是嵌入文件、环绕方式为“嵌入型”的图片",
                    code="picture_unusable",
                )
            slots[name] = Slot(f"word/media/{name.replace('.', '_')}.png", int(width[1]))
            members[slots[name].member] = NO_PICTURE
            drawing = _HEIGHTS.sub(rf"\g<1>{{{{ {name} }}}}\g<2>", drawing)
            drawing = _EMBEDDED.sub(rf"\g<1>{_identifier(name)}\g<3>", drawing)
        return drawing

    return replace(part, text=_DRAWING.sub(bound, part.text))


def _names(drawing: str) -> Iterator[str]:
    yield from (name for name in _NAMED.findall(drawing) if PLACEHOLDER.fullmatch(name))


def _identifier(name: str) -> str:
    return f"rId_{name.replace('.', '_')}"
