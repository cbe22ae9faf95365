"""Settings of one run; the only module that reads the environment."""

import getpass
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.errors import InputError

if TYPE_CHECKING:
    from docgen.workspace.location import Location

ROOT = Path(__file__).resolve().parent.parent
"""Folder that holds the packages and `templates_docx/`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is configured with.

    `workspace` is a folder or the URL of a database, `store` the URI of a store (empty: in the folder); `converter` is
    a URI of `docgen.convert`; `templates` are folders of forms, later ones override earlier ones; `packs` and `policy`
    are None for those that ship. `signer` and `timestamper` are URIs of `docgen.signing`, `trust` a PEM file with the
    roots that count as true; `workers` is how many processes one command may use.

    `cache` is a folder of this user's in which compiled templates are kept between runs (None: they are not).

    `courier` is the URI of who delivers links and codes to signers (empty: an outbox in the workspace), `platform` the
    name of the method of signing, `platform_declared_by` the person who declared that it complies with 电子签名法 13
    (empty: nobody, and no contract is signed with it).

    For the service: `public_url` is where people reach it, `secret` the file of its secret (None: in the folder of the
    workspace), `proxies` how many reverse proxies stand before it, `limits` where rates are counted (a URI of
    `limits`), `webhook_hosts` the inner hosts that may be told of events.
    """

    workspace: str | Path = "docgen-data"
    store: str = ""
    converter: str = "rdocx:"
    templates: tuple[Path, ...] = (ROOT / "templates_docx",)
    packs: Path | None = None
    policy: Path | None = None
    operator: str = ""
    retention: Path = ROOT / "rules" / "retention.yaml"
    signer: str = ""
    timestamper: str = ""
    trust: Path | None = None
    courier: str = ""
    platform: str = "演示签名平台"
    platform_declared_by: str = ""
    workers: int = 1
    cache: Path | None = None
    public_url: str = "http://127.0.0.1:8080"
    secret: Path | None = None
    proxies: int = 0
    limits: str = "memory://"
    rate: str = "3000 per minute"
    webhook_hosts: frozenset[str] = frozenset()

    def with_workspace(self, address: str) -> "Settings":
        """Return the same settings with another workspace, a folder or the URL of a database."""
        return replace(self, workspace=address)

    def location(self) -> "Location":
        """Return where the workspace lies; raise `InputError` where its address is none or the store is missing."""
        from docgen.workspace.location import Location  # noqa: PLC0415 - loads SQLAlchemy, which a check does not need

        return Location.of(self.workspace, self.store)


def from_environment() -> Settings:
    """Read `DOCGEN_` with the name of each setting in capitals; `packs` and `workers` have none."""
    extra = tuple(Path(folder) for folder in os.environ.get("DOCGEN_TEMPLATES", "").split(os.pathsep) if folder)
    policy = os.environ.get("DOCGEN_POLICY")
    return Settings(
        workspace=os.environ.get("DOCGEN_WORKSPACE") or "docgen-data",
        store=os.environ.get("DOCGEN_STORE", ""),
        converter=os.environ.get("DOCGEN_CONVERTER", "rdocx:"),
        templates=(ROOT / "templates_docx", *extra),
        policy=Path(policy) if policy else None,
        retention=Path(os.environ.get("DOCGEN_RETENTION") or ROOT / "rules" / "retention.yaml"),
        workers=os.cpu_count() or 1,
        cache=_cache(),
        operator=os.environ.get("DOCGEN_OPERATOR") or _login_name(),
        signer=os.environ.get("DOCGEN_SIGNER", ""),
        timestamper=os.environ.get("DOCGEN_TIMESTAMPER", ""),
        trust=_path("DOCGEN_TRUST"),
        courier=os.environ.get("DOCGEN_COURIER", ""),
        platform=os.environ.get("DOCGEN_PLATFORM") or "演示签名平台",
        platform_declared_by=os.environ.get("DOCGEN_PLATFORM_DECLARED_BY", ""),
        public_url=os.environ.get("DOCGEN_PUBLIC_URL") or "http://127.0.0.1:8080",
        secret=_path("DOCGEN_SECRET_FILE"),
        proxies=_count("DOCGEN_PROXIES"),
        limits=os.environ.get("DOCGEN_LIMITS") or "memory://",
        rate=os.environ.get("DOCGEN_RATE") or "3000 per minute",
        webhook_hosts=frozenset(os.environ.get("DOCGEN_WEBHOOK_HOSTS", "").split()),
    )


def _cache() -> Path | None:
    """Return the folder named by `DOCGEN_CACHE` (`none`: no cache), else the user's usual place for such things."""
    given = os.environ.get("DOCGEN_CACHE")
    if given:
        return None if given == "none" else Path(given)
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - Path raises without a home
    return Path(home) / "docgen" if os.path.isabs(home) else None  # noqa: PTH117


def _path(name: str) -> Path | None:
    given = os.environ.get(name)
    return Path(given) if given else None


def _count(name: str) -> int:
    given = os.environ.get(name) or "0"
    if not given.isascii() or not given.isdigit():
        raise InputError(f"{name} 须为非负整数", code="bad_setting")
    return int(given)


def _login_name() -> str:
    """Return who is logged in; empty where the system has no name for the user, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
