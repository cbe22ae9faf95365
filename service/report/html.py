"""The check report as one HTML page: no script, nothing loaded, every text escaped."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from service.report.content import Sheet


def printed(sheets: Sequence[Sheet]) -> str:
    """Return the page that shows these reports one after the other."""
    return _template().render(sheets=sheets)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("check_report.html")
