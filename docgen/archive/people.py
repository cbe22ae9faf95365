"""Telling people apart where an act needs two of them."""

import unicodedata


def same_person(name: str) -> str:
    """Return a name as it is compared: width, case and blanks do not make another person."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
