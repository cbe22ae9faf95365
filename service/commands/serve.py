"""`docgen serve`: the service on this machine."""

import importlib.util
import logging
import os
import subprocess
import sys

import click
import structlog

from docgen.errors import BackendError
from service.settings import Settings

_TARGET = "service.app:application"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="监听端口")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="进程数；多于一个时限速须用共享存储"
)
@click.option("--threads", type=click.IntRange(1, 256), default=16, show_default=True, help="每个进程的线程数")
@click.option("--server", type=click.Choice(["granian", "gunicorn"]), default="granian", show_default=True)
@click.pass_obj
def serve(settings: Settings, host: str, port: int, workers: int, threads: int, server: str) -> None:
    """启动服务；用 Ctrl+C 或 SIGTERM 停止，进行中的请求会先完成。"""
    from service.installation import Installation  # noqa: PLC0415 - loads everything

    os.environ.setdefault("DOCGEN_PUBLIC_URL", f"http://{host if host != '0.0.0.0' else '127.0.0.1'}:{port}")  # noqa: S104
    os.environ["DOCGEN_WORKSPACE"] = str(settings.workspace)
    from service.settings import from_environment  # noqa: PLC0415

    here = Installation(from_environment())
    try:
        here.jobs.recover()
        click.echo(f"案卷服务：{here.settings.public_url}")
        if not here.accounts.exist():
            click.echo(f"尚无账号：打开 {here.settings.public_url}/setup 建立第一个账号")
            if not here.local:
                click.echo(f"设置码：{here.setup_code}")
    finally:
        here.close()
    configure_logging()
    if server == "gunicorn":
        _gunicorn(host, port, workers, threads)
        return
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    Server(
        _TARGET,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        workers_kill_timeout=30,
        respawn_failed_workers=True,
        backlog=1024,
        log_access=False,
    ).serve()


def configure_logging() -> None:
    """Write the log as one JSON object a line, to the error stream."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _gunicorn(host: str, port: int, workers: int, threads: int) -> None:
    if importlib.util.find_spec("gunicorn") is None:
        raise BackendError(
            "没有安装 gunicorn", remedy="pip install gunicorn，或用默认的 granian", code="server_missing"
        )
    arguments = ["--bind", f"{host}:{port}", "--workers", str(workers), "--threads", str(threads)]
    command = [sys.executable, "-m", "gunicorn", *arguments, "--graceful-timeout", "30", f"{_TARGET}()"]
    if code := subprocess.run(command, check=False).returncode:  # noqa: S603 - our own arguments
        raise BackendError(f"gunicorn 以代码 {code} 结束", code="server_failed")
