"""`docgen rules`: the rulebook listed, shown, checked, tried on the samples, and compared with another."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import click

from docgen.case import CaseFile
from docgen.clock import SystemClock, day
from docgen.errors import DocgenError, NotFoundError
from docgen.rulebook.expression import ALWAYS, show
from docgen.rulebook.pack import Part, Rule
from rules.book import Change, Rulebook, lint, load_rulebook
from service import wiring
from service.chapters import chapters
from service.commands.options import as_of_option, moment, policy_option
from service.commands.replay import decisions, replay
from service.problems import REFUSED
from service.samples import results
from service.settings import ROOT, Settings
from service.wording import KINDS, OUTCOMES, condition_text, form_titles, guard_text, law_text, manual_text

LINT_FAULTS = 5
"""Exit code of a lint with faults (interfaces.md)."""


@click.group()
def rules() -> None:
    """规则：列出、查看、检查、用样例验证、比较两版的影响、重放已作的决定。"""


rules.add_command(decisions)
rules.add_command(replay)


@rules.command("list")
@policy_option
@as_of_option
@click.pass_obj
def list_rules(settings: Settings, policy: Path | None, as_of: str | None) -> None:
    """按手册各章列出现行规则。"""
    book = wiring.rulebook(settings, policy)
    for chapter in chapters(book, day(moment(as_of) or SystemClock().now())):
        click.echo(f"\n{chapter.title}（{len(chapter.rules)}条）")
        for rule in chapter.rules:
            internal = "　内部" if rule.internal else ""
            click.echo(f"  {rule.id}　{OUTCOMES[rule.severity]}　{KINDS[rule.kind]}　{rule.title}{internal}")


@rules.command("show")
@click.argument("rule_id", metavar="规则编号")
@as_of_option
@click.pass_obj
def show_rule(settings: Settings, rule_id: str, as_of: str | None) -> None:
    """写出一条规则的全部内容：条件、引文、法条、建议、防线。"""
    book = wiring.rulebook(settings)
    click.echo("\n".join(rule_lines(book.judge(day(moment(as_of) or SystemClock().now())).rule(rule_id))))


@rules.command("lint")
@click.option("--packs", type=click.Path(path_type=Path), help="规则包文件夹（默认随产品的规则包）")
@policy_option
@click.pass_obj
def lint_rules(settings: Settings, packs: Path | None, policy: Path | None) -> int:
    """检查规则包、公司规定、法律表，以及防线提到的表单。有错误时退出码为 5。"""
    packs, policy = packs or settings.packs, policy or settings.policy
    faults = [f"{detail.path} {detail.label}：{detail.message}" for detail in lint(policy, packs)]
    waiting: list[str] = []
    if not faults:
        forms, known = {form.spec.form_id for form in wiring.catalogue(settings)}, form_titles()
        for rule, form in _guarded(load_rulebook(policy, packs)):
            if form not in forms and form not in known:
                faults.append(f"{rule.id}：防线提到的表单“{form}”不存在")
            elif form not in forms:
                waiting.append(form)
    for fault in faults:
        click.echo(fault, err=True)
    if waiting:
        titles = "、".join(f"《{form_titles()[form]}》" for form in dict.fromkeys(waiting))
        click.echo(f"提示：防线提到、模板尚未做好的表单：{titles}")
    click.echo(f"规则、公司规定和法律表有{len(faults)}处错误" if faults else "规则、公司规定和法律表没有错误")
    return LINT_FAULTS if faults else 0


@rules.command("test")
@click.option("--samples", type=click.Path(path_type=Path), default=ROOT / "samples", help="样例文件夹")
@click.option("--packs", type=click.Path(path_type=Path), help="规则包文件夹（默认随产品的规则包）")
@policy_option
@click.pass_obj
def try_rules(settings: Settings, samples: Path, packs: Path | None, policy: Path | None) -> int:
    """用每个样例验证规则：所述结果须一条不差。有出入时退出码为 3。"""
    tried = list(results(samples, packs or settings.packs, policy or settings.policy))
    for result in tried:
        click.echo(f"{'不符' if result.differences else '相符'}　{result.sample.name}　{result.sample.expected.title}")
        for difference in result.differences:
            click.echo(f"      {difference}")
    wrong = sum(bool(result.differences) for result in tried)
    click.echo(f"{len(tried)}个样例，{wrong}个不符")
    return REFUSED if wrong else 0


@rules.command()
@click.argument("old", type=click.Path(path_type=Path), metavar="原版")
@click.argument("new", type=click.Path(path_type=Path), metavar="新版")
@click.argument("cases", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="案卷…")
@as_of_option
@click.pass_obj
def diff(settings: Settings, old: Path, new: Path, cases: tuple[Path, ...], as_of: str | None) -> None:
    """比较两份公司规定或两套规则包对案卷的影响：哪些结果出现、消失、改变。"""
    before, after = _rulebook(settings, old), _rulebook(settings, new)
    at = moment(as_of) or SystemClock().now()
    affected = unread = 0
    files = [file for path in cases for file in _case_files(path)]
    for file in files:
        try:
            case = wiring.case_file(file)
        except DocgenError as error:
            unread += 1
            click.echo(f"{_label(file)}　无法读入：{error.message}", err=True)
            continue
        changes = before.diff(after, [case], _moment_of(case, as_of, at))
        affected += bool(changes)
        for line in change_lines(_label(file), case, changes):
            click.echo(line)
    click.echo(f"{len(files)}份案卷，{affected}份受影响" + (f"，{unread}份无法读入" if unread else ""))


def rule_lines(rule: Rule) -> Iterator[str]:
    """Yield everything there is to know of a rule."""
    yield f"{rule.id} {rule.title}"
    yield f"  严重程度　{OUTCOMES[rule.severity]}　　类别　{KINDS[rule.kind]}{'　　仅限内部' if rule.internal else ''}"
    for part in rule.parts:
        yield from _part_lines(part)
    yield f"  依据　{manual_text(rule.manual)}"
    if rule.law:
        yield f"  法律　{law_text(rule.law)}"
    yield f"  建议　{rule.suggestion}"
    for guard in rule.guards:
        yield f"  防线　{guard_text(guard)}"
    if rule.note:
        yield f"  备注　{rule.note}"


def change_lines(label: str, case: CaseFile, changes: Iterable[Change]) -> Iterator[str]:
    """Yield what changes for a case."""
    for number, change in enumerate(changes):
        if number == 0:
            yield f"{label}　{case.case_no} {case.title}"
        before = OUTCOMES[change.before] if change.before else ""
        after = OUTCOMES[change.after] if change.after else ""
        what = f"{before}→{after}" if before and after else f"消失（{before}）" if before else f"出现（{after}）"
        part = f"（{change.part}）" if change.part else ""
        yield f"  {change.rule}{part}　{what}　{change.message}　［{change.subject}］"


def _part_lines(part: Part) -> Iterator[str]:
    key = f"{part.key}款　" if part.key else ""
    yield f"  {key}事实面　{part.schema.title}（{part.schema.aspect}）　{OUTCOMES[part.severity]}"
    conditions = (
        ("适用", None if part.applies == ALWAYS else part.applies),
        ("违反", part.violates),
        ("待定", part.pending),
    )
    for name, node in conditions:
        if node is not None:
            yield f"    {name}　{condition_text(node, part.schema)}"
            yield f"    　　　{show(node)}"
    yield f"    文字　{part.message}"


def _guarded(book: Rulebook) -> Iterator[tuple[Rule, str]]:
    for pack in book.packs:
        for rule in pack.rules:
            for guard in rule.guards:
                if guard.form is not None:
                    yield rule, guard.form


def _rulebook(settings: Settings, path: Path) -> Rulebook:
    """Load the rulebook with one piece replaced: a folder of packs, a single pack, or a policy file."""
    if path.is_dir():
        return load_rulebook(settings.policy, path)
    if not path.is_file():
        raise NotFoundError(f"没有公司规定或规则包：{path.name}", code="rulebook_missing")
    if _is_pack(path):
        return load_rulebook(settings.policy, path)
    return load_rulebook(path, settings.packs)


def _is_pack(path: Path) -> bool:
    return any(line.startswith(b"rules:") for line in path.read_bytes().splitlines())


def _case_files(path: Path) -> list[Path]:
    return sorted(path.rglob("case.yaml")) if path.is_dir() else [path]


def _label(file: Path) -> str:
    return file.parent.name if file.name == "case.yaml" else file.name


def _moment_of(case: CaseFile, given: str | None, at: datetime) -> datetime:
    return at if given else case.as_of or at
