"""Word templates: type-checked against the case model, compiled once, filled; the home of docxtpl and python-docx."""

from docgen.template.cache import TemplateCache
from docgen.template.check import Reads, check_template, reads
from docgen.template.compiled import CompiledTemplate, compile_template
from docgen.template.pictures import Picture
from docgen.template.values import Missing, Node
from docgen.template.walk import Fault

__all__ = [
    "CompiledTemplate",
    "Fault",
    "Missing",
    "Node",
    "Picture",
    "Reads",
    "TemplateCache",
    "check_template",
    "compile_template",
    "reads",
]
