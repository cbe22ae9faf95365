"""Copying the whole archive: backup and restore, each ending with an audit of the copy."""

from pathlib import Path

import click

from docgen.archive.backup import copy_archive
from docgen.clock import SystemClock
from service.settings import Settings


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="备份到这个空目录")
@click.pass_obj
def backup(settings: Settings, out: Path) -> None:
    """把整个档案库备份到空目录，并审计副本。"""
    report = copy_archive(settings.location().in_folder("备份"), out, SystemClock())
    click.echo(f"已备份 {report.records} 件、{report.objects} 个文件到 {out}，副本审计完好\n树根 {report.root}")


@click.command()
@click.argument("source", type=click.Path(path_type=Path), metavar="备份目录")
@click.pass_obj
def restore(settings: Settings, source: Path) -> None:
    """从备份恢复到空的工作区（--workspace），并审计恢复的结果。"""
    report = copy_archive(source, settings.location().in_folder("恢复"), SystemClock())
    click.echo(f"已恢复 {report.records} 件、{report.objects} 个文件，审计完好\n树根 {report.root}")
