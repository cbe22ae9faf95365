"""The evaluation set: contracts put together from wordings of our own; the labels follow from how they were made.

A contract has a style (numbering, names of the parties, script, width), some clauses and not others. `tuning` wordings
may be looked at while detectors are changed; `held` ones are only measured."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from opencc import OpenCC

from docgen.precheck.numerals import write_numeral

_HERE = Path(__file__).parent
_ROLES = (
    ("甲方", "乙方"),
    ("买方", "卖方"),
    ("需方", "供方"),
    ("甲方", "乙方"),
    ("委托方", "受托方"),
    ("采购方", "供应方"),
)
_TITLES = (
    "设备采购合同",
    "技术服务合同",
    "买卖合同",
    "产品购销合同",
    "委托开发合同",
    "合作协议",
    "加工承揽合同",
    "供货框架协议",
)
_ALWAYS = ("parties",)
_CLOSING = (
    "（以下无正文）\n{A}（盖章）：　　　　　　{B}（盖章）：\n代表签字：　　　　　　代表签字：\n"
    "日期：　　年　　月　　日　　日期：　　年　　月　　日"
)


@dataclass(frozen=True)
class Labelled:
    """A contract and the clauses it has; `sure` are those that are certainly there or certainly not."""

    name: str
    text: str
    present: frozenset[str]
    absent: frozenset[str]


@cache
def bank() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the wordings by clause and half."""
    loaded: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(
        (_HERE / "bank.yaml").read_text(encoding="utf-8")
    )
    return loaded


def composed(half: str, count: int, seed: int = 7) -> Iterator[Labelled]:
    """Yield contracts made of the wordings of one half."""
    draw = random.Random(f"{half}{seed}")
    clauses = [clause for clause in bank() if clause != "filler"]
    for number in range(count):
        chosen = [clause for clause in clauses if clause in _ALWAYS or draw.random() < 0.72]
        text = _written(half, chosen, draw, number)
        absent = frozenset(clauses) - frozenset(chosen)
        if "confidentiality_scope" not in chosen and "confidentiality_term" in chosen:
            absent -= {"confidentiality_scope"}
        if "acceptance" not in chosen:
            absent -= {"acceptance"} if "breach_quality" in chosen else set()
        yield Labelled(f"{half}-{number:02}", text, frozenset(chosen), absent - {"quality"} - _implied(text))


_IMPLIES = {
    "termination": "解除|終止|終止|终止合作",
    "spec": "名称 \\||名稱 \\||品名|租赁物|租賃物|采购明细|採購明細",
    "delivery_place": "位于|位於|送货|送貨|运至|運至",
    "payment": "缴纳|支付定金|给付|年支付|款到发货|款到發貨|税款由|收取培训费|收取培訓費",
    "price": "收取维护费|收取維護費",
    "tax": "发票|發票|发票",
    "delivery_time": "工期|到货|到貨",
    "effectiveness": "签字|簽字",
    "breach_quality": "不合格|包退|退货|退貨",
}
"""What a wording of another clause says of a clause as well; it is then neither there nor not there."""


def _implied(text: str) -> frozenset[str]:
    plain = text.replace(" ", "").partition("（以下无正文）")[0]
    return frozenset(clause for clause, words in _IMPLIES.items() if re.search(words.replace(" ", ""), plain))


def _written(half: str, chosen: Sequence[str], draw: random.Random, number: int) -> str:
    buyer, supplier = _ROLES[number % len(_ROLES)]
    entries = [draw.choice(bank()[clause][half]) for clause in chosen]
    head, body = entries[0], entries[1:]
    filler = draw.sample(list(bank()["filler"][half]), 3)
    middle = [*body[:-2], *filler[:2]] if number % 3 else [*body, filler[0]]
    if number % 3:
        middle += body[-2:]
    if number % 4 == 1:
        draw.shuffle(middle)
    style = number % 6
    lines = [_TITLES[number % len(_TITLES)], head.partition("｜")[2]]
    lines.append("双方经友好协商，根据《中华人民共和国民法典》及有关法律，达成如下约定，共同遵守。")
    for index, entry in enumerate(middle, 1):
        title, _, text = entry.partition("｜")
        lines += _article(style, index, title, text)
    lines.append(_CLOSING)
    text = "\n".join(lines).replace("{A}", buyer).replace("{B}", supplier)
    return _disguised(text, number)


def _article(style: int, index: int, title: str, text: str) -> list[str]:
    match style:
        case 0:
            return [f"第{write_numeral(index)}条　{title}", text] if title else [f"第{write_numeral(index)}条　{text}"]
        case 1:
            return [f"{write_numeral(index)}、{title}：{text}" if title else f"{write_numeral(index)}、{text}"]
        case 2:
            return [f"{index}. {title}", f"{index}.1 {text}"] if title else [f"{index}.1 {text}"]
        case 3:
            return [f"第{index}条 {title} {text}" if title else f"第{index}条 {text}"]
        case 4:
            return [f"（{write_numeral(index)}）{title}", text] if title else [f"（{write_numeral(index)}）{text}"]
        case _:
            return [f"【{title}】", text] if title else [text]


def _disguised(text: str, number: int) -> str:
    """Change script, width or spacing, as contracts of others come."""
    if number % 10 == 3:
        text = OpenCC("s2t").convert(text)
    if number % 10 == 6:
        text = text.translate({ord(a): b for a, b in zip("0123456789%", "０１２３４５６７８９％", strict=True)})
    if number % 10 == 8:
        text = re.sub(r"(?<=[\u4e00-\u9fff])(?=(?:方|价|款|期|收|密)(?![\u4e00-\u9fff]*：))", " ", text)
    return text
