"""A converter is an engine between two checks, so that no engine can be used without them."""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Final

from docgen.convert.port import Engine, Finish, Pdf
from docgen.convert.source import Feature, Source, read_source
from docgen.convert.typefaces import rare
from docgen.convert.verify import verified_pages
from docgen.errors import DeclarationError, Detail, InputError

# Nobody signs a document that holds these, whoever converts it: they run, reach outside, or change by themselves.
_UNSAFE: Final = frozenset({Feature.MACRO, Feature.EXTERNAL, Feature.OBJECT, Feature.IMPORT, Feature.FIELD})
# These would have to be read and verified in ways of their own, and no form needs them.
_UNREAD: Final = frozenset({Feature.REVISION, Feature.SYMBOL, Feature.NOTE, Feature.EQUATION, Feature.CHART})


class CheckedConverter:
    """The converter around an engine: reads and refuses before, verifies after."""

    def __init__(self, engine: Engine) -> None:
        """Convert with `engine`."""
        self._engine = engine

    def convert(self, docx: bytes) -> Pdf:
        """Convert the Word file `docx`; see `Converter`."""
        source = read_source(docx)
        if found := _details(source, _UNSAFE):
            raise InputError(
                "Word 文件含有文书中不允许的内容", code="docx_unsafe", details=found, remedy="删除这些内容后重试"
            )
        if found := _details(source, _UNREAD | self._engine.refuses):
            raise DeclarationError(
                "Word 文件使用了转换会丢失的功能",
                code="feature_unsupported",
                details=found,
                remedy="按 docs/template-features.md 修改模板，例如把自动编号改为直接写出的“一、”“1.”",
            )
        pdf = self._engine.draw(source, rare(source.characters))
        pages = verified_pages(source, pdf, watermarks=not self._engine.outlines_watermarks)
        return Pdf(pdf, pages, hashlib.sha256(pdf).hexdigest(), self._engine.name)

    def expect(self, documents: int) -> None:
        """Do nothing: this converter is ready."""

    def begin(self, docx: bytes, then: Finish | None = None) -> Callable[[], Pdf]:
        """Put off the conversion of `docx` until its PDF is asked for."""
        return (lambda: then(self.convert(docx))) if then else partial(self.convert, docx)

    def close(self) -> None:
        """Release what the engine holds."""
        self._engine.close()


def _details(source: Source, refused: frozenset[Feature]) -> list[Detail]:
    return [
        Detail(place, str(feature), "不能使用", f"feature_{feature.name.lower()}")
        for feature, place in source.features.items()
        if feature in refused
    ]
