"""Run the benchmarks one after the other and print their tables: `python -m benchmarks [--quick] [name …]`.

Everything is compared side by side in one run; the ratios count, the absolute figures depend on the machine. `--quick`
takes fewer cases where time goes by cases: some minutes in all instead of half an hour.
"""

import gc
import importlib
import os
import platform
import sys
from pathlib import Path

from service.cli import COLLECTING

NAMES = tuple(
    sorted(path.stem for path in Path(__file__).parent.glob("*.py") if "\ndef run(" in path.read_text(encoding="utf-8"))
)
QUICK: dict[str, dict[str, int]] = {
    "batch": {"cases": 100, "printed": 20, "handed": 1_000},
    "checking": {"generated": 10_000},
    "documents": {"cases": 100},
}
"""What the quick benchmarks are run with instead of their defaults."""


def main(arguments: list[str]) -> int:
    chosen, quick = [name for name in arguments if name != "--quick"], "--quick" in arguments
    unknown = sorted(set(chosen) - set(NAMES))
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 4
    gc.set_threshold(*COLLECTING)  # as in every command and in the service
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    for name in chosen or NAMES:
        print(f"\n## {name}\n", flush=True)
        print(importlib.import_module(f"benchmarks.{name}").run(**QUICK.get(name, {}) if quick else {}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
