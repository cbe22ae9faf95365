"""What requests look like: bounded, strict, every field with its Chinese title."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

CASE_NO = r"^XS[0-9]{4}-[0-9]{4}$"
FORM = r"^[a-z][a-z0-9_]{2,59}$"
UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
Short = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Long = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]


class Shape(BaseModel):
    """Base of everything a request may hold; nothing unknown is taken, and no message repeats what was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    named: ClassVar[dict[str, type["Shape"]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **attributes: object) -> None:
        """Register the shape, so that its titles can be found by its name."""
        super().__pydantic_init_subclass__(**attributes)
        Shape.named[cls.__name__] = cls


class Address(BaseModel):
    """Base of what stands in the path of an address."""

    model_config = ConfigDict(hide_input_in_errors=True)


class CasePath(Address):
    """The address of a case."""

    case_no: str = Field(title="案卷号", pattern=CASE_NO)


class Window(Shape):
    """Which part of a list is wanted."""

    limit: int = Field(50, title="每页条数", ge=1, le=200)
    offset: int = Field(0, title="跳过条数", ge=0, le=1_000_000)


def title_of(shape: str, location: tuple[str | int, ...]) -> str:
    """Return the title of a field of a shape named; its own name where there is none."""
    known = Shape.named.get(shape)
    for step in location:
        if known and isinstance(step, str) and step in known.model_fields:
            return known.model_fields[step].title or step
    return str(location[-1]) if location else "请求"
