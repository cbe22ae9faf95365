"""Who may do what in which state: the one table of roles, actions and states (process.md section 1).

Every route names its action (`docgen_action` on the view); a test visits every route as every role. Roles do not
inherit from each other: who does two jobs has two roles.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from docgen.case.enums import Choice
from docgen.derived.stage import CaseStage
from docgen.envelope.state import State
from docgen.errors import AccessError as AccessError  # noqa: PLC0414 - part of what this module offers
from docgen.errors import StateError
from docgen.workspace.documents import ARCHIVED, ISSUED, SUPERSEDED, VOID
from service.envelope_wording import ENVELOPE_STATES

_View = TypeVar("_View", bound=Callable[..., object])


class Role(Choice):
    """What a person may do in the service; which approval steps are theirs, their entry in the case file says."""

    EDITOR = "editor", "业务编辑"
    APPROVER = "approver", "审批人"
    LEGAL = "legal", "法务"
    SEAL_KEEPER = "seal_keeper", "印章管理员"
    ARCHIVIST = "archivist", "档案员"
    AUDITOR = "auditor", "审计员"
    ADMIN = "admin", "系统管理员"


class Action(Choice):
    """Everything that a route of the service does."""

    PUBLIC = "public", "公开访问"
    LOGGED_IN = "logged_in", "登录后访问"
    CASE_READ = "case.read", "查看案卷"
    CASE_CREATE = "case.create", "新建案卷"
    CASE_EDIT = "case.edit", "修改案卷"
    CASE_SUBMIT = "case.submit", "提交合同审批"
    CASE_APPROVE = "case.approve", "审批合同"
    CASE_CONFIRM = "case.confirm", "登记客户确认与验收"
    SECRET_READ = "secret.read", "查看底价、毛利和数据支撑"
    DOCUMENT_READ = "document.read", "查看文书"
    DOCUMENT_ISSUE = "document.issue", "签发文书"
    DOCUMENT_VOID = "document.void", "作废文书"
    RULE_OVERRIDE = "rule.override", "放行警告"
    PRECHECK = "precheck", "预审合同"
    ENVELOPE_READ = "envelope.read", "查看签署"
    ENVELOPE_SEND = "envelope.send", "发起签署"
    ENVELOPE_CHANGE = "envelope.change", "催办和作废签署"
    ENVELOPE_CERTIFY = "envelope.certify", "出具签署证明"
    SEAL_RELEASE = "seal.release", "批准用印"
    BATCH_RUN = "batch.run", "批量处理"
    ARCHIVE_READ = "archive.read", "查阅档案"
    ARCHIVE_ADD = "archive.add", "归档"
    ARCHIVE_HOLD = "archive.hold", "冻结和解冻档案"
    ARCHIVE_DISPOSE = "archive.dispose", "档案处置"
    ARCHIVE_AUDIT = "archive.audit", "审计档案库"
    EVENTS_READ = "events.read", "查看操作日志"
    RULES_READ = "rules.read", "查看规则和表单"
    KEYS = "keys", "管理自己的接口密钥"
    USERS = "users", "管理用户"
    WEBHOOKS = "webhooks", "管理通知地址"


@dataclass(frozen=True, slots=True)
class Grant:
    """Roles that may act, in these states of the thing (None: in every state)."""

    roles: frozenset[Role]
    states: frozenset[str] | None = None


OPEN = frozenset(one.value for one in CaseStage if one not in (CaseStage.CLOSED, CaseStage.CLOSED_LOST))
"""Stages of a case that is still worked on."""

_E, _A, _L, _S = Role.EDITOR, Role.APPROVER, Role.LEGAL, Role.SEAL_KEEPER
_C, _U, _M = Role.ARCHIVIST, Role.AUDITOR, Role.ADMIN
_EVERYONE = frozenset(Role)
_AT_APPROVAL = frozenset({CaseStage.CONTRACT_DRAFT.value, CaseStage.CONTRACT_APPROVING.value})


def _may(*roles: Role, states: Iterable[str] | None = None) -> Grant:
    return Grant(frozenset(roles), None if states is None else frozenset(states))


GRANTS: Mapping[Action, Grant] = {
    Action.LOGGED_IN: Grant(_EVERYONE),
    Action.CASE_READ: _may(_E, _A, _L, _S, _C, _U),
    Action.CASE_CREATE: _may(_E),
    Action.CASE_EDIT: _may(_E, _L),  # a closed case too: tickets and corrections come later
    Action.CASE_SUBMIT: _may(_E, states=OPEN),
    Action.CASE_APPROVE: _may(_A, _L, states=_AT_APPROVAL),
    Action.CASE_CONFIRM: _may(_E, states=OPEN),
    Action.SECRET_READ: _may(_L, _U),
    Action.DOCUMENT_READ: _may(_E, _A, _L, _S, _C, _U),
    Action.DOCUMENT_ISSUE: _may(_E, _L),
    Action.DOCUMENT_VOID: _may(_E, _L, states={ISSUED}),
    Action.RULE_OVERRIDE: _may(_L, states=OPEN),
    Action.PRECHECK: _may(_E, _A, _L),
    Action.ENVELOPE_READ: _may(_E, _A, _L, _S, _C, _U),
    Action.ENVELOPE_SEND: _may(_E, _L, _S),
    Action.ENVELOPE_CHANGE: _may(_E, _L, _S, states={State.SENT}),
    Action.ENVELOPE_CERTIFY: _may(_E, _L, _S, states={State.COMPLETED}),
    Action.SEAL_RELEASE: _may(_A, _L, states={State.SENT}),  # and only the person named when it was sent
    Action.BATCH_RUN: _may(_E, _C),
    Action.ARCHIVE_READ: _may(_E, _A, _L, _C, _U),
    Action.ARCHIVE_ADD: _may(_C),
    Action.ARCHIVE_HOLD: _may(_L, _C),
    Action.ARCHIVE_DISPOSE: _may(_C),
    Action.ARCHIVE_AUDIT: _may(_C, _U),
    Action.EVENTS_READ: _may(_U, _M),
    Action.RULES_READ: _may(*_EVERYONE),
    Action.KEYS: Grant(_EVERYONE),
    Action.USERS: _may(_M),
    Action.WEBHOOKS: _may(_M),
}
"""The table. `PUBLIC` is not in it: nobody needs a role for that."""

STATE_LABELS = {
    **{one.value: one.label for one in CaseStage},
    ISSUED: "已签发",
    SUPERSEDED: "已被取代",
    VOID: "已作废",
    ARCHIVED: "已归档",
    **{one.value: label for one, label in ENVELOPE_STATES.items()},
}

NEEDS_SECOND_FACTOR = frozenset({Role.APPROVER, Role.SEAL_KEEPER})
"""Roles that count only after a login with two factors."""


def permitted(roles: Iterable[Role], action: Action) -> bool:
    """Tell whether one of `roles` may do `action` in some state."""
    return action is Action.PUBLIC or not GRANTS[action].roles.isdisjoint(roles)


def require(roles: Iterable[Role], action: Action, state: str | None = None) -> None:
    """Let pass who may do `action` in `state` (None: only the role is asked).

    Raises:
        AccessError: no role of theirs may, in any state.
        StateError: the state does not allow it (`state_forbids`).
    """
    if not permitted(roles, action):
        raise AccessError(f"您的角色不能{action.label}", remedy="请有此权限的同事办理，或请系统管理员调整角色")
    states = None if action is Action.PUBLIC else GRANTS[action].states
    if state is not None and states is not None and state not in states:
        raise StateError(
            f"当前状态“{STATE_LABELS.get(state, state)}”下不能{action.label}", code="state_forbids", state=state
        )


def does(action: Action) -> Callable[[_View], _View]:
    """Declare what a view does; the application refuses views that do not say."""

    def declare(view: _View) -> _View:
        view.docgen_action = action  # type: ignore[attr-defined]
        return view

    return declare
