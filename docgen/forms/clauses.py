"""The clauses of a contract as it is printed: what they are called, and how they stand in numbered articles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from docgen import derived
from docgen.case.contract import Clause, Contract
from docgen.case.enums import ClauseOrigin

PARTIES = "parties"
"""The clause that the head of the contract sets from the data of the two companies."""

CLAUSE_TITLES: Mapping[str, str] = {
    PARTIES: "当事人",
    "spec": "产品/服务规格",
    "quantity": "数量",
    "price": "价格",
    "tax": "是否含税",
    "payment": "付款方式",
    "delivery_time": "交付时间",
    "delivery_place": "交付地点",
    "acceptance": "验收标准",
    "customer_support": "客户配合支持",
    "service_commitment": "供应商服务承诺",
    "breach_late_delivery": "逾期交付违约责任",
    "breach_quality": "质量不达标违约责任",
    "confidentiality_scope": "保密范围",
    "confidentiality_term": "保密期限",
    "ip": "知识产权",
    "dispute_resolution": "争议解决",
    "effectiveness": "生效与份数",
    "force_majeure": "不可抗力",
    "termination": "变更与解除",
    "notices": "通知与送达",
    "personal_info": "个人信息保护",
    "anti_bribery": "廉洁",
}
"""Names of the clauses by the identifiers that clauses and changes carry (forms.md section 4)."""

_LIMITING = re.compile(r"不承担|不负责|不予赔偿|不赔偿|免除|免责|上限|不超过|为限|顺延")
"""Words of a clause that limits or lifts our liability: a standard clause that has them must stand out (民法典496)."""

_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractClause:
    """One clause as it is printed; `ordinal` is empty where it is the only one of its article.

    `emphasised` marks a standard clause, not negotiated, that limits our liability.
    """

    clause_id: str = field(metadata={"title": "条款标识"})
    ordinal: str = field(metadata={"title": "款号"})
    lines: tuple[str, ...] = field(metadata={"title": "条款正文"})
    emphasised: bool = field(metadata={"title": "是否加粗提示"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractArticle:
    """One article as it is printed: `text` is all it says, `last` marks the one that the signatures follow."""

    number: str = field(metadata={"title": "条号"})
    title: str = field(metadata={"title": "条标题"})
    clauses: tuple[ContractClause, ...] = field(metadata={"title": "条款"})
    clause_ids: tuple[str, ...] = field(metadata={"title": "条款标识"})
    text: str = field(metadata={"title": "条款正文"})
    last: bool = field(metadata={"title": "是否末条"})


def clause_title(clause_id: str) -> str:
    """Return the Chinese name of a clause; one that a company added itself keeps its identifier."""
    return CLAUSE_TITLES.get(clause_id, clause_id)


def contract_articles(contract: Contract) -> tuple[ContractArticle, ...]:
    """Return the articles of the contract without its head, each titled by all its clauses.

    Where a clause carries no article, the articles are numbered in the order of the file.
    """
    groups = [tuple(one for one in each.clauses if one.clause_id != PARTIES) for each in derived.articles(contract)]
    groups = [group for group in groups if group]
    unnumbered = any(group[0].article is None for group in groups)
    return tuple(
        _article(group, f"第{cardinal(place)}条" if unnumbered else group[0].article or "", last=group is groups[-1])
        for place, group in enumerate(groups, 1)
    )


def cardinal(number: int) -> str:
    """Write a number from 1 to 99 in Chinese: 16 is 十六."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones or not tens else "")


def _article(clauses: tuple[Clause, ...], number: str, *, last: bool) -> ContractArticle:
    return ContractArticle(
        number=number,
        title="、".join(dict.fromkeys(clause.heading for clause in clauses)),
        clauses=tuple(
            ContractClause(
                clause_id=clause.clause_id,
                ordinal=f"（{cardinal(place)}）" if len(clauses) > 1 else "",
                lines=tuple(line.strip() for line in clause.text.splitlines() if line.strip()),
                emphasised=clause.origin is ClauseOrigin.TEMPLATE and bool(_LIMITING.search(clause.text)),
            )
            for place, clause in enumerate(clauses, 1)
        ),
        clause_ids=tuple(clause.clause_id for clause in clauses),
        text="\n".join(clause.text for clause in clauses),
        last=last,
    )
