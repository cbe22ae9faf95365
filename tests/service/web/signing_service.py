"""A service that can sign, over the sample H01, on the business day of the demonstration."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask_openapi.openapi import OpenAPI

from docgen.clock import FixedClock
from service.app import create_app
from service.commands.demo import BUSINESS_NOW
from service.settings import Settings
from service.signing import found_authority
from tests.service.web.conftest import SAMPLES

CASE = "XS2024-0012"


@contextmanager
def signing_service(folder: Path) -> Iterator[OpenAPI]:
    clock = FixedClock(BUSINESS_NOW)
    found_authority(folder / "authority", "演示签名机构", clock)
    settings = Settings(
        workspace=folder / "ws",
        signer=f"builtin:{folder / 'authority'}?days=3600",
        platform_declared_by="郑法",
        rate="100000 per minute",
    )
    made = create_app(settings, clock)
    here = made.extensions["docgen"]
    here.workspace.casebook.record((SAMPLES / "H01" / "case.yaml").read_text(), by="S01", after=0, act="新建")
    yield made
    here.close()
