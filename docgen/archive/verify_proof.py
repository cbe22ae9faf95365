"""Check a proof with Python alone: python verify_proof.py PROOF.json [SIZE:ROOT, a published head] [FILE…]."""

import json
import sys
from hashlib import sha256


def faults(proof: dict[str, str], *others: str) -> list[str]:
    """Return what is wrong: the path from entry to root (RFC 9162, 2.1.3.2), the published head, the files."""
    index, size = int(proof["leaf_index"]), int(proof["tree_size"])
    found, last = sha256(b"\0" + sha256(proof["entry"].encode()).digest()).digest(), size - 1
    for step in map(bytes.fromhex, proof["path"]):
        left = index % 2 == 1 or index == last
        found = sha256(b"\1" + (step + found if left else found + step)).digest()
        while left and index % 2 == 0 and index:
            index, last = index // 2, last // 2
        index, last = index // 2, last // 2
    wrong = [] if last == 0 and found.hex() == proof["root"] else ["the path does not lead to the root"]
    said = json.loads(proof["entry"][64:])["data"]
    named = [f"{size}:{proof['root']}", said["archive_no"], *(one["sha256"] for one in said["files"])]
    return wrong + [f"not in the proof: {other}" for other in (proof["record"], *others) if other not in named]


if __name__ == "__main__":
    given = [one if ":" in one else sha256(open(one, "rb").read()).hexdigest() for one in sys.argv[2:]]  # noqa: PTH123, SIM115
    proof = json.load(open(sys.argv[1], encoding="utf-8"))  # noqa: PTH123, SIM115
    wrong = faults(proof, *given)
    print(*wrong or ["ok", proof["record"], "under", f"{proof['tree_size']}:{proof['root']}"])  # noqa: T201
    sys.exit(7 if wrong else 0)
