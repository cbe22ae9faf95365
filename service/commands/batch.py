"""`docgen batch`: many cases checked, issued and archived, by processes of this machine or on a cluster."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

import click

from docgen import journal
from docgen.batch import FAULTY, Crew, Item, Result, State, dask, processes, run
from docgen.errors import BackendError, InputError
from docgen.journal import Journal, Tally
from service import batch_report, wiring
from service.batching import BatchOrder, Sources, take
from service.commands.options import as_of_option, by_option, format_option, moment, policy_option
from service.export import write_files
from service.problems import REFUSED
from service.settings import Settings

FAILED = 6
"""Exit code of a batch of which some cases failed (interfaces.md)."""
INTERRUPTED = 130
_JOURNAL = "journal.jsonl"


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="案卷文件|目录|压缩包…")
@click.option("--archive", "address", required=True, metavar="地址", help="档案库：工作区目录，或 postgresql://…")
@click.option("--forms", metavar="表单,…", default="", help="只签发这些表单（默认：案卷中有对象的全部表单）")
@click.option("--workers", type=click.IntRange(1, 256), help="本机工作进程数（默认：处理器数）")
@click.option("--executor", default="process", show_default=True, metavar="process|dask:地址", help="由谁执行")
@click.option("--resume", is_flag=True, help="接着上次未完成的批次做")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("docgen-batch"), show_default=True, help="批次日志与报告目录"
)
@click.option("--pdf/--no-pdf", default=True, show_default=True, help="同时生成 PDF/A")
@policy_option
@as_of_option
@by_option
@format_option
@click.pass_obj
def batch(
    settings: Settings,
    paths: tuple[str, ...],
    address: str,
    forms: str,
    workers: int | None,
    executor: str,
    resume: bool,
    out: Path,
    pdf: bool,
    policy: Path | None,
    as_of: str | None,
    by: str | None,
    form: str,
) -> int:
    """批量处理案卷：逐个检查、签发、归档；报告已归档、被拒绝（附理由）和出故障的案卷。

    可随时中断（Ctrl-C），再用 --resume 继续；重复执行不会重复归档。
    """
    chosen = settings.with_workspace(address)
    order = BatchOrder(
        chosen, wiring.operator(settings, by), _forms(chosen, forms), policy, pdf=pdf, as_of=moment(as_of)
    )
    with wiring.workspace(chosen):
        pass  # made and brought up to date once, before the workers meet in it
    sources = Sources(paths)
    started = time.monotonic()
    with (
        journal.opened(out / _JOURNAL, order.described(), resume=resume) as kept,
        _crew(executor, workers) as crew,
        _interruptible() as stopped,
    ):
        fault = _worked(order, sources, kept, crew, stopped)
        done = batch_report.Done(kept.tally, len(sources), time.monotonic() - started, interrupted=bool(stopped))
    write_files(out, batch_report.files(done))
    if form == "json":
        click.echo(json.dumps(batch_report.as_json(done), ensure_ascii=False))
    else:
        click.echo("\n".join(batch_report.lines(done, out)))
    if fault:
        raise fault
    return _exit_code(kept.tally, interrupted=bool(stopped))


def _worked(order: BatchOrder, sources: Sources, kept: Journal, crew: Crew, stopped: list[int]) -> BackendError | None:
    """Do what is not settled yet, with a line of progress; return the fault for which the batch had to stop."""
    started, done = time.monotonic(), 0

    def rate(_: object) -> str:
        return f"每秒 {done / max(time.monotonic() - started, 1e-3):.1f} 个"

    with click.progressbar(
        length=len(sources), label="批量归档", show_pos=True, item_show_func=rate, file=sys.stderr
    ) as bar:

        def left() -> Iterator[Item | Result]:
            for one in sources:
                if isinstance(one, Item) and kept.settled(one):
                    bar.update(1)
                else:
                    yield one

        size = crew.task_size(len(sources))
        try:
            for result in run(left(), partial(take, order), crew, size=size, cancelled=lambda: bool(stopped)):
                kept.add(result)
                done += 1
                bar.update(1, result)
        except BackendError as error:
            return error
    return None


def _crew(executor: str, workers: int | None) -> AbstractContextManager[Crew]:
    kind, _, address = executor.partition(":")
    if kind == "process" and not address:
        return processes(workers or os.cpu_count() or 1)
    if kind == "dask" and address:
        return dask(address)
    raise InputError("执行方式应为 process 或 dask:地址", remedy="例如 dask:tcp://10.0.0.5:8786", code="bad_executor")


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Gather Ctrl-C and requests to end instead of breaking off; a second one breaks off."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if received:
            raise click.Abort
        received.append(number)
        click.echo("\n正在结束：已开始的案卷做完即停，之后可用 --resume 继续", err=True)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _forms(settings: Settings, named: str) -> tuple[str, ...]:
    catalogue = wiring.catalogue(settings)
    return tuple(catalogue.get(name.strip()).spec.form_id for name in named.split(",") if name.strip())


def _exit_code(tally: Tally, *, interrupted: bool) -> int:
    if interrupted:
        return INTERRUPTED
    if any(tally.cases[state] for state in FAULTY):
        return FAILED
    return REFUSED if tally.cases[State.REFUSED] else 0
