"""Open a PDF for reading with PDFium, which is not thread-safe: one at a time in the whole process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pypdfium2

from docgen.errors import BackendError

_ONE_AT_A_TIME: Final = threading.Lock()


@contextmanager
def open_pdf(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open the PDF `data` for the length of a block.

    Raises:
        BackendError: it cannot be read (`conversion_failed`), be it found out later in the block.
    """
    with _ONE_AT_A_TIME:
        try:
            with pypdfium2.PdfDocument(data) as document:
                yield document
        except pypdfium2.PdfiumError as error:
            raise BackendError("生成的 PDF 无法读取", code="conversion_failed") from error
