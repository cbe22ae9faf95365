"""Settings of one run; the only module that reads the environment."""

import getpass
import os
from dataclasses import dataclass, replace
from pathlib import Path

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
    workers: int = 1

    def with_workspace(self, address: str) -> "Settings":
        """Return the same settings with another workspace, a folder or the URL of a database."""
        return replace(self, workspace=address)

    def location(self) -> Location:
        """Return where the workspace lies; raise `InputError` where its address is none or the store is missing."""
        return Location.of(self.workspace, self.store)


def from_environment() -> Settings:
    """Read `DOCGEN_` with the name of each setting in capitals."""
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
        operator=os.environ.get("DOCGEN_OPERATOR") or _login_name(),
        signer=os.environ.get("DOCGEN_SIGNER", ""),
        timestamper=os.environ.get("DOCGEN_TIMESTAMPER", ""),
        trust=Path(trust) if (trust := os.environ.get("DOCGEN_TRUST")) else None,
    )


def _login_name() -> str:
    """Return who is logged in; empty where the system has no name for the user, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
