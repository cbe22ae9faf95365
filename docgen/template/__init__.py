"""Word templates: type-checked against the case model, compiled once, filled; the home of docxtpl and python-docx."""

from docgen.template.compiled import CompiledTemplate, compile_template
from docgen.template.values import Missing, Node

__all__ = ["CompiledTemplate", "Missing", "Node", "compile_template"]
