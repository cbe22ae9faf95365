"""What an archive takes, told by what a PDF holds and not by what its bytes spell."""

import io

import pikepdf
import pytest

from docgen.archive.content import PDF, examine


def pdf(*, compressed: bool = False, encryption: pikepdf.Encryption | None = None, **entries: bytes) -> bytes:
    target = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.generate if compressed else pikepdf.ObjectStreamMode.disable
    with pikepdf.new() as document:
        document.add_blank_page()
        for key, value in entries.items():
            made = document.make_stream(value) if key == "Bytes" else pikepdf.Object.parse(value)
            document.Root[f"/{key}"] = document.make_indirect(made)
        document.save(target, object_stream_mode=mode, compress_streams=False, encryption=encryption or False)
    return target.getvalue()


def found(data: bytes) -> list[str]:
    return [fault.message for fault in examine(PDF, data)]


SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


def test_bytes_that_spell_a_script_are_none() -> None:
    data = pdf(Bytes=b"\x00/JS \x01/Launch /Encrypt /EmbeddedFile ")
    assert b"/JS " in data
    assert found(data) == []


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "in an object stream"])
@pytest.mark.parametrize(
    "value",
    [
        SCRIPT,
        b"<< /S /Launch >>",
        b"[ << /Deep [ " + SCRIPT + b" ] >> ]",
        b"<< /EmbeddedFiles << >> >>",
    ],
    ids=["script", "launch", "nested", "files"],
)
def test_what_runs_is_found_wherever_it_stands(value: bytes, compressed: bool) -> None:
    data = pdf(compressed=compressed, OpenAction=value)
    assert found(data) == ["PDF含有脚本、附件或可执行内容"]


@pytest.mark.parametrize("user", ["", "secret"])
def test_an_encrypted_file_is_refused(user: str) -> None:
    assert found(pdf(encryption=pikepdf.Encryption(owner="owner", user=user))) == ["PDF已加密"]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n%%EOF", pdf()[:-200]])
def test_what_cannot_be_opened_is_unusable(data: bytes) -> None:
    assert found(data) == ["PDF无法打开"]
