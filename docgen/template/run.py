"""One rendering in progress: what it may still spend, what it found missing, what its output needs afterwards."""

from collections.abc import Callable, Iterator, Mapping, Sized
from itertools import islice
from typing import Any, cast

from docxtpl import InlineImage
from jinja2.runtime import Context

from docgen.errors import InputError
from docgen.template.pictures import Picture, Slot
from docgen.template.source import SourcePart
from docgen.template.values import Missing

__all__ = ["MAX_ITERATIONS", "MAX_OUTPUT", "Run", "RunContext", "run_of"]

MAX_OUTPUT = 64_000_000
"""Most characters all parts of one document may have together."""
MAX_ITERATIONS = 500_000
"""Most loop passes one rendering may make."""
LONG = 4_096
"""Values longer than this are counted one by one."""


class Run:
    """The mutable state of one call of render: never shared between threads."""

    __slots__ = (
        "draw",
        "in_attributes",
        "iterations",
        "link",
        "missing",
        "output",
        "part",
        "pictures",
        "raw",
        "slots",
        "special",
    )

    part: SourcePart
    """The part being filled."""

    def __init__(
        self, draw: Callable[[InlineImage], str], link: Callable[[str], None], slots: Mapping[str, Slot]
    ) -> None:
        """Start with `draw`, which returns the XML of an image, and `link`, which refuses XML with unknown links.

        `slots` are the places for charts; those that get printed gather in `pictures`, by their files.
        """
        self.draw, self.link, self.slots = draw, link, slots
        self.pictures: dict[str, Picture] = {}
        self.iterations, self.output = MAX_ITERATIONS, MAX_OUTPUT
        self.missing: dict[str, Missing] = {}

    def begin(self, part: SourcePart, *, in_attributes: bool) -> None:
        """Begin with `part`; `in_attributes` says that it prints in attributes of the XML."""
        self.part, self.in_attributes = part, in_attributes
        self.special = False  # line breaks or tabs were printed
        self.raw = False  # something was printed that may break the XML

    def charge_output(self, characters: int) -> None:
        """Count `characters` of output; raise InputError `output_too_large` beyond the limit."""
        self.output -= characters
        if self.output < 0:
            raise InputError(f"生成的文件过大（超过 {MAX_OUTPUT // 1_000_000} 兆字符）", code="output_too_large")

    def charge_iterations(self, passes: int) -> None:
        """Count `passes` of a loop; raise InputError `too_many_iterations` beyond the limit."""
        self.iterations -= passes
        if self.iterations < 0:
            raise InputError("模板的循环次数超过上限", code="too_many_iterations")

    def counted(self, iterable: object) -> object:
        """Return `iterable` with its passes charged: at once where its length is known, else one by one."""
        if isinstance(iterable, Sized):
            self.charge_iterations(len(iterable))
            return iterable
        return self._one_by_one(iterable)

    def _one_by_one(self, iterable: object) -> Iterator[object]:
        for member in cast("Any", iterable):
            self.charge_iterations(1)
            yield member

    def joined(self, chunks: Iterator[str], longest: int) -> str:
        """Return all `chunks` as one string, none of the template's own longer than `longest` characters."""
        at_once = max(1, min(LONG, 4_000_000 // (longest + 1)))
        blocks = []
        while block := "".join(islice(chunks, at_once)):
            self.charge_output(len(block))
            blocks.append(block)
        return blocks[0] if len(blocks) == 1 else "".join(blocks)


class RunContext(Context):
    """A Jinja context that knows its run, and hands it on to the contexts derived from it."""

    run: Run

    def derived(self, locals: dict[str, Any] | None = None) -> "RunContext":  # noqa: A002 - Jinja's name
        """Return a context for an inner scope."""
        inner = cast("RunContext", super().derived(locals))
        inner.run = self.run
        return inner


def run_of(context: Context) -> Run:
    """Return the run that `context` belongs to."""
    return cast("RunContext", context).run
