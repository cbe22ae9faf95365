"""`docgen forms`: the catalogue of forms, its check, and scaffolds for new ones."""

import click

from service import wiring
from service.settings import Settings


@click.group()
def forms() -> None:
    """表单目录：列出、查看、检查、新建、统一版式。"""


@forms.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """列出全部表单。"""
    for form in wiring.catalogue(settings):
        spec = form.spec
        click.echo(f"{spec.form_id:<32}{spec.stage} {spec.stage_title}　{spec.title}　{spec.number}")
