"""Check a proof of the archive with Python alone: python verify_proof.py PROOF.json [FILE…] [--head SIZE:ROOT]."""

import hashlib
import json
import sys

arguments = sys.argv[1:]
published = arguments.pop(arguments.index("--head") + 1) if "--head" in arguments else None
arguments = [each for each in arguments if each != "--head"]
with open(arguments[0], encoding="utf-8") as file:  # noqa: PTH123 - for any Python 3
    proof = json.load(file)
sha256 = hashlib.sha256
entry, size, index = proof["entry"], proof["tree_size"], proof["leaf_index"]
found = sha256(b"\0" + sha256(entry.encode()).digest()).digest()  # the leaf: the ledger's hash of its entry
last = size - 1
for step in map(bytes.fromhex, proof["path"]):  # RFC 9162, 2.1.3.2
    left = index % 2 == 1 or index == last
    found = sha256(b"\1" + (step + found if left else found + step)).digest()
    while left and index % 2 == 0 and index:
        index, last = index // 2, last // 2
    index, last = index // 2, last // 2
faults = [] if last == 0 and found.hex() == proof["root"] else ["the path does not lead to the root"]
if published and published != f"{size}:{proof['root']}":
    faults.append("the root is not the published one")
named = {each["sha256"] for each in json.loads(entry[64:])["data"]["files"]}
for name in arguments[1:]:
    with open(name, "rb") as file:  # noqa: PTH123 - for any Python 3
        if sha256(file.read()).hexdigest() not in named:
            faults.append(name + " is not in the record")
print("; ".join(faults) or f"ok: {proof['record']} is entry {proof['leaf_index'] + 1} of {size}, root {proof['root']}")  # noqa: T201
sys.exit(7 if faults else 0)
