"""`docs/gallery.html`: all forms at a glance, by the six stages; a page without script that loads nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from docgen.forms.spec import STAGES, Audience, FormSpec
from docgen.rulebook.pack import OURS
from service.docs.forms import shipped_forms
from service.docs.pictures import shown
from service.docs.titles import about

_NUMERALS = "一二三四五六"


@dataclass(frozen=True, slots=True)
class Card:
    """One form in the gallery: its title, what it is for, lines of notes, and its pages."""

    form_id: str
    title: str
    purpose: str
    notes: tuple[tuple[str, ...], ...]
    pages: tuple[str, ...]
    landscape: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the manual and its forms."""

    number: int
    numeral: str
    title: str
    cards: Sequence[Card]


def gallery_text() -> str:
    """Return the text of the page."""
    return _template().render(stages=tuple(_stages()), count=len(shipped_forms())) + "\n"


def _stages() -> Iterator[Stage]:
    for number, title in enumerate(STAGES, 1):
        cards = tuple(_card(form.spec) for form in shipped_forms() if form.spec.stage == number)
        if cards:
            yield Stage(number, _NUMERALS[number - 1], title, cards)


def _card(spec: FormSpec) -> Card:
    signers = "、".join(signer.label for signer in spec.signers)
    reader = "内部使用" if spec.audience is Audience.INTERNAL else f"交{spec.audience.label}"
    if spec.audience is Audience.PUBLIC:
        reader = "可公开"
    source = "本系统" if spec.manual.section == OURS else f"手册{spec.manual.section}"
    notes = (
        (about(spec),),
        (f"{signers}签署" if signers else "无须签署",),
        (reader, f"保管{spec.retention.label}", source),
    )
    return Card(spec.form_id, spec.title, spec.purpose, notes, shown(spec.form_id), spec.landscape)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("gallery.html")
