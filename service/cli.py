"""The command line: `docgen`. Every error leaves as a sentence with a code, never as a traceback."""

import atexit
import gc
import sys
import traceback
from itertools import islice

import click

from docgen.errors import DocgenError
from service.commands.lazy import LazyGroup
from service.problems import exit_code, sentences
from service.settings import Settings, from_environment
from service.usage import complain

COMMANDS = {
    "archive": "archive:archive",
    "audit": "audit:audit_command",
    "batch": "batch:batch",
    "case": "case:case",
    "check": "check:check",
    "contract": "contract:contract",
    "db": "db:db",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "forms": "forms:forms",
    "issue": "issue:issue",
    "ledger": "ledger:ledger",
    "precheck": "precheck:precheck_command",
    "rules": "rules:rules",
    "serve": "serve:serve",
    "sign": "sign:sign",
    "user": "user:user",
    "verify": "verify:verify",
    "void": "issue:void",
    "worklist": "worklist:worklist",
}
"""Every command and where it stands in `service.commands`; loaded when asked for, so that starting is quick."""


COLLECTING = (100_000, 20, 20)
"""Objects between two searches for garbage: a command is short, and searching more often costs a twentieth of it."""


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    package="service.commands",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
@click.option(
    "--workspace", help="工作区：目录（默认 docgen-data/）或 postgresql:// 地址（文件存放处由 DOCGEN_STORE 指明）"
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="错误信息的语言")
@click.option("--debug", is_flag=True, help="出错时显示程序内部的调用栈")
@click.pass_context
def cli(context: click.Context, workspace: str | None, lang: str, debug: bool) -> None:
    """销售案卷：检查、签发、归档。"""  # noqa: D415 - the Chinese help text
    settings = from_environment()
    context.obj = settings.with_workspace(workspace) if workspace else settings
    context.meta["language"] = lang
    context.meta["debug"] = debug


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code (interfaces.md)."""
    general, others = _parted(sys.argv[1:] if arguments is None else arguments)
    gc.set_threshold(*COLLECTING)
    if arguments is None:  # the process ends with this command: it need not look through its memory for garbage
        atexit.register(gc.freeze)
    language = "en" if "--lang=en" in general else "zh"
    try:
        return int(cli.main([*general, *others], prog_name="docgen", standalone_mode=False) or 0)
    except DocgenError as error:
        if "--debug" in general:
            traceback.print_exc()
        for line in sentences(error, language):
            click.echo(line, err=True)
        return exit_code(error)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("已中断 [aborted]", err=True)
        return 130
    except click.ClickException as error:
        return complain(error, language)
    except Exception:  # noqa: BLE001 - the outermost edge: nobody should meet a traceback
        if "--debug" in general:
            traceback.print_exc()
        click.echo("程序内部错误，未完成任何写入；请用 --debug 重试并把输出交给维护者 [internal]", err=True)
        return 1


def _parted(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Part the options of every command from the rest: people write `docgen issue … --workspace DIR`, too."""
    general: list[str] = []
    others: list[str] = []
    given = iter(arguments)
    for argument in given:
        if argument == "--":
            others += [argument, *given]
        elif argument in {"--workspace", "--lang"}:
            general.append("=".join([argument, *islice(given, 1)]))
        elif argument == "--debug" or argument.startswith(("--workspace=", "--lang=")):
            general.append(argument)
        else:
            others.append(argument)
    return general, others


def settings_of(context: click.Context) -> Settings:
    """Return the settings of this run."""
    settings = context.find_object(Settings)
    assert settings is not None
    return settings


if __name__ == "__main__":
    sys.exit(main())
