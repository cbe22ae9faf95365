"""What every test may use: the marker `tool(name)` for tests that need a program of the system.

Generated tests try the same examples in every run, so that a failure belongs to the change; `DOCGEN_EXPLORE=1` looks
for new ones.
"""

import os
import shutil

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("DOCGEN_EXPLORE") == "1" else "ci")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is not installed; fail it where `DOCGEN_REQUIRE_TOOLS=1` says that all must be."""
    for marker in item.iter_markers("tool"):
        (name,) = marker.args
        if shutil.which(name) is None:
            reason = f"the program {name} is not installed"
            if os.environ.get("DOCGEN_REQUIRE_TOOLS") == "1":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
