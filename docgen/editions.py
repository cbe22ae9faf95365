"""The three editions of a document (docs/adr/0002): one template, but other things must hold before each may leave."""

from enum import StrEnum


class Edition(StrEnum):
    """Editions in the order of a document's life: 审批稿, 签署件, 记录件 (forms.md section 1.7, process.md 4)."""

    DRAFT = "draft"
    SIGNING = "signing"
    RECORD = "record"

    def reached_by(self, other: "Edition") -> bool:
        """Tell whether a document of the edition `other` is this far or farther."""
        order = list(Edition)
        return order.index(other) >= order.index(self)
