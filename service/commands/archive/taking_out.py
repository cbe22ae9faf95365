"""Taking out: a case as folder, zip or bag."""

from pathlib import Path

import click

from docgen.archive import access, export, records, upkeep
from docgen.clock import SystemClock, day
from docgen.errors import InputError
from service import wiring
from service.archiving import archive_of
from service.commands.options import by_option
from service.export import write_file
from service.settings import Settings


@click.command("export")
@click.argument("case_no", metavar="案卷号")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="输出目录")
@click.option("--as", "form", type=click.Choice(["folder", "zip", "bag"]), default="folder", show_default=True)
@by_option
@click.pass_obj
def export_case(settings: Settings, case_no: str, out: Path, form: str, by: str | None) -> None:
    """导出一个案卷：文件夹、压缩包或 BagIt 包。"""
    clock = SystemClock()
    with archive_of(settings) as opened:
        top, files = export.case_folder(opened, case_no)
        if form == "zip":
            target = write_file(out, f"{top}.zip", export.zipped(files, top))
        else:
            supplier = upkeep.newest_case(opened, case_no).supplier.name
            bag = export.bagged(files, source=supplier, on=day(clock.now()), case_no=case_no)
            target = _write_folder(out / top, bag if form == "bag" else files)
        numbers = [record.archive_no for record in records.records(opened, case_no)]
        access.log(opened, numbers, act="export", by=wiring.operator(settings, by))
    click.echo(f"已导出 {target}")


def _write_folder(top: Path, files: export.Files) -> Path:
    if top.exists():
        raise InputError("输出目录中已有这个案卷", remedy="换一个输出目录", code="target_exists")
    for path, data in files:
        place = top / path
        write_file(place.parent, place.name, data)
    return top
