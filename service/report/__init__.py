"""检查报告: what a check found, printed for people inside the company as Word or HTML; never for the customer."""

from collections.abc import Sequence

from docgen.findings import CheckReport
from service.report import html, word
from service.report.content import About, Override, about, sheet

__all__ = ["About", "Override", "about", "report_docx", "report_html", "reports_docx", "reports_html"]

Reported = tuple[CheckReport, About, Sequence[Override]]
"""A report, what the readers should know besides, and the warnings set aside."""


def report_docx(report: CheckReport, about: About, overrides: Sequence[Override] = ()) -> bytes:
    """Print the report of one case as a Word file."""
    return reports_docx([(report, about, overrides)])


def report_html(report: CheckReport, about: About, overrides: Sequence[Override] = ()) -> str:
    """Print the report of one case as an HTML page that needs nothing else and runs nothing."""
    return reports_html([(report, about, overrides)])


def reports_docx(reported: Sequence[Reported]) -> bytes:
    """Print several reports in one Word file, each on pages of its own."""
    return word.printed([sheet(*one) for one in reported])


def reports_html(reported: Sequence[Reported]) -> str:
    """Print several reports in one HTML page, with links to each."""
    return html.printed([sheet(*one) for one in reported])
