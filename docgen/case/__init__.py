"""The case file: its entities, one module per stage of the manual, and the strict way to read them."""

from docgen.case.canonical import canonical_json, case_sha256
from docgen.case.casefile import CaseFile
from docgen.case.loader import load_case
from docgen.case.schema import json_schema

__all__ = ["CaseFile", "canonical_json", "case_sha256", "json_schema", "load_case"]
