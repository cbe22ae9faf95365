"""Options that several commands share."""

from datetime import datetime
from pathlib import Path

import click

from docgen.errors import InputError

cases_argument = click.argument("cases", nargs=-1, required=True, metavar="案卷…")
skip_bad_option = click.option("--skip-bad", is_flag=True, help="略过不能读取或不得列入的案卷，只在最后列出")
policy_option = click.option("--policy", type=click.Path(path_type=Path), help="公司规定文件（默认 rules/policy.yaml）")
by_option = click.option("--by", metavar="姓名", help="操作人（默认取 DOCGEN_OPERATOR）")
format_option = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
as_of_option = click.option(
    "--as-of", metavar="时间", help="评估时点，如 2024-12-31T18:00:00+08:00（默认取案卷所载，再默认现在）"
)


def moment(text: str | None, option: str = "--as-of") -> datetime | None:
    """Read the moment given to `option`, with its offset; raise `InputError` where it is not one."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InputError(f"{option} 不是带时区的时间", remedy="例如 2024-12-31T18:00:00+08:00", code="bad_moment")
    return at
