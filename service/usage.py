"""A command line typed wrongly, said in one sentence with a code, as every other error is."""

import click

CODE = "usage"
"""Code of every error of this kind."""

EXIT_CODE = 4
"""Exit code: invalid input (interfaces.md)."""


def complain(error: click.ClickException, language: str) -> int:
    """Print to stderr what is wrong with the command line, and return the exit code; a bare group prints its help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    said = error.format_message() if language == "en" else _chinese(error)
    click.echo(f"{said} [{CODE}]", err=True)
    if language != "en":
        context = error.ctx if isinstance(error, click.UsageError) else None
        click.echo(f"建议：用法见 {context.command_path if context else 'docgen'} --help", err=True)
    return EXIT_CODE


def _chinese(error: click.ClickException) -> str:
    match error:
        case click.MissingParameter(param=click.Parameter() as parameter):
            said = f"缺少{_named(parameter)}"
        case click.NoSuchOption():
            said = f"没有选项 {error.option_name}"
        case click.BadOptionUsage():
            said = f"选项 {error.option_name} 缺少值，或不应有值"
        case click.BadParameter(param=click.Parameter(type=click.Choice() as choice) as parameter):
            said = f"{_named(parameter)} 的值不能用；可选：{'、'.join(map(str, choice.choices))}"
        case click.BadParameter(param=click.Parameter() as parameter):
            said = f"{_named(parameter)} 的值不能用"
        case click.UsageError(ctx=click.Context(command=click.Group() as group) as context):
            said = f"须给出下列命令之一：{'、'.join(group.list_commands(context))}"
        case _:
            said = "命令的写法不对"
    return said


def _named(parameter: click.Parameter) -> str:
    """Name an option as it is typed, an argument as the help calls it."""
    return (
        f"选项 {parameter.opts[0]}" if isinstance(parameter, click.Option) else f"参数 {parameter.human_readable_name}"
    )
