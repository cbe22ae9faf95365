"""`docgen rules decisions` and `docgen rules replay`: what was decided, and whether it would be decided so again."""

from collections.abc import Iterator

import click

from docgen.errors import DocgenError, IntegrityError, NotFoundError
from docgen.findings import Finding
from docgen.workspace import KeptDecision, Workspace
from rules.replay import Answer, Difference, Replayer
from service import wiring
from service.problems import EXIT_CODES, exit_code
from service.settings import Settings
from service.wording import OUTCOMES, instant

DIFFERENT = EXIT_CODES[IntegrityError]
"""Exit code of a replay with another answer, or on altered records."""

_FIELDS = {
    "outcome": "结果",
    "message": "说明",
    "inputs": "依据的事实",
    "manual": "手册依据",
    "law": "法条",
    "suggestion": "建议",
    "due_at": "期限",
    "actual_at": "实际时间",
    "internal": "内部",
}

case_option = click.option("--case", "case_no", metavar="案卷号", help="只取这个案卷的决定")


@click.command()
@case_option
@click.pass_obj
def decisions(settings: Settings, case_no: str | None) -> None:
    """列出工作区中保存的决定：每次签发时规则的判断。"""
    with wiring.workspace(settings) as workspace:
        for decision in workspace.decisions(case_no):
            click.echo(decision_line(decision))


@click.command()
@click.argument("ids", nargs=-1, type=int, metavar="[决定编号…]")
@case_option
@click.pass_obj
def replay(settings: Settings, ids: tuple[int, ...], case_no: str | None) -> int:
    """用当时的案卷、规则包和公司规定重做决定，与保存的报告比较。

    有不一致或记录被改动时退出码为 7；只是现行程序无法读取当时的内容时为 5。
    """
    with wiring.workspace(settings) as workspace:
        if fault := workspace.verify_events():
            raise IntegrityError(f"事件记录已被改动：{fault.reason}", code="events_altered")
        replayer = Replayer(workspace.content)
        codes = [_replay(decision, replayer) for decision in _chosen(workspace, ids, case_no)]
    click.echo(f"{len(codes)}项决定，{codes.count(0)}项一致")
    return max(codes, default=0)


def _chosen(workspace: Workspace, ids: tuple[int, ...], case_no: str | None) -> tuple[KeptDecision, ...]:
    kept = workspace.decisions(case_no)
    if unknown := sorted(set(ids) - {decision.id for decision in kept}):
        raise NotFoundError(
            f"工作区中没有决定{'、'.join(map(str, unknown))}",
            remedy="用 docgen rules decisions 查看决定编号",
            code="decision_unknown",
        )
    return tuple(decision for decision in kept if not ids or decision.id in ids)


def _replay(decision: KeptDecision, replayer: Replayer) -> int:
    """Repeat one decision and print what came of it; give the exit code that it calls for."""
    try:
        differences = replayer.replay(decision)
    except (IntegrityError, NotFoundError) as error:
        click.echo(f"{decision_line(decision)}　已被改动：{error.message} [{error.code}]")
        return DIFFERENT
    except DocgenError as error:
        click.echo(f"{decision_line(decision)}　无法重放：{error.message} [{error.code}]")
        return exit_code(error)
    click.echo(f"{decision_line(decision)}　{'不一致' if differences else '一致'}")
    for difference in differences:
        for line in difference_lines(difference):
            click.echo(f"  {line}")
    return DIFFERENT if differences else 0


def decision_line(decision: KeptDecision) -> str:
    """Write which decision it is: id, case, moments, version of the rules."""
    return (
        f"{decision.id}　{decision.case_no}　评估时点 {instant(decision.as_of)}　"
        f"决定于 {instant(decision.decided_at)}　规则集 {decision.pack_version}（{decision.pack_sha256[:12]}）"
    )


def difference_lines(difference: Difference) -> Iterator[str]:
    """Yield what a rule said then and says now, and where two findings about one thing part."""
    yield f"{difference.rule}　当时：{_said(difference.before)}"
    yield f"{difference.rule}　重放：{_said(difference.after)}"
    before, after = difference.before.finding, difference.after.finding
    if before and after:
        yield f"{difference.rule}　不同之处：{'、'.join(_parted(before, after))}"


def _said(answer: Answer) -> str:
    if answer.finding is None:
        return f"没有这项结果（{OUTCOMES[answer.outcome] if answer.outcome else '没有这条规则'}）"
    return f"{OUTCOMES[answer.finding.outcome]}　{answer.finding.message}　［{answer.finding.subject}］"


def _parted(before: Finding, after: Finding) -> Iterator[str]:
    for name, title in _FIELDS.items():
        if getattr(before, name) != getattr(after, name):
            yield title
