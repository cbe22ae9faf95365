"""`docgen doctor`: what a deployment lacks, said before it hurts."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

from docgen.clock import SystemClock
from docgen.convert import open_converter
from docgen.db.engine import Database
from docgen.errors import BackendError, DocgenError
from docgen.stores import open_store
from service import wiring
from service.access import NEEDS_SECOND_FACTOR, Role
from service.auth.accounts import Accounts
from service.problems import EXIT_CODES
from service.secret import read_secret
from service.settings import Settings

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at: in order, doubtful, or broken."""

    state: str
    what: str
    remedy: str = ""


@click.command()
@click.pass_obj
def doctor(settings: Settings) -> int:
    """检查部署：数据库、存储、密钥、规则、模板、转换器、信任的根证书、账号、对外地址。"""
    broken = False
    for one in diagnoses(settings):
        click.echo(f"{one.state}　{one.what}{f'。{one.remedy}' if one.remedy else ''}")
        broken |= one.state == "错误"
    return EXIT_CODES[BackendError] if broken else 0


def diagnoses(settings: Settings) -> Iterator[Diagnosis]:
    """Yield what is found, one after the other; what is broken hides nothing after it."""
    for what, look in (
        ("数据库", _database),
        ("存储", _store),
        ("服务密钥", _secret),
        ("规则与公司规定", _rules),
        ("模板", _templates),
        ("PDF 转换器", _converter),
        ("信任的根证书", _trust),
        ("账号", _accounts),
        ("对外地址", _address),
    ):
        try:
            yield from look(settings)
        except DocgenError as error:
            yield Diagnosis("错误", f"{what}：{error.message} [{error.code}]", error.remedy)


def _database(settings: Settings) -> Iterator[Diagnosis]:
    location = settings.location()
    location.prepare()
    database = Database(location.database)
    try:
        yield Diagnosis("正常", f"数据库：结构 {database.revision()}")
    finally:
        database.close()


def _store(settings: Settings) -> Iterator[Diagnosis]:
    store = open_store(settings.location().store)
    probe = b"docgen doctor"
    if store.get(store.put(probe)) == probe:
        yield Diagnosis("正常", "存储：可写可读")


def _secret(settings: Settings) -> Iterator[Diagnosis]:
    folder = settings.location().folder
    read_secret(settings.secret, folder)
    path = settings.secret or (folder or Path()) / "service.secret"
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Diagnosis("错误", "服务密钥：其他用户可读", f"chmod 600 {path}")
    else:
        yield Diagnosis("正常", "服务密钥：只有所有者可读")


def _rules(settings: Settings) -> Iterator[Diagnosis]:
    book = wiring.rulebook(settings)
    yield Diagnosis("正常", f"规则与公司规定：{sum(len(pack.rules) for pack in book.packs)}条规则")


def _templates(settings: Settings) -> Iterator[Diagnosis]:
    yield Diagnosis("正常", f"模板：{len(wiring.catalogue(settings))}种表单")


def _converter(settings: Settings) -> Iterator[Diagnosis]:
    open_converter(settings.converter).close()
    yield Diagnosis("正常", f"PDF 转换器：{urlsplit(settings.converter).scheme}")


def _trust(settings: Settings) -> Iterator[Diagnosis]:
    if settings.trust is None:
        yield Diagnosis("提醒", "没有信任的根证书，任何签名都不能确认", "用 DOCGEN_TRUST 指明 PEM 文件")
    elif settings.trust.is_file():
        yield Diagnosis("正常", "信任的根证书：可读")
    else:
        yield Diagnosis("错误", "信任的根证书：没有这个文件", "检查 DOCGEN_TRUST")


def _accounts(settings: Settings) -> Iterator[Diagnosis]:
    database = Database(settings.location().database)
    try:
        people = [one for one in Accounts(database, SystemClock()).all() if one.active]
    finally:
        database.close()
    if not any(Role.ADMIN in one.roles for one in people):
        yield Diagnosis("提醒", "账号：还没有系统管理员", "打开 /setup，或用 docgen user add")
    bare = [one.name for one in people if one.roles & NEEDS_SECOND_FACTOR and not one.second_factor]
    if bare:
        yield Diagnosis("提醒", f"账号：{len(bare)}名审批人或印章管理员未设置验证器", "登录后在“我的账号”中设置")
    yield Diagnosis("正常", f"账号：{len(people)}个")


def _address(settings: Settings) -> Iterator[Diagnosis]:
    parts = urlsplit(settings.public_url)
    local = parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not local:
        yield Diagnosis(
            "错误", "对外地址不是 https，登录信息可被窃听", "在反向代理上启用 TLS，并设置 DOCGEN_PUBLIC_URL"
        )
    elif not local and not settings.proxies:
        yield Diagnosis("提醒", "对外地址在反向代理之后，但未说明有几层", "设置 DOCGEN_PROXIES")
    else:
        yield Diagnosis("正常", f"对外地址：{settings.public_url}")
