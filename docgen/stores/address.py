"""The address of a bucket: `s3://[KEY:SECRET@]BUCKET[/PREFIX]?copy=FOLDER[&endpoint=…][&region=…]…`.

Keys stand in the address, or in a file in the form of `~/.aws/credentials` that `credentials=FILE` names; none are
taken from the environment. An address is never repeated in a message: it may hold a secret.
"""

import re
from configparser import ConfigParser
from configparser import Error as MalformedError
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from docgen.errors import BackendError, InputError, failure

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9._/-]{0,200}")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_WORLD_READABLE = 0o004
_PARAMETERS = frozenset({"endpoint", "region", "credentials", "profile", "copy", "retain", "timeout"})


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where a bucket is and how it is used.

    `copy` is the folder of local copies; `retain_years` are those of the object lock (0: none); `timeout` counts the
    seconds of one request.
    """

    bucket: str
    prefix: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    copy: Path
    retain_years: int = 0
    timeout: int = 60

    @classmethod
    def of(cls, parts: SplitResult) -> "S3Address":
        """Read an address; raise `InputError` (`bad_store_address`) that says which part is wrong."""
        given = parse_qsl(parts.query, keep_blank_values=True)
        query = dict(given)
        if len(query) < len(given) or not query.keys() <= _PARAMETERS:
            raise _bad(f"参数只能有 {'、'.join(sorted(_PARAMETERS))}，各一次")
        if not query.get("copy"):
            raise _bad("缺少 copy：本机副本所在的目录，远端经复核后才清除")
        access_key, secret_key = _keys(parts, query)
        region = _matching(_REGION, query.get("region", "us-east-1"), "region")
        prefix = _matching(_PREFIX, parts.path.strip("/"), "前缀")
        if ".." in prefix.split("/") or "//" in prefix:
            raise _bad("前缀不能有空段或“..”")
        return cls(
            bucket=_matching(_BUCKET, parts.netloc.rpartition("@")[2], "桶名"),
            prefix=prefix,
            endpoint=_endpoint(query.get("endpoint") or f"https://s3.{region}.amazonaws.com"),
            region=region,
            access_key=access_key,
            secret_key=secret_key,
            copy=Path(query["copy"]),
            retain_years=_number(query.get("retain", "0"), "retain", 0, 100),
            timeout=_number(query.get("timeout", "60"), "timeout", 1, 3600),
        )


def _keys(parts: SplitResult, query: dict[str, str]) -> tuple[str, str]:
    if parts.username and parts.password:
        return unquote(parts.username), unquote(parts.password)
    if "credentials" not in query:
        raise _bad("没有密钥：在地址中写 密钥:密码@桶名，或用 credentials= 指明密钥文件")
    path = Path(query["credentials"])
    try:
        if path.stat().st_mode & _WORLD_READABLE:
            raise InputError("密钥文件其他用户也能读", remedy="执行 chmod 600 后重试", code="credentials_exposed")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BackendError(f"无法读取密钥文件：{failure(error)}", code="credentials_unreadable") from error
    file = ConfigParser(interpolation=None)
    try:
        file.read_string(text)
        section = file[query.get("profile", "default")]
        return section["aws_access_key_id"], section["aws_secret_access_key"]
    except (MalformedError, KeyError) as error:
        raise _bad("密钥文件中没有 aws_access_key_id 和 aws_secret_access_key") from error


def _endpoint(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise _bad("endpoint 应为 http(s)://主机[:端口]")
    return f"{parts.scheme}://{parts.netloc}"


def _matching(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise _bad(f"{what}不合规")
    return text


def _number(text: str, what: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not least <= int(text) <= most:
        raise _bad(f"{what} 应为{least}至{most}的整数")
    return int(text)


def _bad(reason: str) -> InputError:
    return InputError(
        f"对象存储地址有误：{reason}",
        remedy="写作 s3://桶名/前缀?endpoint=https://主机&credentials=密钥文件&copy=本机目录",
        code="bad_store_address",
    )
