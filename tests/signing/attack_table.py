"""Print which validator notices which attack, for docs/security.md: `python -m tests.signing.attack_table`."""

import logging
import sys
import tempfile
from pathlib import Path

from docgen.clock import SystemClock
from docgen.signing.verify import verify
from tests.signing.independent import independent_verdicts, nss_store
from tests.signing.test_attacks import ATTACKS
from tests.signing.test_verify import TAMPERED
from tests.signing.world import contract, found, laid_out


def main() -> None:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        world = found(folder / "authority", SystemClock())
        signed = world.signed_by_person(laid_out(contract()))
        (folder / "nss").mkdir()
        store = nss_store(world.folder / "root.pem", folder / "nss")
        files = {"(unaltered)": signed}
        files |= {change.__name__.replace("_", " "): change(signed) for change in TAMPERED}
        files |= {name: attack(signed) for name, (attack, _) in ATTACKS.items()}
        validators = ("ours", "pdfsig", "openssl", "qpdf")
        noticed = dict.fromkeys(validators, 0)
        rows = []
        for name, pdf in files.items():
            accepts = {"ours": verify(pdf, world.trust).valid} | independent_verdicts(pdf, world.folder, folder, store)
            rows.append(
                f"| {name} | " + " | ".join("accepts" if accepts[one] else "refuses" for one in validators) + " |"
            )
            for one in validators:
                noticed[one] += name != "(unaltered)" and not accepts[one]
        lines = [f"| file | {' | '.join(validators)} |", "| --- " * 5 + "|", *rows]
        total = [f"| **refused of {len(files) - 1}** | " + " | ".join(str(noticed[one]) for one in validators) + " |"]
        sys.stdout.write("\n".join(lines + total) + "\n")


if __name__ == "__main__":
    main()
