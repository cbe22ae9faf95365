"""`docgen archive`: put documents in, find them, prove them, take them out, keep them, and let them go in time."""

import click

from service.commands.lazy import LazyGroup

COMMANDS = {
    "add": "taking_in:add",
    "backup": "copying:backup",
    "check": "proving:check",
    "confirm": "taking_in:confirm",
    "dispose": "keeping:dispose",
    "export": "taking_out:export_case",
    "hold": "keeping:hold",
    "list": "finding:list_records",
    "proof": "proving:proof",
    "publish": "proving:publish",
    "restore": "copying:restore",
    "scan": "taking_in:scan",
    "search": "finding:search",
    "sweep": "keeping:sweep",
}
"""Every command and where it stands in this package."""


@click.group(cls=LazyGroup, commands_at=COMMANDS, package=__name__)
def archive() -> None:
    """档案：归档、检索、证明、导出、保全、销毁、备份与恢复。"""
