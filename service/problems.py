"""How errors leave the product: by family an exit code and an HTTP status, and one sentence with a code."""

from docgen.errors import (
    AccessError,
    BackendError,
    DeclarationError,
    DocgenError,
    InputError,
    IntegrityError,
    NotFoundError,
    StateError,
)

REFUSED = 3
"""Exit code of a check with a fail, or of a refused form."""

EXIT_CODES: dict[type[DocgenError], int] = {
    AccessError: 4,
    InputError: 4,
    NotFoundError: 4,
    StateError: 4,
    DeclarationError: 5,
    BackendError: 6,
    IntegrityError: 7,
}
"""Exit code by family of error (interfaces.md)."""

HTTP_STATUSES: dict[type[DocgenError], int] = {
    AccessError: 403,
    InputError: 422,
    NotFoundError: 404,
    StateError: 409,
    DeclarationError: 500,
    BackendError: 503,
    IntegrityError: 500,
}
"""HTTP status by family of error; `_STATUSES_OF_CODES` are the exceptions."""

_STATUSES_OF_CODES = {
    "not_logged_in": 401,
    "bad_key": 401,
    "blocked": 429,
    "signer_missing": 409,
    "timestamper_missing": 409,
    "trust_missing": 409,
    "edited_meanwhile": 412,
    "revision_required": 428,
    "too_large": 413,
    "not_json": 415,
    "unsupported_media": 415,
}

_ENGLISH_FAMILY: dict[type[DocgenError], str] = {
    AccessError: "This is not yours to do",
    InputError: "The input cannot be accepted",
    NotFoundError: "What was asked for does not exist",
    StateError: "The present state does not allow this",
    DeclarationError: "A template, form, rule pack or policy is wrong",
    BackendError: "Something outside the program failed",
    IntegrityError: "Kept data is not what was recorded",
}


def http_status(error: DocgenError) -> int:
    """Return the HTTP status of `error`."""
    if error.code in _STATUSES_OF_CODES:
        return _STATUSES_OF_CODES[error.code]
    return next((status for family, status in HTTP_STATUSES.items() if isinstance(error, family)), 500)


def exit_code(error: DocgenError) -> int:
    """Return the exit code of the family of `error`."""
    return next((code for family, code in EXIT_CODES.items() if isinstance(error, family)), 1)


def sentences(error: DocgenError, language: str) -> tuple[str, ...]:
    """Return what to print for `error`: the sentence with its code, then one line per detail, then the remedy."""
    if language == "en":
        family = next((text for kind, text in _ENGLISH_FAMILY.items() if isinstance(error, kind)), "Error")
        lines = [f"{family} [{error.code}]"]
        lines += [f"  {detail.path}{f' [{detail.code}]' if detail.code else ''}" for detail in error.details]
        return tuple(lines)
    lines = [f"{error.message} [{error.code}]"]
    for detail in error.details:
        named = detail.path and detail.label and detail.label != detail.path
        place = f"{detail.path}（{detail.label}）" if named else detail.path or detail.label
        lines.append(f"  {place}：{detail.message}" if place else f"  {detail.message}")
    if error.remedy:
        lines.append(f"建议：{error.remedy}")
    return tuple(lines)
