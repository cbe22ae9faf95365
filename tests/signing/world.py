"""A contract page, an authority, and signers to test with; everything is made once and at a clock that stands still."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from docx import Document

from docgen.clock import SHANGHAI, Clock, FixedClock
from docgen.convert import open_converter
from docgen.signing.anchors import Anchor, locate
from docgen.signing.authority import Authority, Identity, establish
from docgen.signing.keys import BuiltinKeys, Credential
from docgen.signing.pades import Act, lay_out, sign
from docgen.signing.seals import DIAMETER, SealKind, seal, signature
from docgen.signing.timestamps import BuiltinTimestamper
from docgen.signing.trust import Trust, read_trust

SIGNED_AT = datetime(2026, 3, 2, 10, 20, tzinfo=SHANGHAI)
CUSTOMER = Identity("王建国", "示例科技有限公司", "总经理")
COMPANY = Identity("样板智能装备有限公司合同专用章", "样板智能装备有限公司")
PASSPHRASE = b"offline"


def contract(note: str = "本合同自双方签字并盖章之日起生效。") -> bytes:
    """Return the PDF/A of a one-page contract with its signature block."""
    document = Document()
    document.add_paragraph(note)
    table = document.add_table(rows=3, cols=2)
    for column, (party, name) in enumerate((("甲方", "示例科技有限公司"), ("乙方", "样板智能装备有限公司"))):
        rows = (f"{party}（盖章）：{name}", "法定代表人或授权代表（签字）：", "日期：")
        for row, text in enumerate(rows):
            table.cell(row, column).text = text
    target = io.BytesIO()
    document.save(target)
    converter = open_converter("rdocx:")
    try:
        return converter.convert(target.getvalue()).data
    finally:
        converter.close()


@dataclass(frozen=True)
class World:
    """One authority with its keys and time stamps."""

    folder: Path
    clock: Clock

    @property
    def authority(self) -> Authority:
        return Authority(self.folder, self.clock)

    @property
    def keys(self) -> BuiltinKeys:
        return BuiltinKeys(self.authority)

    @property
    def timestamper(self) -> BuiltinTimestamper:
        return BuiltinTimestamper(self.authority, self.clock)

    @property
    def trust(self) -> Trust:
        return read_trust((self.folder / "root.pem").read_bytes())

    def later(self, **span: float) -> "World":
        """The same authority, some time later."""
        return World(self.folder, FixedClock(self.clock.now() + timedelta(**span)))

    def signed_by_person(self, pdf: bytes, who: Identity = CUSTOMER, credential: Credential | None = None) -> bytes:
        credential = credential or self.keys.credential(who)
        drawing = signature(
            who.name, who.title, self.clock.now(), credential.serial, credential.mark, width=180, height=36
        )
        return sign(pdf, Act("customer-sign", credential, drawing, "同意签署"), self.timestamper, self.clock)

    def sealed(self, pdf: bytes, credential: Credential | None = None) -> bytes:
        credential = credential or self.keys.credential(COMPANY)
        drawing = seal(COMPANY.organisation, SealKind.CONTRACT, mark=credential.mark)
        return sign(pdf, Act("company-seal", credential, drawing, "同意签署"), self.timestamper, self.clock)


def found(folder: Path, clock: Clock | None = None, organisation: str = "演示机构") -> World:
    """Establish an authority in `folder`."""
    clock = clock or FixedClock(SIGNED_AT)
    establish(folder, organisation, clock, passphrase=PASSPHRASE)
    return World(folder, clock)


def laid_out(pdf: bytes) -> bytes:
    """Add the fields of the customer's signature and the company's seal at their labels."""
    person = locate(pdf, Anchor("法定代表人或授权代表（签字）", under="甲方（盖章）"))
    stamp = locate(pdf, Anchor("乙方（盖章）"))
    return lay_out(pdf, {"customer-sign": person.below(180, 36), "company-seal": stamp.over_name(DIAMETER)})
