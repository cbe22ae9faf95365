"""One running LibreOffice with a profile, a set of fonts and an environment of its own.

It uses only the shipped fonts, whatever the system has installed, runs no macro, follows no link, opens no port, and
sees nothing of our environment. Works where there are process groups: Linux, macOS.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final

from docgen.convert.typefaces import FOLDER, FULL_FOLDER
from docgen.errors import BackendError

START_SECONDS: Final = 90
_BRIDGE: Final = Path(str(files("docgen.convert") / "soffice_bridge.py"))

_FONTCONFIG: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{shipped}</dir>
  <dir>{full}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""

_PROFILE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
  <item oor:path="/org.openoffice.Office.Common/Security/Scripting">
    <prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
  <item oor:path="/org.openoffice.Office.Common/Security/Scripting">
    <prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
  <item oor:path="/org.openoffice.Office.Common/Security/Scripting">
    <prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
  <item oor:path="/org.openoffice.Office.Common/Security/Scripting">
    <prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
  <item oor:path="/org.openoffice.Office.Writer/Content/Update">
    <prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
  <item oor:path="/org.openoffice.Office.Writer/Content/Update">
    <prop oor:name="Field" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
"""


class Office:
    """A LibreOffice that has been started and answers, with its bridge, in a folder of its own."""

    def __init__(self, soffice: str, python: str) -> None:
        """Start the program `soffice` and wait until it answers the bridge, which runs in `python`.

        Raises:
            TimeoutError: it did not answer in time.
            BrokenPipeError: it ended.
        """
        self.conversions = 0
        self._folder = tempfile.TemporaryDirectory(prefix="docgen-office-")
        folder = Path(self._folder.name)
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_PROFILE, "utf-8")
        config = folder / "fonts.conf"
        config.write_text(_FONTCONFIG.format(shipped=FOLDER, full=FULL_FOLDER, cache=folder / "cache"), "utf-8")
        self._process = subprocess.Popen(  # noqa: S603 - programs named by the operator
            [python, "-I", str(_BRIDGE), soffice, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment(folder) | {"FONTCONFIG_FILE": str(config)},
            start_new_session=True,
        )
        try:
            self._answer(START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def convert(self, docx: bytes, timeout: float) -> bytes:
        """Return the PDF of `docx`.

        Raises:
            TimeoutError: it took longer than `timeout` seconds.
            BrokenPipeError: LibreOffice ended.
            BackendError: LibreOffice refused the file (`conversion_failed`).
        """
        self.conversions += 1
        source, target = (Path(self._folder.name, name) for name in ("source.docx", "target.pdf"))
        source.write_bytes(docx)
        target.unlink(missing_ok=True)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"source": str(source), "target": str(target)}).encode() + b"\n")
        self._process.stdin.flush()
        if self._answer(timeout) or not target.exists():
            raise BackendError("LibreOffice 无法转换这份 Word 文件", code="conversion_failed")
        return target.read_bytes()

    def stop(self) -> None:
        """Kill the whole group of processes and remove the folder."""
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(self._process.pid, signal.SIGKILL)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):  # a request that it did not live to read
                    stream.close()
        self._process.wait()
        self._folder.cleanup()

    def _answer(self, timeout: float) -> str:
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(timeout):
                raise TimeoutError
        line = self._process.stdout.readline()
        if not line:
            raise BrokenPipeError
        error: str = json.loads(line)["error"]
        return error


def environment(folder: Path) -> dict[str, str]:
    """Return the whole environment of the programs: a path to find their parts, and no home but `folder`."""
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
    }
