"""`docgen user`: accounts from the command line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from docgen.clock import SystemClock
from docgen.db.engine import Database
from docgen.errors import InputError
from service.access import Role
from service.auth.accounts import Accounts
from service.auth.logins import Logins
from service.settings import Settings

_role = click.Choice([one.value for one in Role])


@click.group()
def user() -> None:
    """用户：建立、列出、停用账号，设置密码和接口密钥。"""


@user.command("add")
@click.argument("name", metavar="账号")
@click.option("--display", metavar="姓名", help="显示的姓名（默认同账号）")
@click.option("--role", "roles", type=_role, multiple=True, required=True, help="角色，可多次给出")
@click.option("--staff-id", metavar="编号", help="案卷中的人员编号，如 S01")
@click.option("--oidc-subject", help="单点登录标识（代替密码）")
@click.pass_obj
def add(
    settings: Settings,
    name: str,
    display: str | None,
    roles: tuple[str, ...],
    staff_id: str | None,
    oidc_subject: str | None,
) -> None:
    """建立账号；密码从标准输入读取，不出现在命令行。"""
    password = None if oidc_subject else _password()
    with _accounts(settings) as (accounts, _):
        granted = [one for one in Role if one.value in roles]
        accounts.add(
            name,
            display=display or name,
            roles=granted,
            password=password,
            staff_id=staff_id,
            oidc_subject=oidc_subject,
        )
    click.echo(f"已建立账号 {name}")


@user.command("list")
@click.pass_obj
def listed(settings: Settings) -> None:
    """列出账号。"""
    with _accounts(settings) as (accounts, _):
        for one in accounts.all():
            roles = "、".join(role.label for role in sorted(one.roles, key=lambda role: role.value))
            state = "" if one.active else "　已停用"
            click.echo(f"{one.name}　{one.display}　{one.staff_id or '—'}　{roles}{state}")


@user.command("disable")
@click.argument("name", metavar="账号")
@click.pass_obj
def disable(settings: Settings, name: str) -> None:
    """停用账号；其登录和密钥立即失效。"""
    with _accounts(settings) as (accounts, _):
        accounts.change(name, active=False)
    click.echo(f"已停用 {name}")


@user.command("password")
@click.argument("name", metavar="账号")
@click.pass_obj
def password(settings: Settings, name: str) -> None:
    """重设密码（从标准输入读取）；其登录立即失效。"""
    with _accounts(settings) as (accounts, _):
        accounts.set_password(name, _password())
    click.echo(f"已重设 {name} 的密码")


@user.command("key")
@click.argument("name", metavar="账号")
@click.option("--role", "roles", type=_role, multiple=True, required=True, help="密钥的角色，可多次给出")
@click.option("--label", default="命令行", show_default=True, help="用途")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="有效天数")
@click.pass_obj
def key(settings: Settings, name: str, roles: tuple[str, ...], label: str, days: int) -> None:
    """为账号建立接口密钥，只显示这一次。"""
    with _accounts(settings) as (accounts, logins):
        person = accounts.named(name)
        granted = [one for one in Role if one.value in roles]
        _, text = logins.make_key(person, label=label, roles=granted, days=days, within=person.roles)
    click.echo(text)


@contextmanager
def _accounts(settings: Settings) -> Iterator[tuple[Accounts, Logins]]:
    location = settings.location()
    location.prepare()
    database = Database(location.database)
    try:
        clock = SystemClock()
        yield Accounts(database, clock), Logins(database, clock)
    finally:
        database.close()


def _password() -> str:
    if sys.stdin.isatty():
        given: str = click.prompt("密码", hide_input=True, confirmation_prompt="再输入一次")
        return given
    given = sys.stdin.readline(1000).rstrip("\r\n")
    if not given:
        raise InputError("没有给出密码", remedy="从标准输入给出密码", code="no_password")
    return given
