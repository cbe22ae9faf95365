"""How much memory this process has."""

from pathlib import Path
from resource import RUSAGE_SELF, getrusage

_PAGE = 4096


def resident() -> float:
    """Return the resident memory of this process in MiB; where the system does not tell, the most it ever was."""
    status = Path("/proc/self/statm")
    if status.is_file():
        return int(status.read_text(encoding="ascii").split()[1]) * _PAGE / 2**20
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024
