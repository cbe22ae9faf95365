"""How errors leave the product: family of error → exit code, and one sentence with a code in Chinese or English."""

from docgen.errors import (
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
    InputError: 4,
    NotFoundError: 4,
    StateError: 4,
    DeclarationError: 5,
    BackendError: 6,
    IntegrityError: 7,
}
"""Exit code by family of error (interfaces.md)."""

_ENGLISH_FAMILY: dict[type[DocgenError], str] = {
    InputError: "The input cannot be accepted",
    NotFoundError: "What was asked for does not exist",
    StateError: "The present state does not allow this",
    DeclarationError: "A template, form, rule pack or policy is wrong",
    BackendError: "Something outside the program failed",
    IntegrityError: "Kept data is not what was recorded",
}


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
