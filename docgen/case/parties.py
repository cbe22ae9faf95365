"""The two companies and their people (manual 二(一), 四(四))."""

from pydantic import Field

from docgen.case.enums import (
    Budget,
    Clarity,
    ContactRole,
    CustomerGrade,
    Department,
    Gender,
    LawfulBasis,
    Level3,
    Role,
    SealKind,
    SourceChannel,
    VerifyMethod,
)
from docgen.case.values import ContactId, Date, Entity, Flag, Instant, Money, NonNegativeInt, Phone, Ref, StaffId, Text


class Seal(Entity):
    """One of our seals."""

    seal_id: Text = Field(title="印章编号")
    kind: SealKind = Field(title="印章类型")
    owner_name: Text = Field(title="印章名称所载单位")
    record_no: Text | None = Field(None, title="公安备案号")
    esign_cert_serial: Text | None = Field(None, title="电子印章证书序列号")
    valid_from: Date | None = Field(None, title="启用日期")
    valid_to: Date | None = Field(None, title="停用日期")


class Supplier(Entity):
    """Our company."""

    name: Text = Field(title="公司全称")
    short_name: Text | None = Field(None, title="公司简称")
    uscc: Text = Field(title="统一社会信用代码")
    legal_representative: Text = Field(title="法定代表人")
    address: Text = Field(title="住所")
    phone: Text = Field(title="公司电话")
    bank_name: Text | None = Field(None, title="开户银行")
    bank_account: Text | None = Field(None, title="银行账号")
    service_hotline: Text | None = Field(None, title="服务热线")
    contract_prefix: Text = Field(title="合同编号前缀")
    seals: tuple[Seal, ...] = Field((), title="印章")


class Staff(Entity):
    """One of our people."""

    staff_id: StaffId = Field(title="人员编号")
    name: Text = Field(title="姓名")
    gender: Gender | None = Field(None, title="性别")
    title: Text = Field(title="职务")
    honorific: Text | None = Field(None, title="称谓")
    department: Department = Field(title="部门")
    roles: tuple[Role, ...] = Field((), title="角色")
    is_department_head: Flag = Field(False, title="是否部门负责人")
    phone: Text | None = Field(None, title="电话")
    email: Text | None = Field(None, title="邮箱")


class Source(Entity):
    """Where data about the customer came from, and that it may be used (manual 二(一)步骤2)."""

    channel: SourceChannel = Field(title="信息渠道")
    detail: Text | None = Field(None, title="渠道说明(展会名称等)")
    concern_noted: Text | None = Field(None, title="现场记录的客户关注点")
    referrer: Text | None = Field(None, title="推荐人")
    referrer_core_need: Text | None = Field(None, title="推荐所述核心需求")
    public_only: Flag | None = Field(None, title="仅获取公开数据")
    collected_at: Instant = Field(title="获取时间")
    collected_ref: Ref = Field(title="获取人")


class Verification(Entity):
    """A cross-check of the customer's data (manual 四(一))."""

    method: VerifyMethod = Field(title="核验方式")
    at: Instant = Field(title="核验时间")
    by_ref: Ref = Field(title="核验人")
    consistent: Flag = Field(title="是否一致")
    note: Text | None = Field(None, title="说明")


class Grading(Entity):
    """Grade of the customer with the five criteria behind it (manual 二(一)步骤3)."""

    match: Level3 = Field(title="匹配度(需求与产品/服务契合度)")
    budget: Budget = Field(title="客户预算")
    decision_chain: Clarity = Field(title="决策链层级")
    potential: Level3 = Field(title="合作潜力")
    need_clarity: Clarity = Field(title="需求明确度")
    grade: CustomerGrade = Field(title="客户等级")
    priority: Text = Field(title="跟进优先级")
    graded_at: Instant = Field(title="评级时间")
    graded_ref: Ref = Field(title="评级人")
    override_reason: Text | None = Field(None, title="人工调整理由")


class GradeChange(Entity):
    """A monthly review of the grade (manual 四(一))."""

    reviewed_at: Instant = Field(title="复核时间")
    before: CustomerGrade = Field(title="原等级")
    after: CustomerGrade = Field(title="新等级")
    reason: Text = Field(title="调整原因(需求变化/预算调整/无进展)")
    by_ref: Ref = Field(title="复核人")


class FollowUpEntry(Entity):
    """One step of following up the customer."""

    at: Instant = Field(title="跟进时间")
    by_ref: Ref = Field(title="跟进人")
    content: Text = Field(title="跟进内容(最新动态)")
    is_progress: Flag = Field(True, title="是否实质进展")
    next_plan: Text | None = Field(None, title="下一步计划")


class IntegrityDeclaration(Entity):
    """Statement that no kickback was given or taken (manual 四(一))."""

    declared_ref: Ref = Field(title="声明人")
    declared_at: Instant = Field(title="声明时间")
    no_kickback: Flag = Field(title="无回扣、无不正当利益")


class Customer(Entity):
    """The customer of the case (the buying company)."""

    name: Text = Field(title="客户名称(全称)")
    short_name: Text | None = Field(None, title="客户简称")
    uscc: Text | None = Field(None, title="统一社会信用代码")
    legal_representative: Text | None = Field(None, title="法定代表人")
    industry: Text = Field(title="行业")
    employees: NonNegativeInt | None = Field(None, title="员工人数")
    annual_revenue_cny: Money | None = Field(None, title="年营收(元)")
    region: Text | None = Field(None, title="地域")
    address: Text | None = Field(None, title="住所")
    need_tags: tuple[Text, ...] = Field((), title="需求标签")
    sources: tuple[Source, ...] = Field((), title="信息来源")
    verifications: tuple[Verification, ...] = Field((), title="交叉验证")
    grading: Grading | None = Field(None, title="客户分级")
    grade_history: tuple[GradeChange, ...] = Field((), title="等级调整记录")
    follow_ups: tuple[FollowUpEntry, ...] = Field((), title="跟进记录")
    integrity: IntegrityDeclaration | None = Field(None, title="廉洁声明")


class PersonalInfoBasis(Entity):
    """Ground, source and period of keeping a person's data (个人信息保护法13, 17, 19)."""

    lawful_basis: LawfulBasis = Field(title="处理个人信息的合法性基础")
    source: SourceChannel = Field(title="信息来源")
    notice_given_at: Instant | None = Field(None, title="告知时间")
    retain_until: Date | None = Field(None, title="保存期限")


class Contact(Entity):
    """A person of the customer; stored in full, masked when printed (case_model.md section 7)."""

    contact_id: ContactId = Field(title="联系人编号")
    name: Text = Field(title="姓名")
    gender: Gender | None = Field(None, title="性别")
    title: Text = Field(title="职位")
    department: Text | None = Field(None, title="部门")
    phone: Phone | None = Field(None, title="联系方式(电话)")
    email: Text | None = Field(None, title="邮箱")
    is_primary: Flag = Field(False, title="主要联系人")
    roles: tuple[ContactRole, ...] = Field((), title="角色")
    personal_info: PersonalInfoBasis | None = Field(None, title="个人信息处理依据")
