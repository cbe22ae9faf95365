"""Drawings as the appearance of a signature field, in pyHanko's terms; nothing but paths, so PDF/A is kept."""

from dataclasses import dataclass
from typing import Final

from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStamp, BaseStampStyle

from docgen.signing.outlines import Drawing

_EMPTY: Final = Drawing(1, 1, "")


@dataclass(frozen=True)
class DrawnStyle(BaseStampStyle):
    """The style of a signature that shows one drawing, scaled to its field."""

    border_width: int = 0
    drawing: Drawing = _EMPTY

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: object) -> "DrawnStamp":
        """Make the stamp of this style for a field of the size of `box`."""
        del text_params
        return DrawnStamp(writer=writer, style=self, box=box)


class DrawnStamp(BaseStamp):
    """A drawing on its way into the file."""

    def as_form_xobject(self) -> StreamObject:
        """Return the drawing as a compressed form XObject."""
        form = super().as_form_xobject()
        form.compress()  # type: ignore[no-untyped-call]
        return form

    def _render_inner_content(self) -> list[bytes]:
        drawing = self.style.drawing
        scale = min(self.box.width / drawing.width, self.box.height / drawing.height)
        return [f"q {scale:.5f} 0 0 {scale:.5f} 0 0 cm\n{drawing.operators}\nQ".encode("ascii")]
