"""The pre-check of contracts: how many clauses are found on labelled contracts, and how fast a long one is read."""

import resource
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from docgen.precheck.clauses import Status
from docgen.precheck.scan import scan
from docgen.precheck.source import read_contract
from rules.precheck import shipped_detectors
from tests.precheck.evaluation import composed
from tests.precheck.measuring import TODAY, measure

_PAGE = 800
_PAGES = 40
_ROUNDS = 5


def run(contracts: int = 1_000) -> str:
    """Return tables of precision and recall by clause, of speed, and of memory over many contracts."""
    return "\n\n".join([*(_detection(half) for half in ("tuning", "held")), _speed(), _many(contracts)])


def _detection(half: str) -> str:
    result = measure(composed(half, 120, seed=11))
    lines = [f"{half} wordings, 120 contracts   found unsure missing | not there: missing unsure found"]
    for clause in sorted(result.present | result.absent):
        there, lacking = result.present.get(clause, Counter()), result.absent.get(clause, Counter())
        counted = [there[status] for status in (Status.FOUND, Status.UNSURE, Status.MISSING)]
        counted += [lacking[status] for status in (Status.MISSING, Status.UNSURE, Status.FOUND)]
        lines.append(f"{clause:24}" + "".join(f"{number:7}" for number in counted))
    shares = [result.share(result.present, status) for status in (Status.FOUND, Status.UNSURE, Status.MISSING)]
    shares += [result.share(result.absent, status) for status in (Status.MISSING, Status.UNSURE, Status.FOUND)]
    return "\n".join([*lines, f"{'all':24}" + "".join(f"{share:7.1%}" for share in shares)])


def _long() -> bytes:
    text = "\n".join(contract.text for contract in composed("held", 60))
    return text[: _PAGE * _PAGES].encode()


def _speed() -> str:
    data, times = _long(), []
    for _ in range(_ROUNDS):
        start = time.process_time()
        scan(read_contract(data), shipped_detectors(), TODAY)
        times.append(time.process_time() - start)
    return f"{_PAGES} pages ({_PAGE * _PAGES} characters): {sorted(times)[_ROUNDS // 2] * 1000:.0f} ms CPU"


def _one(number: int) -> int:
    (contract,) = composed("held", 1, seed=number)
    scan(read_contract(contract.text.encode()), shipped_detectors(), TODAY)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _many(contracts: int) -> str:
    start = time.monotonic()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        peaks = list(pool.map(_one, range(contracts), chunksize=20))
    took = time.monotonic() - start
    first, last = max(peaks[: contracts // 10]), max(peaks)
    return (
        f"{contracts} contracts over all cores: {took:.1f} s, peak {last // 1024} MiB (first tenth {first // 1024} MiB)"
    )
