"""`docgen forms`: the catalogue of forms, its check, scaffolds for new ones, and the house style."""

from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

import click

from docgen.editions import Edition
from docgen.errors import DeclarationError, InputError, NotFoundError, StateError
from docgen.forms.catalogue import HOUSE, Form, read_form, stems
from docgen.forms.faults import FormFault
from docgen.forms.lint import form_reads, lint
from docgen.forms.restyle import restyled
from docgen.forms.scaffold import Sketch, new_form
from docgen.forms.spec import FormSpec
from docgen.rulebook import guards
from docgen.rulebook.guards import Guard
from rules.book import Rulebook
from service import wiring
from service.commands.issue import EDITION_LABELS
from service.export import write_file
from service.settings import Settings
from service.wording import ACTIONS, PI_MODES, manual_text

FAULTY = 5
"""Exit code of a lint that found something (interfaces.md)."""

templates_option = click.option(
    "--templates", type=click.Path(path_type=Path), help="模板目录（默认随产品的 templates_docx）"
)


@click.group()
def forms() -> None:
    """表单目录：列出、查看、检查、新建、统一版式。"""


@forms.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """列出全部表单。"""
    catalogue = wiring.catalogue(settings)
    for form in catalogue:
        spec = form.spec
        click.echo(f"{spec.form_id:<30} {spec.stage} {spec.stage_title}　{spec.title}　{spec.number}")
    click.echo(f"共 {len(catalogue)} 种")


@forms.command()
@click.argument("form_id", metavar="表单")
@click.pass_obj
def show(settings: Settings, form_id: str) -> None:
    """查看一种表单：用途、字段、签署、关卡、保管期限。"""
    form = wiring.catalogue(settings).get(form_id)
    standing = (*wiring.rulebook(settings).judge().guards, *wiring.own_guards(form.spec))
    click.echo("\n".join(_description(form, standing)))


@forms.command("lint")
@templates_option
@click.pass_obj
def lint_(settings: Settings, templates: Path | None) -> int:
    """按案卷模型逐项检查模板：路径、过滤器、未保护的可空字段、样式、锚点。"""
    folders = (templates,) if templates else settings.templates
    faults = (*lint(*folders), *_unknown_rules(folders, wiring.rulebook(settings)))
    for fault in faults:
        click.echo(str(fault), err=True)
    click.echo(f"{len(faults)} 处问题" if faults else "全部合格")
    return FAULTY if faults else 0


@forms.command()
@click.argument("form_id", metavar="表单")
@click.option("--title", required=True, help="中文标题")
@click.option("--one-per", default="case", show_default=True, help="每个什么一份，如 orders[]、negotiations[]")
@click.option("--field", "fields", multiple=True, metavar="路径", help="要印的字段，如 order.order_no，可多次使用")
@click.option(
    "--rows",
    multiple=True,
    metavar="路径",
    help="要列表的清单，如 order.lines 或只列几栏 order.lines:name,quantity，可多次使用",
)
@click.option("--templates", type=click.Path(path_type=Path), help="写入的目录（默认当前目录）")
@click.pass_obj
def new(
    settings: Settings,
    form_id: str,
    title: str,
    one_per: str,
    fields: tuple[str, ...],
    rows: tuple[str, ...],
    templates: Path | None,
) -> None:
    """生成一种新表单的两个文件，之后用 Word 或 WPS 修改 docx。"""
    folder = templates or Path()
    if any((folder / f"{form_id}.{suffix}").exists() for suffix in ("toml", "docx")):
        raise StateError(f"{form_id} 已存在", remedy="换一个编号；本命令不覆盖已有表单", code="form_exists")
    made = new_form(form_id, Sketch(title=title, one_per=one_per, fields=fields, rows=rows), _house(settings))
    write_file(folder, f"{form_id}.toml", made.toml.encode())
    write_file(folder, f"{form_id}.docx", made.docx)
    click.echo(f"已写入 {folder / form_id}.toml 和 .docx；改完用 docgen forms lint --templates {folder} 检查")


@forms.command()
@templates_option
@click.pass_obj
def restyle(settings: Settings, templates: Path | None) -> None:
    """把 house.docx 的样式、页眉页脚、页边距套到目录中的每个模板。"""
    folder = templates or settings.templates[-1]
    if not folder.is_dir():
        raise NotFoundError("没有这个模板目录", code="no_folder")
    house = folder / f"{HOUSE}.docx"
    source = house.read_bytes() if house.is_file() else _house(settings)
    changed = 0
    for path in sorted(folder.glob("*.docx")):
        if path.stem == HOUSE or path.name.startswith("~$"):
            continue
        before = path.read_bytes()
        after = restyled(before, source)
        if after != before:
            write_file(folder, path.name, after)
            changed += 1
    click.echo(f"已统一 {changed} 个模板")


def _unknown_rules(folders: tuple[Path, ...], book: Rulebook) -> Iterator[FormFault]:
    """Yield the guards of forms whose rule no pack has: they would never stop anything."""
    known = [rule.id for pack in book.packs for rule in pack.rules]
    for folder in folders:
        for spec in _declared(folder):
            for guard in wiring.own_guards(spec):
                if guard.rule not in known:
                    near = get_close_matches(guard.rule, known, 1)
                    advice = f"是否指 {near[0]}" if near else "规则编号见 docgen rules list"
                    message = f"没有编号为 {guard.rule} 的规则"
                    yield FormFault(f"{spec.form_id}.toml", f"guards.{guard.action}", "unknown_rule", message, advice)


def _declared(folder: Path) -> Iterator[FormSpec]:
    """Yield the declarations of a folder that can be read; the others are faults already."""
    for stem in stems(folder):
        with suppress(DeclarationError):
            yield read_form(folder, stem).spec


def _house(settings: Settings) -> bytes:
    for folder in reversed(settings.templates):
        path = folder / f"{HOUSE}.docx"
        if path.is_file():
            return path.read_bytes()
    raise InputError("模板目录中没有 house.docx", code="no_house")


def _description(form: Form, standing: tuple[Guard, ...]) -> Iterator[str]:
    spec = form.spec
    yield f"{spec.form_id}　{spec.title}（{spec.title_en}）"
    yield f"阶段　{spec.stage} {spec.stage_title}　{spec.status.label}　{spec.tier}"
    yield f"用途　{spec.purpose}"
    yield f"依据　{manual_text(spec.manual)}"
    yield f"编号　{spec.number}　每 {spec.one_per} 一份　读者 {spec.audience.label}　个人信息 {PI_MODES[spec.pi_mode]}"
    yield f"保管　{spec.retention.label}　版别 {'、'.join(EDITION_LABELS[edition] for edition in spec.editions)}"
    for signer in spec.signers:
        optional = "（可选）" if signer.optional else ""
        yield f"签署　{signer.turn} {signer.label}　{signer.level}{optional}"
    for action, words in ACTIONS.items():
        rules = guards.guards_for(standing, spec.form_id, action, Edition.RECORD)
        if rules:
            yield f"关卡　{words}：{'、'.join(sorted({guard.rule for guard in rules}))}"
    for path, title in form_reads(form).printed.items():
        yield f"字段　{title}　{path}"
