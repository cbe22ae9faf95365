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
    """What one of our people may do and sign (process.md section 1)."""

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
    """Department of ours that a person belongs to."""

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
    """Gender of a person; decides 先生 or 女士 where a name is masked."""

    MALE = "male", "男"
    FEMALE = "female", "女"


class ContactRole(Choice):
    """Part a customer's person plays in the case (manual 二(二)步骤1)."""

    CONTACT = "contact", "客户联系人"
    DECISION_MAKER = "decision_maker", "客户决策人"
    STAKEHOLDER = "stakeholder", "业务关联人"
    SIGNER = "signer", "签字人"
    ACCEPTOR = "acceptor", "验收人"
    COUNTERPART = "counterpart", "项目对接人"


class NeedType(Choice):
    """How firm a need is: a rigid one must be met (manual 二(二)步骤3)."""

    RIGID = "rigid", "刚性"
    FLEXIBLE = "flexible", "柔性"
    LATENT = "latent", "潜在"


class ConfirmMethod(Choice):
    """How the customer confirmed something in a way that can be shown later."""

    EMAIL = "email", "邮件确认"
    SIGNATURE = "signature", "书面签字"
    ESIGN = "esign", "电子签名"


class NeedStatus(Choice):
    """State of a need; a withdrawn one takes no further part in the checks."""

    DRAFT = "draft", "草稿"
    CONFIRMED = "confirmed", "已确认"
    CHANGED = "changed", "已变更"
    WITHDRAWN = "withdrawn", "已撤回"


class CustomerGrade(Choice):
    """Grade of the customer; A is followed up first (manual 二(一)步骤3)."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class Level3(Choice):
    """High, medium or low."""

    HIGH = "high", "高"
    MEDIUM = "medium", "中"
    LOW = "low", "低"


class Clarity(Choice):
    """How clear the chain of decision or the need is."""

    CLEAR = "clear", "清晰"
    PARTIAL = "partial", "部分"
    UNCLEAR = "unclear", "不清晰"


class Budget(Choice):
    """Whether the customer's budget suffices."""

    SUFFICIENT = "sufficient", "充足"
    PARTIAL = "partial", "部分"
    INSUFFICIENT = "insufficient", "不足"
    UNKNOWN = "unknown", "未知"


class SourceChannel(Choice):
    """Where data about the customer came from; `other` is no lawful channel (manual 二(一)步骤2)."""

    EXHIBITION = "exhibition", "行业展会/研讨会"
    REFERRAL = "referral", "客户转介绍"
    ONLINE_PUBLIC = "online_public", "线上平台"
    SOCIAL_MEDIA = "social_media", "社交媒体"
    OTHER = "other", "其他"


class VerifyMethod(Choice):
    """How data about the customer was cross-checked (manual 四(一))."""

    WEBSITE = "website", "官网核验"
    PHONE = "phone", "电话确认"
    PUBLIC_REGISTRY = "public_registry", "公示系统/行业数据库"
    ON_SITE = "on_site", "实地走访"


class ContactMethod(Choice):
    """How a talk with the customer was held."""

    PHONE = "phone", "电话"
    EMAIL = "email", "邮件"
    VISIT = "visit", "拜访"
    ONLINE_MEETING = "online_meeting", "线上会议"


class SpinKind(Choice):
    """Kind of a SPIN question (manual 二(二)步骤2)."""

    S = "S", "现状问题"
    P = "P", "困难问题"
    I = "I", "影响问题"  # noqa: E741 - the letter of SPIN
    N = "N", "需求-效益问题"


class Ability(Choice):
    """Whether we can do something, wholly, in part or not."""

    ABLE = "able", "满足"
    PARTIAL = "partial", "部分"
    UNABLE = "unable", "不满足"


class ReviewDecision(Choice):
    """Result of the needs review (manual 二(三)步骤1)."""

    GO = "go", "可行，进入方案设计"
    CONDITIONAL = "conditional", "有条件可行"
    NO_GO = "no_go", "不可行"


class Opinion(Choice):
    """Decision of a reviewer or approver."""

    PASS = "pass", "通过"
    CONDITIONAL = "conditional", "有条件通过"
    REJECT = "reject", "不通过"
    RETURN = "return", "退回修改"


class PriceCategory(Choice):
    """Kind of cost a price line stands for (manual 四(三): itemised quotation)."""

    HARDWARE = "hardware", "硬件"
    SOFTWARE = "software", "软件"
    SERVICE = "service", "服务费"
    OTHER = "other", "其他"


class LineKind(Choice):
    """Whether a price line is a product or a service."""

    PRODUCT = "product", "产品类"
    SERVICE = "service", "服务类"


class ProposalStatus(Choice):
    """State of one version of the proposal."""

    DRAFT = "draft", "编制中"
    IN_REVIEW = "in_review", "内部审核中"
    REVIEWED = "reviewed", "审核通过"
    PRESENTED = "presented", "已呈现"
    ACCEPTED = "accepted", "客户认可"
    SUPERSEDED = "superseded", "已被新版替代"
    REJECTED = "rejected", "客户否决"


class FeedbackKind(Choice):
    """What the customer's feedback on a proposal is about."""

    PRICE = "price", "报价"
    FUNCTION = "function", "功能"
    DELIVERY = "delivery", "交付/周期"
    OTHER = "other", "其他"


class RiskKind(Choice):
    """Kind of risk found in the needs review."""

    CUSTOM_COST = "custom_cost", "定制开发成本过高"
    DELIVERY_DELAY = "delivery_delay", "交付周期延长"
    OTHER = "other", "其他"


class ClauseOrigin(Choice):
    """Where the text of a contract clause comes from."""

    TEMPLATE = "template", "标准模板条款"
    SUPPLEMENT = "supplement", "补充条款"
    NEGOTIATED = "negotiated", "谈判修改条款"


class SignerKind(Choice):
    """In what capacity a person signs."""

    LEGAL_REPRESENTATIVE = "legal_representative", "法定代表人"
    AUTHORIZED_REPRESENTATIVE = "authorized_representative", "授权代表"
    CONTACT = "contact", "客户联系人"
    STAFF = "staff", "我方员工"


class SignMethod(Choice):
    """How something was signed."""

    PAPER = "paper", "纸质签署"
    ESIGN = "esign", "电子签署"
    EMAIL = "email", "邮件确认"
    LOGIN = "login", "系统内确认"


class Party(Choice):
    """Side that signs."""

    CUSTOMER = "customer", "客户"
    SUPPLIER = "supplier", "公司"
    INTERNAL = "internal", "公司内部"


class SealKind(Choice):
    """Kind of seal (公安机关 register the first three)."""

    COMPANY_SEAL = "company_seal", "公章"
    CONTRACT_SEAL = "contract_seal", "合同专用章"
    LEGAL_REP_SEAL = "legal_rep_seal", "法定代表人名章"
    BUSINESS_SEAL = "business_seal", "业务专用章"
    NONE = "none", "无"


class AuthMatter(Choice):
    """Matter an agent is authorised for (民法典165)."""

    NEGOTIATE = "negotiate", "谈判"
    SIGN_CONTRACT = "sign_contract", "签署合同"
    SIGN_AMENDMENT = "sign_amendment", "签署变更/补充协议"
    SIGN_ACCEPTANCE = "sign_acceptance", "签署验收单"
    RECEIVE_GOODS = "receive_goods", "收货"


class OrderKind(Choice):
    """Whether an order goes to production or to the delivery team."""

    PRODUCT = "product", "产品类"
    SERVICE = "service", "服务类"


class OrderStatus(Choice):
    """State of an order as recorded by the people who carry it out."""

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
    """Kind of trouble in carrying out an order."""

    MATERIAL_DELAY = "material_delay", "原材料延迟"
    DELIVERY_DELAY = "delivery_delay", "交付延迟"
    QUALITY = "quality", "质量问题"
    NEED_CHANGE = "need_change", "需求变更"
    OTHER = "other", "其他"


class AcceptResult(Choice):
    """Result of an acceptance or of one accepted item."""

    PASS = "pass", "验收通过"
    FAIL = "fail", "验收不通过"


class CauseKind(Choice):
    """Why an acceptance failed (manual 二(五)步骤4)."""

    FUNCTION_UNMET = "function_unmet", "功能未达标"
    OPERATION_UNSKILLED = "operation_unskilled", "操作不熟练"
    QUALITY = "quality", "质量缺陷"
    OTHER = "other", "其他"


class TicketKind(Choice):
    """What a service ticket is about."""

    FAULT = "fault", "故障"
    CONSULT = "consult", "咨询"
    COMPLAINT = "complaint", "投诉"
    OTHER = "other", "其他"


class Severity(Choice):
    """How urgent a ticket is; decides the time allowed (manual 二(六)步骤2)."""

    URGENT = "urgent", "紧急"
    COMPLEX = "complex", "复杂"
    NORMAL = "normal", "一般"


class SurveyMethod(Choice):
    """How a satisfaction survey was held."""

    QUESTIONNAIRE = "questionnaire", "问卷"
    PHONE = "phone", "电话访谈"


class VisitKind(Choice):
    """Occasion of a regular talk with the customer (manual 二(六)步骤4)."""

    QUARTERLY_REVIEW = "quarterly_review", "季度业务沟通"
    FESTIVAL_GREETING = "festival_greeting", "节日祝福"
    OPPORTUNITY = "opportunity", "新需求挖掘"


class Retention(Choice):
    """How long a document is kept (国家档案局令第10号)."""

    PERMANENT = "permanent", "永久"
    Y30 = "y30", "30年"
    Y10 = "y10", "10年"
    SHORT = "short", "短期"


class Medium(Choice):
    """What an archived document is on."""

    ELECTRONIC = "electronic", "电子"
    PAPER = "paper", "纸质"


class DocState(Choice):
    """State of an issued document."""

    DRAFT = "draft", "草稿"
    CHECKED = "checked", "预检通过"
    ISSUED = "issued", "已签发"
    SIGNING = "signing", "签署中"
    SIGNED = "signed", "已签署"
    ARCHIVED = "archived", "已归档"
    SUPERSEDED = "superseded", "已被替代"
    VOID = "void", "作废"


class LawfulBasis(Choice):
    """Ground on which personal data is processed (个人信息保护法13)."""

    CONSENT = "consent", "个人同意"
    CONTRACT = "contract", "订立或履行合同所必需"
    PUBLIC = "public", "已公开信息"
    LEGAL_DUTY = "legal_duty", "履行法定义务"


class ScaleBand(Choice):
    """Size of an enterprise by employees."""

    MICRO = "micro", "微型"
    SMALL = "small", "小型"
    MEDIUM = "medium", "中型"
    LARGE = "large", "大型"


class ReviewDepartment(Choice):
    """Department whose head reviews a proposal (manual 二(三)步骤3)."""

    LEGAL = "legal", "法务"
    COMMERCE = "commerce", "商务"
    TECH = "tech", "技术"


class AuthorizationSide(Choice):
    """Side that gives a power of attorney."""

    CUSTOMER = "customer", "客户"
    SUPPLIER = "supplier", "我方"


class ApprovalRole(Choice):
    """Role of an approver of the contract (manual 二(四)步骤3)."""

    SALES_MANAGER = "sales_manager", "销售经理"
    LEGAL = "legal", "法务部"
    VP = "vp", "分管副总"
    GM = "gm", "总经理"


class OrderReviewRole(Choice):
    """Role of a reviewer of an order (manual 二(五)步骤1)."""

    SALES_MANAGER = "sales_manager", "销售经理"
    OPERATIONS = "operations", "运营部"


class DispatchRole(Choice):
    """Who carries out an order."""

    PRODUCTION = "production", "生产部"
    DELIVERY_TEAM = "delivery_team", "交付团队"


class LetterChannel(Choice):
    """How a letter is sent."""

    EMAIL = "email", "邮件"
    PAPER = "paper", "书面"
    ESIGN = "esign", "电子签署"


class FollowUpMethod(Choice):
    """How a customer is asked after a ticket is solved."""

    PHONE = "phone", "电话"
    EMAIL = "email", "邮件"
    VISIT = "visit", "上门"
    ONLINE = "online", "线上"


class Security(Choice):
    """Who may see an archived document."""

    PUBLIC = "public", "公开"
    INTERNAL = "internal", "内部"
    CONFIDENTIAL = "confidential", "机密"


class Evidence(Choice):
    """Whether a time is stated by a person or was witnessed by the service."""

    DECLARED = "declared", "申报"
    WITNESSED = "witnessed", "系统见证"


class SignLevel(Choice):
    """Strength of signature a form asks for (forms.md section 1.1)."""

    L1 = "L1", "内部确认"
    L2 = "L2", "客户确认"
    L3 = "L3", "可靠电子签名或纸质签署"


class AttestationKind(Choice):
    """Statement that only a person can make (rules.md section 5.1, M-01)."""

    LAWFUL_SOURCE = "lawful_source", "信息来源合法"
    CUSTOMER_WORDS = "customer_words", "以客户表述为准"
    TERMS_EXPLAINED = "terms_explained", "格式条款已提示说明"
    NO_ORAL_PROMISE = "no_oral_promise", "无书面条款以外承诺"
    NO_CONCEALMENT = "no_concealment", "无隐瞒交付异常"


class PayeeKind(Choice):
    """Who receives a discount or commission (反不正当竞争法)."""

    CUSTOMER_COMPANY = "customer_company", "客户公司"
    INTERMEDIARY = "intermediary", "中间人"
    COUNTERPARTY_STAFF = "counterparty_staff", "对方人员"
