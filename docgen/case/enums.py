"""Closed sets of the case file, each value with the label that is printed (case_model.md section 5)."""

from enum import StrEnum
from typing import Self


class Choice(StrEnum):
    """A closed set whose members carry a Chinese label for documents and messages."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        """Make a member from its stored `value` and its printed `label`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Role(Choice):
    """Role."""

    SALES_REP = "sales_rep", "销售人员"
    SALES_MANAGER = "sales_manager", "销售经理"
    PRODUCT = "product", "产品"
    TECH = "tech", "技术"
    COMMERCE = "commerce", "商务"
    LEGAL = "legal", "法务部"
    VP = "vp", "分管副总"
    GM = "gm", "总经理"
    LEGAL_REPRESENTATIVE = "legal_representative", "法定代表人"
    AUTHORIZED_SIGNER = "authorized_signer", "授权代表"
    OPERATIONS = "operations", "运营部"
    PRODUCTION = "production", "生产部"
    DELIVERY_TEAM = "delivery_team", "交付团队"
    AFTER_SALES_OWNER = "after_sales_owner", "售后负责人"
    SERVICE_ENGINEER = "service_engineer", "工程师/客服"
    ARCHIVIST = "archivist", "档案室"
    SEAL_KEEPER = "seal_keeper", "印章管理员"
    MARKETING = "marketing", "市场部"


class Department(Choice):
    """Department."""

    SALES = "sales", "销售部"
    PRODUCT = "product", "产品部"
    TECH = "tech", "技术部"
    COMMERCE = "commerce", "商务部"
    LEGAL = "legal", "法务部"
    OPERATIONS = "operations", "运营部"
    PRODUCTION = "production", "生产部"
    IMPLEMENTATION = "implementation", "实施部"
    TRAINING = "training", "培训部"
    AFTER_SALES = "after_sales", "售后服务部"
    ARCHIVE = "archive", "档案室"
    EXECUTIVE = "executive", "总经办"
    MARKETING = "marketing", "市场部"


class Gender(Choice):
    """Gender."""

    MALE = "male", "男"
    FEMALE = "female", "女"


class ContactRole(Choice):
    """Contact role."""

    CONTACT = "contact", "客户联系人"
    DECISION_MAKER = "decision_maker", "客户决策人"
    STAKEHOLDER = "stakeholder", "业务关联人"
    SIGNER = "signer", "签字人"
    ACCEPTOR = "acceptor", "验收人"
    COUNTERPART = "counterpart", "项目对接人"


class NeedType(Choice):
    """Need type."""

    RIGID = "rigid", "刚性"
    FLEXIBLE = "flexible", "柔性"
    LATENT = "latent", "潜在"


class ConfirmMethod(Choice):
    """Confirm method."""

    EMAIL = "email", "邮件确认"
    SIGNATURE = "signature", "书面签字"
    ESIGN = "esign", "电子签名"


class NeedStatus(Choice):
    """Need status."""

    DRAFT = "draft", "草稿"
    CONFIRMED = "confirmed", "已确认"
    CHANGED = "changed", "已变更"
    WITHDRAWN = "withdrawn", "已撤回"


class CustomerGrade(Choice):
    """Customer grade."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class Level3(Choice):
    """Level3."""

    HIGH = "high", "高"
    MEDIUM = "medium", "中"
    LOW = "low", "低"


class Clarity(Choice):
    """Clarity."""

    CLEAR = "clear", "清晰"
    PARTIAL = "partial", "部分"
    UNCLEAR = "unclear", "不清晰"


class Budget(Choice):
    """Budget."""

    SUFFICIENT = "sufficient", "充足"
    PARTIAL = "partial", "部分"
    INSUFFICIENT = "insufficient", "不足"
    UNKNOWN = "unknown", "未知"


class SourceChannel(Choice):
    """Source channel."""

    EXHIBITION = "exhibition", "行业展会/研讨会"
    REFERRAL = "referral", "客户转介绍"
    ONLINE_PUBLIC = "online_public", "线上平台"
    SOCIAL_MEDIA = "social_media", "社交媒体"
    OTHER = "other", "其他"


class VerifyMethod(Choice):
    """Verify method."""

    WEBSITE = "website", "官网核验"
    PHONE = "phone", "电话确认"
    PUBLIC_REGISTRY = "public_registry", "公示系统/行业数据库"
    ON_SITE = "on_site", "实地走访"


class ContactMethod(Choice):
    """Contact method."""

    PHONE = "phone", "电话"
    EMAIL = "email", "邮件"
    VISIT = "visit", "拜访"
    ONLINE_MEETING = "online_meeting", "线上会议"


class SpinKind(Choice):
    """Spin kind."""

    S = "S", "现状问题"
    P = "P", "困难问题"
    I = "I", "影响问题"  # noqa: E741 - the letter of SPIN
    N = "N", "需求-效益问题"


class Ability(Choice):
    """Ability."""

    ABLE = "able", "满足"
    PARTIAL = "partial", "部分"
    UNABLE = "unable", "不满足"


class ReviewDecision(Choice):
    """Review decision."""

    GO = "go", "可行，进入方案设计"
    CONDITIONAL = "conditional", "有条件可行"
    NO_GO = "no_go", "不可行"


class Opinion(Choice):
    """Opinion."""

    PASS = "pass", "通过"
    CONDITIONAL = "conditional", "有条件通过"
    REJECT = "reject", "不通过"
    RETURN = "return", "退回修改"


class PriceCategory(Choice):
    """Price category."""

    HARDWARE = "hardware", "硬件"
    SOFTWARE = "software", "软件"
    SERVICE = "service", "服务费"
    OTHER = "other", "其他"


class LineKind(Choice):
    """Line kind."""

    PRODUCT = "product", "产品类"
    SERVICE = "service", "服务类"


class ProposalStatus(Choice):
    """Proposal status."""

    DRAFT = "draft", "编制中"
    IN_REVIEW = "in_review", "内部审核中"
    REVIEWED = "reviewed", "审核通过"
    PRESENTED = "presented", "已呈现"
    ACCEPTED = "accepted", "客户认可"
    SUPERSEDED = "superseded", "已被新版替代"
    REJECTED = "rejected", "客户否决"


class FeedbackKind(Choice):
    """Feedback kind."""

    PRICE = "price", "报价"
    FUNCTION = "function", "功能"
    DELIVERY = "delivery", "交付/周期"
    OTHER = "other", "其他"


class RiskKind(Choice):
    """Risk kind."""

    CUSTOM_COST = "custom_cost", "定制开发成本过高"
    DELIVERY_DELAY = "delivery_delay", "交付周期延长"
    OTHER = "other", "其他"


class ClauseOrigin(Choice):
    """Clause origin."""

    TEMPLATE = "template", "标准模板条款"
    SUPPLEMENT = "supplement", "补充条款"
    NEGOTIATED = "negotiated", "谈判修改条款"


class SignerKind(Choice):
    """Signer kind."""

    LEGAL_REPRESENTATIVE = "legal_representative", "法定代表人"
    AUTHORIZED_REPRESENTATIVE = "authorized_representative", "授权代表"
    CONTACT = "contact", "客户联系人"
    STAFF = "staff", "我方员工"


class SignMethod(Choice):
    """Sign method."""

    PAPER = "paper", "纸质签署"
    ESIGN = "esign", "电子签署"
    EMAIL = "email", "邮件确认"
    LOGIN = "login", "系统内确认"


class Party(Choice):
    """Party."""

    CUSTOMER = "customer", "客户"
    SUPPLIER = "supplier", "公司"
    INTERNAL = "internal", "公司内部"


class SealKind(Choice):
    """Seal kind."""

    COMPANY_SEAL = "company_seal", "公章"
    CONTRACT_SEAL = "contract_seal", "合同专用章"
    LEGAL_REP_SEAL = "legal_rep_seal", "法定代表人名章"
    BUSINESS_SEAL = "business_seal", "业务专用章"
    NONE = "none", "无"


class AuthMatter(Choice):
    """Auth matter."""

    NEGOTIATE = "negotiate", "谈判"
    SIGN_CONTRACT = "sign_contract", "签署合同"
    SIGN_AMENDMENT = "sign_amendment", "签署变更/补充协议"
    SIGN_ACCEPTANCE = "sign_acceptance", "签署验收单"
    RECEIVE_GOODS = "receive_goods", "收货"


class OrderKind(Choice):
    """Order kind."""

    PRODUCT = "product", "产品类"
    SERVICE = "service", "服务类"


class OrderStatus(Choice):
    """Order status."""

    DRAFT = "draft", "已录入"
    REVIEWING = "reviewing", "审核中"
    REVIEWED = "reviewed", "已审核"
    DISPATCHED = "dispatched", "已下达"
    CONFIRMED = "confirmed", "已发确认函"
    IN_PROGRESS = "in_progress", "生产中/实施中"
    QC = "qc", "质检中"
    SHIPPED = "shipped", "已发货"
    DELIVERED = "delivered", "已到货/服务已完成"
    ACCEPTING = "accepting", "待验收"
    RECTIFYING = "rectifying", "整改中"
    ACCEPTED = "accepted", "验收通过"
    CLOSED = "closed", "已关闭"
    CANCELLED = "cancelled", "已取消"


class ExceptionKind(Choice):
    """Exception kind."""

    MATERIAL_DELAY = "material_delay", "原材料延迟"
    DELIVERY_DELAY = "delivery_delay", "交付延迟"
    QUALITY = "quality", "质量问题"
    NEED_CHANGE = "need_change", "需求变更"
    OTHER = "other", "其他"


class AcceptResult(Choice):
    """Accept result."""

    PASS = "pass", "验收通过"
    FAIL = "fail", "验收不通过"


class CauseKind(Choice):
    """Cause kind."""

    FUNCTION_UNMET = "function_unmet", "功能未达标"
    OPERATION_UNSKILLED = "operation_unskilled", "操作不熟练"
    QUALITY = "quality", "质量缺陷"
    OTHER = "other", "其他"


class TicketKind(Choice):
    """Ticket kind."""

    FAULT = "fault", "故障"
    CONSULT = "consult", "咨询"
    COMPLAINT = "complaint", "投诉"
    OTHER = "other", "其他"


class Severity(Choice):
    """Severity."""

    URGENT = "urgent", "紧急"
    COMPLEX = "complex", "复杂"
    NORMAL = "normal", "一般"


class SurveyMethod(Choice):
    """Survey method."""

    QUESTIONNAIRE = "questionnaire", "问卷"
    PHONE = "phone", "电话访谈"


class VisitKind(Choice):
    """Visit kind."""

    QUARTERLY_REVIEW = "quarterly_review", "季度业务沟通"
    FESTIVAL_GREETING = "festival_greeting", "节日祝福"
    OPPORTUNITY = "opportunity", "新需求挖掘"


class Retention(Choice):
    """Retention."""

    PERMANENT = "permanent", "永久"
    Y30 = "y30", "30年"
    Y10 = "y10", "10年"
    SHORT = "short", "短期"


class Medium(Choice):
    """Medium."""

    ELECTRONIC = "electronic", "电子"
    PAPER = "paper", "纸质"


class DocState(Choice):
    """Doc state."""

    DRAFT = "draft", "草稿"
    CHECKED = "checked", "预检通过"
    ISSUED = "issued", "已签发"
    SIGNING = "signing", "签署中"
    SIGNED = "signed", "已签署"
    ARCHIVED = "archived", "已归档"
    SUPERSEDED = "superseded", "已被替代"
    VOID = "void", "作废"


class LawfulBasis(Choice):
    """Lawful basis."""

    CONSENT = "consent", "个人同意"
    CONTRACT = "contract", "订立或履行合同所必需"
    PUBLIC = "public", "已公开信息"
    LEGAL_DUTY = "legal_duty", "履行法定义务"


class ScaleBand(Choice):
    """Scale band."""

    MICRO = "micro", "微型"
    SMALL = "small", "小型"
    MEDIUM = "medium", "中型"
    LARGE = "large", "大型"


class ReviewDepartment(Choice):
    """Review department."""

    LEGAL = "legal", "法务"
    COMMERCE = "commerce", "商务"
    TECH = "tech", "技术"


class AuthorizationSide(Choice):
    """Authorization side."""

    CUSTOMER = "customer", "客户"
    SUPPLIER = "supplier", "我方"


class ApprovalRole(Choice):
    """Approval role."""

    SALES_MANAGER = "sales_manager", "销售经理"
    LEGAL = "legal", "法务部"
    VP = "vp", "分管副总"
    GM = "gm", "总经理"


class OrderReviewRole(Choice):
    """Order review role."""

    SALES_MANAGER = "sales_manager", "销售经理"
    OPERATIONS = "operations", "运营部"


class DispatchRole(Choice):
    """Dispatch role."""

    PRODUCTION = "production", "生产部"
    DELIVERY_TEAM = "delivery_team", "交付团队"


class LetterChannel(Choice):
    """Letter channel."""

    EMAIL = "email", "邮件"
    PAPER = "paper", "书面"
    ESIGN = "esign", "电子签署"


class FollowUpMethod(Choice):
    """Follow up method."""

    PHONE = "phone", "电话"
    EMAIL = "email", "邮件"
    VISIT = "visit", "上门"
    ONLINE = "online", "线上"


class Security(Choice):
    """Security."""

    PUBLIC = "public", "公开"
    INTERNAL = "internal", "内部"
    CONFIDENTIAL = "confidential", "机密"


class Evidence(Choice):
    """Evidence."""

    DECLARED = "declared", "申报"
    WITNESSED = "witnessed", "系统见证"


class SignLevel(Choice):
    """Sign level."""

    L1 = "L1", "内部确认"
    L2 = "L2", "客户确认"
    L3 = "L3", "可靠电子签名或纸质签署"


class AttestationKind(Choice):
    """Attestation kind."""

    LAWFUL_SOURCE = "lawful_source", "信息来源合法"
    CUSTOMER_WORDS = "customer_words", "以客户表述为准"
    TERMS_EXPLAINED = "terms_explained", "格式条款已提示说明"
    NO_ORAL_PROMISE = "no_oral_promise", "无书面条款以外承诺"
    NO_CONCEALMENT = "no_concealment", "无隐瞒交付异常"


class PayeeKind(Choice):
    """Payee kind."""

    CUSTOMER_COMPANY = "customer_company", "客户公司"
    INTERMEDIARY = "intermediary", "中间人"
    COUNTERPARTY_STAFF = "counterparty_staff", "对方人员"
