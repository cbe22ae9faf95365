"""Starting is quick: a check of a case file loads no database, no template engine, no converter, no signatures."""

import json
import subprocess
import sys

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
