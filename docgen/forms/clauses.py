"""Names of the clauses of a contract, by the identifiers that changes and clauses carry (forms.md section 4)."""

from collections.abc import Mapping

CLAUSE_TITLES: Mapping[str, str] = {
    "parties": "当事人",
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


def clause_title(clause_id: str) -> str:
    """Return the Chinese name of a clause; one that a company added itself keeps its identifier."""
    return CLAUSE_TITLES.get(clause_id, clause_id)
