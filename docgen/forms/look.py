"""The look of a form checked: house styles, fonts, page, and the anchors that its signers need.

Rules enforced here (design.md section 4, forms.md sections 1.2 and 1.3): every paragraph has a named style of the
house, a font is named for Chinese wherever one is named at all, numbering is literal text, every signer has anchors.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from io import BytesIO
from zipfile import ZipFile

from lxml import etree

from docgen.forms.faults import FormFault
from docgen.forms.ooxml import W, part, style_names, tag
from docgen.forms.spec import FormSpec

_STORY = re.compile(r"word/(document|header|footer)\d*\.xml")
_TITLES = {"document": "正文", "header": "页眉", "footer": "页脚"}
_SHOWN = 20


def look(spec: FormSpec, docx: bytes, house_styles: frozenset[str] | None) -> Iterator[FormFault]:
    """Yield every fault in the look of a form.

    `house_styles` are the names of the styles it may use; None where its folder has no house.

    Raises:
        DeclarationError: `template_unreadable`.
    """
    file = f"{spec.form_id}.docx"
    own = style_names(docx)
    for name, title in _stories(docx):
        for number, paragraph in enumerate(part(docx, name).iter(tag("p")), 1):
            for code, message, advice in _paragraph(paragraph, own, house_styles):
                yield FormFault(file, f"{title}第{number}段「{_beginning(paragraph)}」", code, message, advice)
    body = part(docx, "word/document.xml")
    for code, message in (*_anchors(spec, body), *_references(body), *_page(spec, body)):
        yield FormFault(file, "正文", code, message)


def _stories(docx: bytes) -> Iterator[tuple[str, str]]:
    with ZipFile(BytesIO(docx)) as package:
        for name in sorted(package.namelist()):
            if story := _STORY.fullmatch(name):
                yield name, _TITLES[story[1]]


def _beginning(paragraph: etree._Element) -> str:
    return "".join(text.text or "" for text in paragraph.iter(tag("t")))[:_SHOWN]


def _paragraph(
    paragraph: etree._Element, own: Mapping[str, str], house: frozenset[str] | None
) -> Iterator[tuple[str, str, str]]:
    style = paragraph.find(f"{tag('pPr')}/{tag('pStyle')}")
    name = None if style is None else own.get(style.get(f"{W}val", ""))
    if house is not None and name not in house:
        yield "not_house_style", "段落没有使用公司样式", "在样式窗格中选用 house.docx 的样式"
    if next(paragraph.iter(tag("numPr")), None) is not None:
        yield "automatic_numbering", "使用了自动编号，转换时会丢失", "把编号写成文字，如 一、 1. （1）"
    for fonts in paragraph.iter(tag("rFonts")):
        if fonts.get(f"{W}eastAsia") is None:
            yield "no_chinese_font", "指定了字体但没有指定中文字体", "清除字符格式，字体由样式决定"
            return


def _anchors(spec: FormSpec, body: etree._Element) -> Iterator[tuple[str, str]]:
    names = (mark.get(f"{W}name", "") for mark in body.iter(tag("bookmarkStart")))
    found = Counter(name for name in names if name.startswith(("sig.", "seal.")))
    for anchor in spec.anchors:
        if anchor not in found:
            yield "no_anchor", f"缺少签署位置书签 {anchor}"
    for anchor, times in found.items():
        if times > 1:
            yield "anchor_twice", f"签署位置书签 {anchor} 出现了{times}次"
        if anchor not in spec.anchors:
            yield "unknown_anchor", f"签署位置书签 {anchor} 不属于任何签署人"


def _references(body: etree._Element) -> Iterator[tuple[str, str]]:
    marks = {mark.get(f"{W}name") for mark in body.iter(tag("bookmarkStart"))}
    for instruction in body.iter(tag("instrText")):
        words = (instruction.text or "").split()
        if words[:1] == ["PAGEREF"] and words[1:2] and words[1] not in marks:
            yield "unknown_bookmark", f"目录引用的书签 {words[1]} 不存在"


def _page(spec: FormSpec, body: etree._Element) -> Iterator[tuple[str, str]]:
    sizes = [size for size in body.iter(tag("pgSz")) if size.get(f"{W}w") and size.get(f"{W}h")]
    turned = any(int(size.get(f"{W}w", "0")) > int(size.get(f"{W}h", "0")) for size in sizes)
    if turned != spec.landscape:
        yield "orientation", "纸张方向与声明的 landscape 不一致"
