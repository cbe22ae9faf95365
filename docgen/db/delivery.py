"""The tables of the service: accounts, sessions, keys, kept answers, jobs, webhooks.

No secret lies here: passwords and keys are kept as argon2 hashes, tokens of sessions as digests, and what signs or
counts (webhooks, one-time codes) is derived from the secret of the installation, which lies in a file.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docgen.db.models import Base


class Account(Base):
    """A person who works with the service, or a program that acts for one.

    `staff_id` is who the account is in the case files. `totp_series` counts the secrets of one-time codes given so
    far (0: none), `totp_step` is the last time step whose code was used. `failures` are failed logins in a row.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    display: Mapped[str]
    staff_id: Mapped[str | None] = mapped_column(String(16))
    roles: Mapped[list[str]] = mapped_column(JSON)
    password_hash: Mapped[str | None] = mapped_column(Text)
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    totp_series: Mapped[int] = mapped_column(default=0)
    totp_confirmed: Mapped[bool] = mapped_column(Boolean, default=False)
    totp_step: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime]


class Passkey(Base):
    """A passkey of an account: its public key, and how often it signed."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[str] = mapped_column(Text, unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int]
    label: Mapped[str]
    created_at: Mapped[datetime]


class LoginSession(Base):
    """A login in force, by the digest of its token; `second_factor` tells whether it was made with two factors."""

    __tablename__ = "login_session"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    second_factor: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class ApiKey(Base):
    """A key with which a program acts for an account, in some of its roles."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    label: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(JSON)
    key_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class KeptAnswer(Base):
    """The answer to a request with an idempotency key; without a `status` the request is still being worked on."""

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str]
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[dict[str, str]] = mapped_column(JSON)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(index=True)


class Job(Base):
    """Long work: what is asked for, how far it is, and what came of it."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    done: Mapped[int]
    total: Mapped[int]
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Webhook(Base):
    """An address that is told of events; `cursor` is the last event that deliveries were made of."""

    __tablename__ = "webhook"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    url: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(Boolean)
    cursor: Mapped[int]
    created_at: Mapped[datetime]


class Delivery(Base):
    """One event to be told to one webhook: how often that was tried, and when it is tried next (None: never again)."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("webhook_id", "event_seq"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id"), index=True)
    event_seq: Mapped[int] = mapped_column(ForeignKey("event.seq"))
    attempts: Mapped[int]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    delivered_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text)
