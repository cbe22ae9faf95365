"""`docs/forms.md`: the forms as a book, each with its pages, its rules, its signers and every field it reads."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path

from docgen.editions import Edition
from docgen.forms.catalogue import HOUSE, Catalogue, Form
from docgen.forms.lint import form_reads
from docgen.forms.reading import annotation_at, required
from docgen.forms.spec import STAGES, FormSpec, Signer
from docgen.forms.subjects import named_types
from docgen.forms.visibility import Visibility
from docgen.rulebook.guards import Action, Guard
from docgen.rulebook.pack import OURS, Rule
from rules.book import Rulebook, load_rulebook
from service.commands.issue import EDITION_LABELS
from service.docs.markdown import GENERATED, code, heading_link, plain, table
from service.docs.pictures import shown
from service.docs.titles import about, title_at
from service.settings import Settings
from service.wording import ACTIONS, PI_MODES, form_titles, guard_reach

_WIDTH = 700
"""Width of an upright page in the book, in pixels."""

_MORE_WIDTH = 340
"""Width of the pages after the first."""

_INTRODUCTION = """# 表单手册

手册点名或要求留痕的表单，每种由 `templates_docx/` 中同名的两个文件组成：`.docx` 是版面，`.toml` 是声明。
本手册由这两个文件、规则包和案卷模型得出；图为样例案卷签发的文书。浏览全部版面见 [图册](gallery.html)，
做自己的表单见 [你的第一个模板](first-template.md)。

| 词 | 含义 |
| --- | --- |
| 审批稿 | 供内部审批，印有“审批稿”字样，不得签署 |
| 签署件 | 内容齐备，供各方签署 |
| 记录件 | 据案卷中已有的签署事实印出 |
| 内部确认（L1） | 登录后点选确认，系统留痕 |
| 客户确认（L2） | 短信或邮件验证码确认，或纸质签字 |
| 可靠电子签名或纸质签署（L3） | 电子签名法第十三条所称的可靠电子签名，或纸质签名盖章 |
| 编号中的 `{case}` `{n}` `{YYYY}` | 案卷编号的尾段、流水号（`nn` 为两位）、年份；其余取自案卷 |

关卡是文书签发、签署、归档之前必须通过的规则：不通过即挡下，警告须具名放行；“只提示”的不挡。
"""


def forms_text() -> str:
    """Return the text of the document."""
    return "\n".join(_lines(shipped_forms(), load_rulebook())).rstrip() + "\n"


@cache
def shipped_forms() -> tuple[Form, ...]:
    """Return the forms that ship, in the manual's order."""
    order = {form_id: place for place, form_id in enumerate(form_titles())}
    catalogue = Catalogue.open(*Settings().templates)
    return tuple(sorted(catalogue, key=lambda form: (form.spec.stage, order.get(form.spec.form_id, len(order)))))


def _lines(forms: Sequence[Form], book: Rulebook) -> Iterator[str]:
    rules = {rule.id: rule for pack in book.packs for rule in pack.rules}
    yield GENERATED
    yield _INTRODUCTION
    yield f"## 一览（{len(forms)} 种）"
    yield ""
    yield from table(
        ("阶段", "表单", "标识", "份数", "读者", "保管"),
        (
            (
                form.spec.stage_title,
                f"[{plain(form.spec.title)}]({heading_link(form.spec.title)})",
                code(form.spec.form_id),
                plain(about(form.spec)),
                form.spec.audience.label,
                form.spec.retention.label,
            )
            for form in forms
        ),
    )
    yield "## 所有表单的关卡"
    yield ""
    yield from _guards(rules, None)
    for stage, title in enumerate(STAGES, 1):
        yield f"## {title}"
        yield ""
        for form in forms:
            if form.spec.stage == stage:
                yield from _form(form, rules)


def _form(form: Form, rules: Mapping[str, Rule]) -> Iterator[str]:
    spec = form.spec
    yield f"### {plain(spec.title)}"
    yield ""
    yield f"{code(spec.form_id)}　{plain(spec.title_en)}"
    yield ""
    yield plain(spec.purpose) + "。"
    yield ""
    yield f"> {plain(spec.manual.quote)}"
    yield ">"
    source = "本系统" if spec.manual.section == OURS else f"手册 {plain(spec.manual.section)}"
    yield f"> ——{source}（{spec.status.label}）"
    yield ""
    yield from _pictures(spec)
    yield from table(("项目", "内容"), _facts(spec))
    yield from _guards(rules, spec.form_id)
    yield from _fields(form)


def _pictures(spec: FormSpec) -> Iterator[str]:
    for number, name in enumerate(shown(spec.form_id), 1):
        width = _WIDTH if number == 1 else _MORE_WIDTH
        yield f'<img src="{name}" width="{width}" alt="{escape(spec.title)}，第{number}页">'
    yield ""


def _facts(spec: FormSpec) -> Iterator[tuple[str, str]]:
    yield "份数", plain(about(spec) + _condition(spec))
    source = f"，取自案卷的 {code(spec.number_from)}" if spec.number_from else ""
    yield "编号", code(spec.number) + source
    yield "版别", "、".join(EDITION_LABELS[edition] for edition in spec.editions)
    yield "读者", spec.audience.label
    on_request = f"，可改为{PI_MODES[spec.pi_mode_on_request]}" if spec.pi_mode_on_request else ""
    yield "个人信息", PI_MODES[spec.pi_mode] + on_request
    if spec.discloses:
        yield "印出的保密内容", "、".join(one.label for one in spec.discloses)
    yield "保管", spec.retention.label
    if spec.signers:
        seal = "；多页加盖骑缝章" if spec.straddle_seal else ""
        yield "签署", "<br>".join(plain(_signer(signer)) for signer in spec.signers) + seal
        yield "电子签名", "可用" if spec.esign_allowed else "不可用，须纸质签署"
    if spec.opens_on:
        yield "可签发之日", f"{code(spec.opens_on)} 起"


def _condition(spec: FormSpec) -> str:
    """Write which of the subjects have the form: only orders whose kind is 产品."""
    wanted = []
    for path, value in spec.where.items():
        kind = required(annotation_at(named_types(spec), Visibility.of(spec), path))
        wanted.append(f"{title_at(spec, path).rpartition(' › ')[2]}为{kind(value).label}")
    if spec.only_with:
        wanted.append(f"有{title_at(spec, spec.only_with).rpartition(' › ')[2]}的")
    return f"，仅{'、'.join(wanted)}" if wanted else ""


def _signer(signer: Signer) -> str:
    who = dict.fromkeys(choice.label for choice in (*signer.kinds, *signer.roles, *signer.contact_roles))
    notes = [
        signer.party.label,
        signer.level.label + f"（{signer.level.value}）",
        *(["限" + "、".join(who)] if who else []),
    ]
    if signer.seals:
        notes.append(("须盖" if signer.seal_required else "可盖") + "或".join(seal.label for seal in signer.seals))
    if signer.optional:
        notes.append("可不签")
    return f"{signer.turn}. {signer.label}：{'，'.join(notes)}"


def _guards(rules: Mapping[str, Rule], form_id: str | None) -> Iterator[str]:
    """Yield the rules that stand before each action on a form; for None those of all forms."""
    found: dict[Action, list[tuple[Rule, Guard]]] = {}
    for rule in rules.values():
        for guard in rule.guards:
            if guard.form == form_id:
                found.setdefault(guard.action, []).append((rule, guard))
    for action, words in ACTIONS.items():
        if action in found:
            yield f"**{words}**"
            yield ""
            yield from (_guard(rule, guard) for rule, guard in found[action])
            yield ""


def _guard(rule: Rule, guard: Guard) -> str:
    reach = re.sub("^，", "", re.sub("（(.*?)）", r"，\1", guard_reach(guard)))
    heading = f"{rule.id} {rule.title}"
    return f"* [{rule.id}](rules.md{heading_link(heading)}) {plain(rule.title)}" + (f"（{reach}）" if reach else "")


def _fields(form: Form) -> Iterator[str]:
    """Yield the table of what a form's template reads, but for what every header and footer says of the document."""
    found, house = form_reads(form), form_reads(Form(form.spec, _house(form.folder), form.folder))
    labels = {**found.printed, **found.tested}
    uses = dict.fromkeys(found.printed, "印出") | dict.fromkeys(found.tested, "决定印法")
    needed = {path: words for words, paths in _needed(form.spec).items() for path in paths}
    own = [path for path in dict.fromkeys((*uses, *needed)) if path not in house.printed and path not in house.tested]
    yield f"<details><summary>字段（{len(own)}）</summary>"
    yield ""
    yield from table(
        ("名称", "路径", "用途", "缺少时"),
        (
            (
                plain(title_at(form.spec, path, labels.get(path, ""))),
                code(path),
                uses.get(path, "—"),
                needed.get(path, ""),
            )
            for path in own
        ),
    )
    yield "</details>"
    yield ""


@cache
def _house(folder: Path) -> bytes:
    return (folder / f"{HOUSE}.docx").read_bytes()


def _needed(spec: FormSpec) -> Mapping[str, tuple[str, ...]]:
    return {
        "不签发": spec.requires,
        f"不出{EDITION_LABELS[Edition.SIGNING]}": spec.requires_signing,
        f"不出{EDITION_LABELS[Edition.RECORD]}": spec.requires_record,
        "不归档": spec.requires_archive,
    }
