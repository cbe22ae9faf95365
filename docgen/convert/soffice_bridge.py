# ruff: noqa: ANN401 - what UNO gives has no types
"""Keep one LibreOffice running and convert for whoever started this script; runs in a Python that can `import uno`.

Not a module of the package but a program of its own: `python soffice_bridge.py SOFFICE FOLDER`. FOLDER holds the
profile. It reads one JSON object a line from standard input, `{"source": …, "target": …}`, and answers each with one
line, `{"error": ""}` or the reason. At the end of its input, so also when its parent dies, it kills its process group,
which is LibreOffice and itself. The two talk over a named pipe: no port is opened.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import uno

START_SECONDS = 60
NEVER_EXECUTE_MACROS = 0
NO_LINK_UPDATE = 0
PDF_A_2B = 2


def value(name: str, content: object) -> Any:
    """Return a UNO property."""
    item = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    item.Name, item.Value = name, content
    return item


def connect(pipe: str, office: "subprocess.Popen[bytes]") -> Any:
    """Return the desktop of the started office, waiting until it answers."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except uno.getClass("com.sun.star.connection.NoConnectException"):
            if office.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def convert(desktop: Any, source: str, target: str) -> None:
    """Load the Word file `source` with everything switched off that runs or fetches, and write the PDF/A `target`."""
    loading = (
        value("Hidden", True),
        value("ReadOnly", True),
        value("FilterName", "MS Word 2007 XML"),
        value("MacroExecutionMode", NEVER_EXECUTE_MACROS),
        value("UpdateDocMode", NO_LINK_UPDATE),
    )
    export = (
        value("SelectPdfVersion", PDF_A_2B),
        value("UseTaggedPDF", True),
        value("UseLosslessCompression", True),
        value("ReduceImageResolution", False),
        value("ExportNotes", False),
    )
    data = uno.Any("[]com.sun.star.beans.PropertyValue", export)
    document = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, loading)
    if document is None:
        raise ValueError("LibreOffice does not read the file")
    try:
        saving = (value("FilterName", "writer_pdf_Export"), value("FilterData", data))
        document.storeToURL(Path(target).as_uri(), saving)
    finally:
        document.close(True)


def read(requests: "queue.Queue[dict[str, str]]") -> None:
    """Queue the requests; when there is no one left to send any, end, even in the middle of a conversion."""
    for line in sys.stdin:
        requests.put(json.loads(line))
    os.killpg(0, signal.SIGKILL)


def answer(error: str) -> None:
    """Write one answer."""
    sys.stdout.write(json.dumps({"error": error}) + "\n")
    sys.stdout.flush()


def main(soffice: str, folder: str) -> None:
    """Serve until the input ends or LibreOffice does."""
    requests: queue.Queue[dict[str, str]] = queue.Queue()
    threading.Thread(target=read, args=(requests,), daemon=True).start()
    pipe = f"docgen{Path(folder).name}"
    profile = Path(folder, "profile").as_uri()
    command = [soffice, "--headless", "--invisible", "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
    command += [f"-env:UserInstallation={profile}", f"--accept=pipe,name={pipe};urp;"]
    office = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - a path given by the operator
    try:
        desktop = connect(pipe, office)
        answer("")
        while office.poll() is None:
            request = requests.get()
            try:
                convert(desktop, request["source"], request["target"])
            except uno.getClass("com.sun.star.lang.DisposedException"):
                break  # LibreOffice is gone
            except Exception as failure:  # noqa: BLE001 - the outermost edge of this program; the parent judges
                answer(f"{type(failure).__name__}: {failure}")
            else:
                answer("")
    finally:
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
