"""Opening a file of the other side: what it is shows in its first bytes, never in its name."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from docgen.errors import NotFoundError, failure
from docgen.precheck.pdf import read_pdf
from docgen.precheck.plain import read_plain
from docgen.precheck.refusing import LEAST_HAN, MAX_FILE, too_large, unreadable
from docgen.precheck.text import ContractText
from docgen.precheck.word import read_word

_HAN = re.compile("[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff]")
_ENOUGH = 4_000


@dataclass(frozen=True, slots=True)
class ContractFile:
    """A file of the other side: its name without folders, its bytes and what it says."""

    name: str
    data: bytes
    contract: ContractText

    @property
    def sha256(self) -> str:
        """Digest of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


def open_contract(path: Path) -> ContractFile:
    """Read the contract in a file.

    Raises:
        NotFoundError: Code `file_missing`.
        InputError: Codes `not_readable`, `too_large`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise NotFoundError(f"没有文件：{path.name}", remedy="检查文件名和目录", code="file_missing") from None
    except OSError as error:
        raise unreadable(f"文件打不开：{failure(error)}", "检查文件名和权限") from error
    return ContractFile(path.name, data, read_contract(data))


def read_contract(data: bytes) -> ContractText:
    """Read a contract from the bytes of a DOCX, PDF or text file.

    Raises:
        InputError: Codes `not_readable`, `too_large`.
    """
    if len(data) > MAX_FILE:
        raise too_large(f"文件超过{MAX_FILE // 1_000_000}MB")
    contract = _reader(data)(data)
    if (
        sum(1 for _ in _HAN.finditer(contract.text[:_ENOUGH])) < LEAST_HAN
        and len(_HAN.findall(contract.text)) < LEAST_HAN
    ):
        raise unreadable(f"文字不足{LEAST_HAN}个汉字，无法判断", "确认提交的是合同正文；扫描件先做文字识别（OCR）")
    return contract


def _reader(data: bytes) -> Callable[[bytes], ContractText]:
    if data.startswith(b"PK\x03\x04"):
        return read_word
    if b"%PDF-" in data[:1024]:
        return read_pdf
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise unreadable("这是旧版Word（doc）或加密的文件", "用Word或WPS打开后另存为不加密的docx文件")
    if not data.strip():
        raise unreadable("文件是空的", "确认提交的文件")
    return read_plain
