"""The JSON Schema of case files, for editors and for those who send cases over HTTP."""

import json
from typing import Any

from docgen.case.casefile import CaseFile

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `CaseFile`, every field titled in Chinese.

    It is a little stricter than the loader: text must be written as text (a phone number in quotes).
    """
    schema = CaseFile.model_json_schema()
    return {"$schema": _DIALECT, **schema, "title": "销售案卷"}


def schema_text() -> str:
    """Return the schema as it is kept in `docs/case.schema.json`."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
