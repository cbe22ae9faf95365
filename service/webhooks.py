"""Telling other programs of events: signed (Standard Webhooks), tried again for a day, and only where it is safe.

What is told are the events of the log, so that none is lost; the secret of an address is derived, never kept.
Rule: only https, and only to addresses of the internet, unless the host is one that the settings name; the address
that was looked at is the one that is connected to, and redirections are not followed.
"""

import base64
import ipaddress
import json
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, urlsplit
from uuid import uuid4

import httpx
import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Signer

from docgen.clock import Clock
from docgen.db import delivery as tables
from docgen.db.engine import Database
from docgen.db.models import Event
from docgen.errors import DocgenError, InputError, NotFoundError
from service.secret import Secret

DELAYS = tuple(timedelta(seconds=each) for each in (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600))
"""Waits between attempts; after the last one it is given up."""
_LOOK_EVERY = 2.0
_TIMEOUT = 10.0
_AT_ONCE = 50
_OK = range(200, 300)
_log = structlog.get_logger("docgen.webhook")


@dataclass(frozen=True, slots=True)
class KeptWebhook:
    """An address that is told of events of some kinds (none named: of all)."""

    id: str
    url: str
    kinds: tuple[str, ...]
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KeptDelivery:
    """One event told to one address, and how that went."""

    id: int
    event_seq: int
    attempts: int
    next_at: datetime | None
    delivered_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class _Due:
    id: int
    webhook_id: str
    url: str
    seq: int
    kind: str
    case_no: str
    subject: str
    at: datetime


class Webhooks:
    """The addresses of a workspace that are told of events."""

    def __init__(self, database: Database, clock: Clock, secret: Secret, inner: frozenset[str]) -> None:
        """Take the database and the names of the `inner` hosts that may be told, too."""
        self._database, self._clock, self._secret, self._inner = database, clock, secret, inner
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, url: str, kinds: Sequence[str], account_id: int) -> tuple[KeptWebhook, str]:
        """Tell `url` of what happens from now on; return it with the secret that its messages are signed with.

        Raises:
            InputError: it may not be told (`unsafe_target`).
        """
        self._target(url)
        with self._database.writing() as session:
            row = tables.Webhook(
                id=str(uuid4()),
                account_id=account_id,
                url=url,
                kinds=sorted(set(kinds)),
                active=True,
                cursor=session.scalar(select(func.max(Event.seq))) or 0,
                created_at=self._clock.now(),
            )
            session.add(row)
            session.flush()
            return _kept(row), self._key(row.id)

    def all(self) -> tuple[KeptWebhook, ...]:
        """Return every address."""
        with self._database.reading() as session:
            return tuple(_kept(row) for row in session.scalars(select(tables.Webhook)))

    def stop(self, webhook_id: str) -> None:
        """Tell an address no more."""
        with self._database.writing() as session:
            _row(session, webhook_id).active = False

    def deliveries(self, webhook_id: str) -> tuple[KeptDelivery, ...]:
        """Return the last deliveries to an address, the newest first."""
        table = tables.Delivery
        query = select(table).where(table.webhook_id == webhook_id).order_by(table.id.desc()).limit(200)
        with self._database.reading() as session:
            _row(session, webhook_id)
            return tuple(
                KeptDelivery(one.id, one.event_seq, one.attempts, one.next_at, one.delivered_at, one.outcome)
                for one in session.scalars(query)
            )

    def run(self) -> None:
        """Deliver in the background until closed; one process of a service does it."""
        self._thread = threading.Thread(target=self._loop, name="webhooks", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the delivery at hand."""
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout=2 * _TIMEOUT)

    def deliver(self) -> int:
        """Make deliveries of the events that came, and attempt those that are due; return how many."""
        now = self._clock.now()
        with self._database.reading() as session:
            last = session.scalar(select(func.max(Event.seq))) or 0
            behind = session.scalar(select(func.count()).where(tables.Webhook.active, tables.Webhook.cursor < last))
        if behind:
            with self._database.writing() as session:
                self._plan(session, last, now)
        with self._database.reading() as session:
            due = self._due(session, now)
        for one in due:
            self._attempt(one)
        return len(due)

    def _loop(self) -> None:
        while not self._stopping.wait(_LOOK_EVERY):
            try:
                self.deliver()
            except DocgenError as error:
                _log.error("deliveries_failed", code=error.code)

    @staticmethod
    def _plan(session: Session, last: int, now: datetime) -> None:
        for row in session.scalars(select(tables.Webhook).where(tables.Webhook.active)):
            fresh = select(Event.seq, Event.kind).where(Event.seq > row.cursor, Event.seq <= last)
            for event in session.execute(fresh):
                if not row.kinds or event.kind in row.kinds:
                    session.add(
                        tables.Delivery(webhook_id=row.id, event_seq=event.seq, attempts=0, next_at=now, outcome="")
                    )
            row.cursor = last

    @staticmethod
    def _due(session: Session, now: datetime) -> list[_Due]:
        query = (
            select(tables.Delivery.id, tables.Webhook.id.label("hook"), tables.Webhook.url, Event)
            .join(tables.Webhook, tables.Webhook.id == tables.Delivery.webhook_id)
            .join(Event, Event.seq == tables.Delivery.event_seq)
            .where(tables.Delivery.next_at <= now, tables.Webhook.active)
            .order_by(tables.Delivery.id)
            .limit(_AT_ONCE)
        )
        return [
            _Due(
                row.id,
                row.hook,
                row.url,
                row.Event.seq,
                row.Event.kind,
                row.Event.case_no,
                row.Event.subject,
                row.Event.at,
            )
            for row in session.execute(query)
        ]

    def _attempt(self, due: _Due) -> None:
        now = self._clock.now()
        if not self._claimed(due, now):
            return
        try:
            status = self._send(due, now)
            outcome, good = f"HTTP {status}", status in _OK
        except InputError as error:
            outcome, good = error.message, False
        except httpx.HTTPError as error:
            outcome, good = type(error).__name__, False
        with self._database.writing() as session:
            row = session.get_one(tables.Delivery, due.id)
            row.attempts += 1
            row.outcome = outcome
            row.delivered_at = now if good else None
            row.next_at = None if good or row.attempts > len(DELAYS) else now + DELAYS[row.attempts - 1]

    def _claimed(self, due: _Due, now: datetime) -> bool:
        """Take a delivery for this process; several processes of a service look for what is due."""
        with self._database.writing() as session:
            row = session.get_one(tables.Delivery, due.id)
            if row.next_at is None or row.next_at > now:
                return False
            row.next_at = now + timedelta(seconds=6 * _TIMEOUT)
            return True

    def _send(self, due: _Due, now: datetime) -> int:
        parts, address = self._target(due.url)
        message = f"evt_{due.seq}"
        data = {"seq": due.seq, "case_no": due.case_no, "subject": due.subject}
        body = json.dumps({"type": due.kind, "timestamp": due.at.isoformat(), "data": data}, ensure_ascii=False)
        headers = {
            "Content-Type": "application/json",
            "Host": parts.netloc,
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(self._key(due.webhook_id)).sign(message, now.astimezone(UTC), body),
        }
        host = f"[{address}]" if ":" in address else address
        port = f":{parts.port}" if parts.port else ""
        url = parts._replace(netloc=host + port).geturl()
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client:
            extensions = {"sni_hostname": parts.hostname}
            with client.stream("POST", url, content=body.encode(), headers=headers, extensions=extensions) as response:
                return response.status_code

    def _target(self, url: str) -> tuple[SplitResult, str]:
        """Return the parts of an address and the number to connect to; raise `InputError` where that is not safe."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise _unsafe("地址写法不正确") from None
        inner = host in self._inner
        if not host or parts.username or parts.password or parts.fragment or (parts.scheme != "https" and not inner):
            raise _unsafe("须为不含口令的 https 地址")
        try:
            found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise _unsafe("主机名无法解析") from None
        numbers = [str(one[4][0]) for one in found]
        if not inner and not all(_outside(number) for number in numbers):
            raise _unsafe("不得指向内部网络")
        return parts, numbers[0]

    def _key(self, webhook_id: str) -> str:
        return "whsec_" + base64.b64encode(self._secret.derived(f"webhook:{webhook_id}")).decode()


def _outside(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not address.is_multicast


def _unsafe(why: str) -> InputError:
    return InputError(
        f"通知地址不可用：{why}", remedy="使用外网的 https 地址，或请系统管理员登记主机", code="unsafe_target"
    )


def _row(session: Session, webhook_id: str) -> tables.Webhook:
    row = session.get(tables.Webhook, webhook_id)
    if row is None:
        raise NotFoundError("没有这个通知地址", code="webhook_unknown")
    return row


def _kept(row: tables.Webhook) -> KeptWebhook:
    return KeptWebhook(row.id, row.url, tuple(row.kinds), row.active, row.created_at)
