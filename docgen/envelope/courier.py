"""How links and codes reach a signer, and nobody else: the port, and an outbox for demonstration and acceptance.

The sender gets neither: whoever delivers must reach the signer alone, and the code by another way than the link.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from docgen.clock import SHANGHAI
from docgen.envelope.definition import Person
from docgen.errors import BackendError, DeclarationError, failure
from docgen.masking import masked_email, masked_phone


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a signer is sent: a link's secret `token` (single-use), for which documents, from whom, until when."""

    envelope_id: str
    signer: str
    titles: tuple[str, ...]
    sender: str
    token: str
    expires_at: datetime
    reminder: bool


@dataclass(frozen=True, slots=True)
class Passcode:
    """A one-time code, and what it is for: the documents by title, and the beginning of their digest."""

    envelope_id: str
    signer: str
    titles: tuple[str, ...]
    digest: str
    code: str
    expires_at: datetime


class Courier(Protocol):
    """Delivers to a signer by two channels: links by the first, one-time codes by the second."""

    def channels(self, to: Person) -> tuple[str, str]:
        """Name both channels as evidence does, masked; raise `StateError` (`no_address`) where one is missing."""
        ...

    def invite(self, to: Person, invitation: Invitation) -> None:
        """Deliver a link; raise `BackendError` (`not_delivered`) where it cannot."""
        ...

    def send_code(self, to: Person, passcode: Passcode) -> None:
        """Deliver a one-time code; raise `BackendError` (`not_delivered`) where it cannot."""
        ...


class Outbox:
    """Writes each message as a file that only its owner reads: for demonstration, acceptance and tests."""

    def __init__(self, folder: Path) -> None:
        """Write into `folder`."""
        self._folder = folder

    def channels(self, to: Person) -> tuple[str, str]:
        """Name the addresses that a message would go to; the outbox needs none."""
        return (
            f"邮件 {masked_email(to.email)}" if to.email else "发件箱（链接）",
            f"短信 {masked_phone(to.phone)}" if to.phone else "发件箱（验证码）",
        )

    def invite(self, to: Person, invitation: Invitation) -> None:
        """Write an invitation."""
        self._write("link", to, asdict(invitation))

    def send_code(self, to: Person, passcode: Passcode) -> None:
        """Write a code."""
        self._write("code", to, asdict(passcode))

    def newest(self, kind: str, envelope_id: str, signer: str) -> dict[str, str] | None:
        """Return the last message of a kind (`link`, `code`) to a signer; None where there is none."""
        found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(self._folder.glob(f"*-{kind}.json"))]
        mine = [one for one in found if (one["envelope_id"], one["signer"]) == (envelope_id, signer)]
        return mine[-1] if mine else None

    def _write(self, kind: str, to: Person, message: dict[str, object]) -> None:
        text = json.dumps({"to": to.model_dump(), **message}, ensure_ascii=False, indent=1, default=_instant)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number = sum(1 for _ in self._folder.iterdir()) + 1
            path = self._folder / f"{number:06d}-{uuid4().hex[:8]}-{kind}.json"
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise BackendError(
                f"通知没有送达：{failure(error)}", code="not_delivered", remedy="检查发件箱目录后用 remind 重新发送"
            ) from error


def open_courier(uri: str) -> Courier:
    """Open the courier that `uri` names: `outbox:FOLDER`.

    Raises:
        DeclarationError: there is no such courier (`courier_unknown`).
    """
    parts = urlsplit(uri)
    if parts.scheme != "outbox" or not parts.path:
        raise DeclarationError("没有这种通知方式", code="courier_unknown", remedy="可用的有 outbox:目录")
    return Outbox(Path(unquote(parts.path)))


def _instant(value: object) -> str:
    assert isinstance(value, datetime)
    return value.astimezone(SHANGHAI).isoformat()
