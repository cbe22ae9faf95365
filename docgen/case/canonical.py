"""The one byte form of a case file: what snapshots keep and what digests are taken of."""

import hashlib
import json

from docgen.case.casefile import CaseFile


def canonical_json(case: CaseFile) -> bytes:
    """Return the case as UTF-8 JSON with sorted keys and without defaults; `load_case` reads it back.

    Leaving defaults out keeps the digest of a case the same when the model gains an optional field.
    """
    plain = case.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def case_sha256(case: CaseFile) -> str:
    """Return the SHA-256 of the canonical JSON of the case."""
    return hashlib.sha256(canonical_json(case)).hexdigest()
