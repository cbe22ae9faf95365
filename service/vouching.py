"""Who signs tree heads and stamps their time, as set; imported only where it is needed, because signing loads much."""

from pathlib import Path

from docgen.archive import Archive
from docgen.archive.heads import KeySigner
from docgen.archive.upkeep import newest_case
from docgen.errors import DeclarationError, NotFoundError
from docgen.signing.authority import Identity
from docgen.signing.keys import open_signer
from docgen.signing.timestamps import Timestamper, open_timestamper
from docgen.signing.trust import Trust, read_trust
from service.settings import Settings


def head_signer(settings: Settings, archive: Archive, operator: str, organisation: str | None) -> KeySigner:
    """Return the signer of tree heads: the operator, of `organisation` or of our company in the newest case.

    Raises:
        DeclarationError: no key or no time stamp source is set (`signer_missing`, `timestamper_missing`).
    """
    if not settings.signer:
        raise DeclarationError("没有设置签名密钥", code="signer_missing", remedy="设置 DOCGEN_SIGNER，如 builtin:目录")
    identity = Identity(operator, organisation or newest_case(archive).supplier.name)
    keys = open_signer(settings.signer, archive.clock)
    return KeySigner(keys, identity, time_stamper(settings, archive), archive.clock)


def time_stamper(settings: Settings, archive: Archive) -> Timestamper:
    """Return the source of time stamps; raise `DeclarationError` where none is set (`timestamper_missing`)."""
    if not settings.timestamper:
        raise DeclarationError(
            "没有设置时间戳来源", code="timestamper_missing", remedy="设置 DOCGEN_TIMESTAMPER，如 https://服务地址"
        )
    trust = roots(settings.trust) if settings.trust else None
    return open_timestamper(settings.timestamper, archive.clock, trust=trust)


def roots(path: Path | None) -> Trust:
    """Read the roots that count as true; raise `NotFoundError` or `InputError` where there is no such file."""
    if path is None or not path.is_file():
        raise NotFoundError(
            "没有可信任的根证书", code="trust_missing", remedy="用 --trust 或 DOCGEN_TRUST 指明 PEM 文件"
        )
    return read_trust(path.read_bytes())
