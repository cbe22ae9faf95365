"""`docgen forms`: the catalogue of forms, its check, and scaffolds for new ones."""

from pathlib import Path

import click

from service import wiring
from service.settings import Settings

LINT_FAULTS = 5
"""Exit code of a lint with faults (interfaces.md)."""


@click.group()
def forms() -> None:
    """表单目录：列出、查看、检查、新建、统一版式。"""
