"""Values of docxtpl that belong to a document: images, sub-documents, links.

They bring parts of their own into the package. The text is rendered once, as ever; only then the parts are assembled by
docxtpl itself, in a document of this rendering's own, so that the caller's values stay as they were.
"""

import copy
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docx.opc.oxml import parse_xml
from docxtpl import DocxTemplate, InlineImage, Subdoc

from docgen.errors import InputError
from docgen.template.engine import FilledPart
from docgen.template.finish import margin_of, tree_of
from docgen.template.package import stored, zipped
from docgen.template.source import PROPERTIES, PartKind, SourcePart, opened, settled_properties

__all__ = ["Assembly", "base_of", "members_of", "refuse_unknown_links", "writer_of"]

_LINK = re.compile(r'\sr:id="([^"]*)"')
_MOST_VALUES = 100_000


def writer_of(context: Mapping[str, object]) -> Any:  # noqa: ANN401 - docxtpl has no types
    """Return the docxtpl template that the first image or sub-document in `context` was made with, or None."""
    return next((value.tpl for value in _values(context) if isinstance(value, InlineImage | Subdoc)), None)


def _values(context: Mapping[str, object]) -> Iterator[object]:
    waiting: list[object] = [context]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        value = waiting.pop()
        if type(value) is dict:
            waiting.extend(value.values())
        elif type(value) in {list, tuple, set}:
            waiting.extend(value)  # type: ignore[arg-type]
        else:
            yield value


def base_of(word: Any, source: bytes) -> bytes:  # noqa: ANN401 - docxtpl has no types
    """Return template `source` with all that `word` has gathered for sub-documents and links."""
    if word.docx is None:
        return source
    gathered = _saved(word.docx)
    if not word.is_rendered and _bytes_of(word.template_file) == source:
        return gathered
    return _grafted(gathered, source)


def _saved(document: Any) -> bytes:  # noqa: ANN401 - python-docx
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _bytes_of(file: Any) -> bytes:  # noqa: ANN401 - a path or a stream
    if isinstance(file, io.BytesIO):
        return file.getvalue()
    return Path(file).read_bytes() if isinstance(file, str | Path) else b""


def _grafted(gathered: bytes, source: bytes) -> bytes:
    """Return the package `gathered` with the tags of template `source` in place of what was rendered into it."""
    stock, scion = opened(gathered), opened(source)
    stock.docx.element.replace(stock.docx.element.body, copy.deepcopy(scion.docx.element.body))
    for uri in (stock.HEADER_URI, stock.FOOTER_URI):
        originals = dict(scion.get_headers_footers(uri))
        for relation, part in stock.get_headers_footers(uri):
            if relation in originals:
                part._element = parse_xml(originals[relation].blob)  # noqa: SLF001 - python-docx offers no other way
    for name in PROPERTIES:
        setattr(stock.docx.core_properties, name, getattr(scion.docx.core_properties, name))
    return _saved(stock.docx)


def members_of(package: bytes) -> Mapping[str, bytes]:
    """Return the members of the zip `package` by name."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened_package:
        return {info.filename: opened_package.read(info) for info in opened_package.infolist()}


def refuse_unknown_links(xml: str, relations: bytes) -> None:
    """Refuse rich text whose links the document does not know.

    Raises:
        InputError: `unbound_link`; the document would not open.

    """
    for link in _LINK.findall(xml):
        if f'Id="{link}"'.encode() not in relations:
            raise InputError(
                "富文本中的链接不属于本模板",
                remedy="用 CompiledTemplate.writer() 取得模板对象来建立链接，并以 render(context, writer=…) 传入",
                code="unbound_link",
            )


class Assembly:
    """The document of one rendering into which images are drawn."""

    def __init__(self, source: bytes) -> None:
        self._word = opened(source)
        settled_properties(self._word)
        self._parts = {part.partname.membername: part for part in self._word.docx.part.package.parts}

    def drawn(self, image: InlineImage, part: SourcePart) -> str:
        """Return the XML of `image` in `part`, and take its file into the document."""
        self._word.current_rendering_part = self._parts.get(part.name, self._word.docx.part)
        bound = copy.copy(image)
        bound.tpl = self._word
        return str(bound)

    def saved(self, filled: Sequence[FilledPart]) -> bytes:
        """Return the document with the `filled` parts in their places."""
        for each in filled:
            self._fill(each.part, each)
        package = members_of(_saved(self._word.docx))
        return zipped(stored(name, data) for name, data in package.items())

    def _fill(self, part: SourcePart, filled: FilledPart) -> None:
        word: DocxTemplate = self._word
        text = filled.text
        if part.kind is PartKind.BODY:
            word.map_tree(tree_of(part, text))
        elif part.kind is PartKind.MARGIN:
            word.map_headers_footers_xml(part.relation, margin_of(text))
        elif part.kind is PartKind.FOOTNOTES:
            self._parts[part.name]._blob = (part.prefix + text).encode()  # noqa: SLF001 - as docxtpl does
        else:
            for name, value in zip(PROPERTIES, filled.texts, strict=True):
                setattr(word.docx.core_properties, name, value)
