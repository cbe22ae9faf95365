"""The table of laws that rules may cite: the document behind a short name, when it is in force, which articles."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from docgen.findings import LawReference

Article = Annotated[str, Field(pattern=r"^[1-9]\d{0,3}(之[一二三四五六七八九十])?$")]


class Law(BaseModel):
    """One version of a law; `unconfirmed` are articles whose text nobody has checked yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=40)
    document: str = Field(min_length=1, max_length=200)
    in_force_from: date
    in_force_to: date | None = None
    articles: tuple[Article, ...] = Field(min_length=1)
    unconfirmed: tuple[Article, ...] = ()
    note: str = ""

    def in_force(self, on: date) -> bool:
        """Tell whether this version is in force on a day."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


class LawTable(BaseModel):
    """All laws by short name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    laws: tuple[Law, ...] = Field(min_length=1)

    def by_name(self) -> Mapping[str, Law]:
        """Index the laws by short name."""
        return {law.name: law for law in self.laws}


def fault_in(reference: LawReference, laws: Mapping[str, Law]) -> str | None:
    """Say in Chinese what is wrong with a citation, None if nothing is."""
    law = laws.get(reference.name)
    if law is None:
        return f"法律表中没有“{reference.name[:40]}”"
    if reference.article not in law.articles:
        return f"法律表的{law.name}中没有第{reference.article[:10]}条"
    return None
