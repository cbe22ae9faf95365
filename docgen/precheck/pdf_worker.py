"""Reads the lines of a PDF file in a process of its own: bytes on standard input, JSON on standard output.

Run as a script, so that it loads nothing but pdfium. Time and memory of the process are limited before the file is
looked at: a file made to hang or to burst the reader ends this process only.
"""

import json
import resource
import sys

_MEMORY = 2_000_000_000
_SECONDS = 40
_MAX_PAGES = 800
_MAX_TEXT = 2_000_000


def main() -> int:
    """Read one file; the exit code is 0 also for a file that gives an `error`."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    import pypdfium2  # noqa: PLC0415 - after the limits

    data = sys.stdin.buffer.read()
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        answer: dict[str, object] = {"error": "encrypted" if "assword" in str(error) else "broken"}
    else:
        count = len(document)
        answer = {"error": "pages"} if count > _MAX_PAGES else {"pages": _pages(document, count)}
    sys.stdout.write(json.dumps(answer))
    return 0


def _pages(document, count: int) -> list[dict[str, object]]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - no stubs
    pages: list[dict[str, object]] = []
    room = _MAX_TEXT
    for number in range(count):
        page = document[number]
        width, height = page.get_size()
        text = page.get_textpage()
        lines = _lines(text, width or 1, height or 1)
        drawn = bool(lines) or next(iter(page.get_objects(max_depth=1)), None) is not None
        pages.append({"lines": lines, "drawn": drawn})
        room -= sum(len(line[0]) for line in lines)
        text.close()
        page.close()
        if room < 0:
            break
    return pages


def _lines(text, width: float, height: float) -> list[tuple[str, float, float, float, float]]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - no stubs
    """Return text, left, right, bottom and top of every line, in parts of the page."""
    lines = []
    at = 0
    for line in text.get_text_range().split("\r\n"):
        units = len(line.encode("utf-16-le")) // 2
        if line.strip():
            first = len(line) - len(line.lstrip())
            left, bottom, _, top = text.get_charbox(at + first)
            _, low, right, high = text.get_charbox(at + max(first, len(line.rstrip()) - 1))
            box = (left / width, right / width, min(bottom, low) / height, max(top, high) / height)
            lines.append((line.replace("\ufffe", "-").replace("\x00", ""), *(round(edge, 4) for edge in box)))
        at += units + 2
    return lines


if __name__ == "__main__":
    sys.exit(main())
