"""`python -m service.docs [--check]`: draw and write the documents, or tell whether they have drifted."""

import sys
from collections.abc import Sequence

import click

from docgen.errors import DocgenError
from service.docs import check, draw, write
from service.problems import exit_code, sentences
from service.settings import ROOT


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    folder = ROOT / "docs"
    try:
        if "--check" in arguments:
            check(folder)
        else:
            draw(folder)
            for name in write(folder):
                click.echo(f"已写入 docs/{name}")
    except DocgenError as error:
        for line in sentences(error, "zh"):
            click.echo(line, err=True)
        return exit_code(error)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
