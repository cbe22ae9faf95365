"""Validators that are not ours, each asked for its verdict on one file."""

import subprocess
from pathlib import Path

from tests.signing import tampering


def ran(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False, timeout=60)
    return f"{done.returncode}\n{done.stdout.decode(errors='replace')}\n{done.stderr.decode(errors='replace')}"


def nss_store(root: Path, folder: Path) -> str:
    """Make a store of certificates that trusts `root`, for pdfsig."""
    store = f"sql:{folder}"
    ran("certutil", "-N", "-d", store, "--empty-password")
    ran("certutil", "-A", "-d", store, "-n", "root", "-t", "C,C,C", "-i", root)
    return store


def pdfsig_accepts(path: Path, store: str) -> bool:
    """Whether every signature is valid and trusted; pdfsig knows no document time stamps and passes them over."""
    said = ran("pdfsig", "-nssdir", store, path).split("Signature #")[1:]
    signatures = [one for one in said if "not signed" not in one and "Signature Type: unknown" not in one]
    sound = ("Signature is Valid.", "Certificate is Trusted.")
    return bool(signatures) and all(words in one for one in signatures for words in sound)


def openssl_accepts(pdf: bytes, authority: Path, folder: Path) -> bool:
    """Whether `openssl cms` and `openssl ts` accept every signature and document time stamp over its range."""
    ranges = [tuple(int(edge) for edge in match.groups()) for match in tampering.RANGE.finditer(pdf)]
    values = list(tampering.CONTENTS.finditer(pdf))
    if not ranges or len(ranges) != len(values):
        return False
    for (begin, first, start, rest), value in zip(ranges, values, strict=True):
        (folder / "data").write_bytes(pdf[begin : begin + first] + pdf[start : start + rest])
        try:
            (folder / "der").write_bytes(bytes.fromhex(value.group(1).decode()))
        except ValueError:
            return False
        given = ("-CAfile", authority / "root.pem")
        if b"/ETSI.RFC3161" in pdf[value.start() - 400 : value.start()] + pdf[value.end() : value.end() + 400]:
            command = ("openssl", "ts", "-verify", "-token_in", "-in", folder / "der", "-data", folder / "data")
            said = ran(*command, *given, "-untrusted", authority / "issuing.pem")
        else:
            command = ("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any")
            said = ran(*command, *given, "-in", folder / "der", "-content", folder / "data", "-out", folder / "out")
        if not said.startswith("0\n"):
            return False
    return True


def qpdf_accepts(path: Path) -> bool:
    return ran("qpdf", "--check", path).startswith("0\n")


def independent_verdicts(pdf: bytes, authority: Path, folder: Path, store: str = "") -> dict[str, bool]:
    """Ask pdfsig, openssl and qpdf for `pdf`; `authority` is the folder of the one that counts as trusted."""
    path = folder / "asked.pdf"
    path.write_bytes(pdf)
    store = store or nss_store(authority / "root.pem", folder)
    return {
        "pdfsig": pdfsig_accepts(path, store),
        "openssl": openssl_accepts(pdf, authority, folder),
        "qpdf": qpdf_accepts(path),
    }
