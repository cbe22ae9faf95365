"""Starting is quick: a check of a case file loads no database, no template engine, no converter, no signatures."""

import json
import subprocess
import sys

import click
import pytest

from service.cli import cli
from service.commands.archive import archive
from service.commands.lazy import LazyGroup
from tests.samples import sample

_HEAVY = {
    "sqlalchemy",
    "alembic",
    "docx",
    "docxtpl",
    "lxml",
    "matplotlib",
    "numpy",
    "pikepdf",
    "rdocx",
    "pyhanko",
    "flask",
}

_CHECK = """
import json, sys
from service.cli import main
code = main(["check", sys.argv[1]])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_a_check_loads_only_what_a_check_needs():
    done = subprocess.run(
        [sys.executable, "-c", _CHECK, str(sample("H01").case)], capture_output=True, text=True, check=True
    )
    code, loaded = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    assert "durable_rules_engine" in loaded
    assert _HEAVY.isdisjoint(loaded)


@pytest.mark.parametrize("group", [cli, archive], ids=lambda group: str(group.name))
def test_the_list_of_commands_says_what_each_says_of_itself(group: LazyGroup):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert command.help
        assert group.summary(name) == command.help.partition("\n")[0]


def test_listing_the_commands_loads_none_of_them():
    script = "import sys; from service.cli import main; main(['--help']); sys.exit('docgen.case' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
