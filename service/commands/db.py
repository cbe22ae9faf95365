"""`docgen db`: the schema of the workspace's database."""

import click

from docgen.db.engine import Database
from service.settings import Settings


@click.group()
def db() -> None:
    """数据库：升级工作区的表结构。"""


@db.command()
@click.pass_obj
def upgrade(settings: Settings) -> None:
    """把工作区的数据库升级到本程序的表结构；已是最新则不作改动。"""
    location = settings.location()
    location.prepare()
    database = Database(location.database)
    try:
        now = database.revision()
    finally:
        database.close()
    before = database.upgraded
    click.echo(f"已从 {before[0] or '（空）'} 升级到 {before[1]}" if before else f"已是最新：{now}")
