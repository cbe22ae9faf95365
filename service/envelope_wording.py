"""How envelopes are put into Chinese: where they stand, where a signer stands, what happened."""

from docgen.envelope.state import Stage, State
from docgen.workspace.events import EventKind as Kind

ENVELOPE_STATES = {
    State.SENT: "签署中",
    State.COMPLETED: "已完成",
    State.DECLINED: "已拒签",
    State.EXPIRED: "已过期",
    State.VOIDED: "已作废",
}
"""Where an envelope stands."""

SIGNER_STAGES = {
    Stage.WAITING: "未轮到",
    Stage.INVITED: "待签署",
    Stage.IDENTIFIED: "已核验身份",
    Stage.VIEWED: "已阅读",
    Stage.CONSENTED: "已同意",
    Stage.SIGNED: "已签署",
}
"""Where a signer stands."""

ENVELOPE_ACTS = {
    Kind.ENVELOPE_SENT: "发起",
    Kind.ENVELOPE_LINKED: "发出链接",
    Kind.ENVELOPE_UNDELIVERED: "未送达",
    Kind.ENVELOPE_OPENED: "打开链接",
    Kind.ENVELOPE_CODE_SENT: "发出验证码",
    Kind.ENVELOPE_IDENTIFIED: "核验身份",
    Kind.ENVELOPE_VIEWED: "阅读",
    Kind.ENVELOPE_CONSENTED: "同意电子签署",
    Kind.ENVELOPE_RELEASED: "批准用印",
    Kind.ENVELOPE_SIGNED: "签署",
    Kind.ENVELOPE_DECLINED: "拒签",
    Kind.ENVELOPE_DELEGATED: "转交",
    Kind.ENVELOPE_REMINDED: "催办",
    Kind.ENVELOPE_EXPIRED: "过期",
    Kind.ENVELOPE_VOIDED: "作废",
    Kind.ENVELOPE_COMPLETED: "全部签署完成",
    Kind.ENVELOPE_CERTIFIED: "出具签署证明",
    Kind.ENVELOPE_ACCESS_REFUSED: "拒绝打开",
    Kind.ENVELOPE_SIGNING_REFUSED: "不准签署",
}
"""What the events of an envelope are called."""
