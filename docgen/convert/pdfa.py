"""The main demands of PDF/A-2b, checked on the finished file independently of the program that wrote it.

These are the demands of ISO 19005-2 that decide whether a file can be read decades later: identified as PDF/A, not
encrypted, colours defined, every font inside, nothing that runs, nothing outside. It is not a full validation; a
validator such as veraPDF checks several hundred more conditions.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pikepdf

_FORBIDDEN_ACTIONS: Final = frozenset(
    {
        "/GoTo3DView",
        "/Hide",
        "/ImportData",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/ResetForm",
        "/SetOCGState",
        "/Sound",
        "/SubmitForm",
        "/Trans",
    }
)
_FORBIDDEN_FILTERS: Final = frozenset({"/LZWDecode", "/Crypt"})
_FONT_FILES: Final = ("/FontFile", "/FontFile2", "/FontFile3")
_COMPOUND: Final = (pikepdf.Dictionary, pikepdf.Array)  # streams are never inside of another object
_ICC_SIGNATURE: Final = slice(36, 40)  # "acsp" in every ICC profile (ISO 15076-1, 7.2)


def unmet_demands(data: bytes) -> list[str]:
    """Return in Chinese the demands of PDF/A-2b that the file `data` does not meet; none means that all are met."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                return ["文件已加密（6.1.3）"]
            return list(dict.fromkeys(_faults(pdf)))
    except pikepdf.PasswordError:
        return ["文件已加密（6.1.3）"]
    except (pikepdf.PdfError, KeyError, ValueError, TypeError, AttributeError) as error:
        return [f"文件结构无法读取：{type(error).__name__}"]


def _faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/ID" not in pdf.trailer:
        yield "缺少文件标识 ID（6.1.3）"
    yield from _identification(pdf.Root)
    yield from _output_intent(pdf.Root)
    if "/AA" in pdf.Root:
        yield "文档带有附加动作（6.5.2）"
    names = pdf.Root.get("/Names", pikepdf.Dictionary())
    if "/JavaScript" in names:
        yield "文档带有脚本（6.5.1）"
    if "/EmbeddedFiles" in names:
        yield "文档带有附件（6.8）"
    for item in pdf.objects:
        for part in _with_parts(item):
            yield from _object_faults(part)


def _with_parts(item: pikepdf.Object) -> Iterator[Mapping[str, Any]]:
    """Yield the content of `item` and of what is inside of it; what it refers to is an object of its own."""
    waiting = [item]
    while waiting:
        part = waiting.pop()
        inside: Iterable[Any] = ()  # nothing in an array of numbers, such as the widths of a font
        if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
            content = dict(part.items())
            yield content
            inside = content.values()
        elif isinstance(part, pikepdf.Array) and len(part) and isinstance(part[0], pikepdf.Object):
            inside = list(part)
        waiting += [value for value in inside if isinstance(value, _COMPOUND) and not value.is_indirect]


def _identification(root: pikepdf.Object) -> Iterator[str]:
    text = root.Metadata.read_bytes().decode("utf-8", "replace") if "/Metadata" in root else ""
    part = re.search(r"pdfaid:part(?:>|=[\"'])\s*(\d)", text)
    level = re.search(r"pdfaid:conformance(?:>|=[\"'])\s*([A-Z])", text)
    if part is None or part[1] != "2" or level is None or level[1] not in "ABU":
        yield "元数据没有标明 PDF/A-2（6.6.4）"


def _output_intent(root: pikepdf.Object) -> Iterator[str]:
    for intent in root.get("/OutputIntents", pikepdf.Array()):
        named = intent.get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in intent
        if named and intent.DestOutputProfile.read_bytes()[_ICC_SIGNATURE] == b"acsp":
            return
    yield "缺少输出意图及其颜色特性文件（6.2.3）"


def _object_faults(item: Mapping[str, Any]) -> Iterator[str]:
    kind = item.get("/Subtype")
    if item.get("/Type") == "/Font" and kind not in ("/Type0", "/Type3") and not _is_embedded(item):
        yield f"字体 {item.get('/BaseFont', '')} 没有嵌入（6.2.11.4）"
    if "/S" in item and str(item["/S"]) in _FORBIDDEN_ACTIONS:
        yield f"含有不允许的动作 {item['/S']}（6.5.1）"
    if kind == "/PS" or item.get("/Subtype2") == "/PS":
        yield "含有 PostScript 对象（6.2.9）"
    if item.get("/Interpolate"):
        yield "图像要求插值（6.2.8）"
    if "/XFA" in item or item.get("/NeedAppearances"):
        yield "含有动态表单（6.4.1）"
    if "/Length" in item:  # a stream
        yield from _stream_faults(item)


def _stream_faults(stream: Mapping[str, Any]) -> Iterator[str]:
    filters = stream.get("/Filter", pikepdf.Array())
    used = {str(name) for name in filters} if isinstance(filters, pikepdf.Array) else {str(filters)}
    if used & _FORBIDDEN_FILTERS:
        yield "使用了不允许的压缩方式（6.1.7.2）"
    if "/F" in stream:
        yield "数据在文件之外（6.1.7.1）"


def _is_embedded(font: Mapping[str, Any]) -> bool:
    descriptor = font.get("/FontDescriptor", pikepdf.Dictionary())
    return any(name in descriptor for name in _FONT_FILES)
