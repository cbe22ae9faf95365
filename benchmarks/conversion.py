"""How fast a Word file becomes a PDF: the embedded engine and LibreOffice, warm and cold, with and without the checks.

A contract of several pages and a form of one page. Wall-clock time, since LibreOffice works in another process; medians
of interleaved rounds, as ratios to the embedded converter with its checks.
"""

import io
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pylopdf_fonts_zh_cn
import rdocx
from docx import Document
from docx.oxml.ns import qn

from docgen.convert import open_converter
from docgen.convert.libreoffice import open_libreoffice
from docgen.convert.rdocx import Rdocx
from docgen.convert.source import read_source
from docgen.convert.typefaces import FOLDER

_ROUNDS = 7
_CLAUSE = "双方应当按照约定全面履行自己的义务；合同总价为人民币680,000.00元，含13%的增值税，于验收后十日内付清。"
_COLD = (
    "import sys; from docgen.convert import open_converter; open_converter().convert(open(sys.argv[1], 'rb').read())"
)


def _document(clauses: int, rows: int) -> bytes:
    document = Document()
    fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    for slot in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{slot}"), "宋体")
    document.add_paragraph("销售合同").runs[0].bold = True
    for number in range(clauses):
        document.add_paragraph(f"第{number + 1}条　{_CLAUSE}")
    table = document.add_table(rows, 4)
    for row in table.rows:
        for cell, text in zip(row.cells, ("序号", "产线数据采集网关", "20 台", "196,000.00"), strict=True):
            cell.text = text
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _bare(docx: bytes, fonts: Mapping[str, bytes]) -> bytes:
    return rdocx.Document.from_bytes(docx).to_pdf(fonts=list(fonts.items()))


def _cold(docx: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".docx") as file:
        file.write(docx)
        file.flush()
        subprocess.run([sys.executable, "-c", _COLD, file.name], check=True)


def _one_shot(docx: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.docx").write_bytes(docx)
        command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", "pdf", "--outdir", name, str(folder / "in.docx")]
        subprocess.run(command, check=True, capture_output=True)


@contextmanager
def _unoserver() -> Iterator[Callable[[bytes], object]]:
    import unoserver  # noqa: PLC0415
    from unoserver.client import UnoClient  # noqa: PLC0415 - only where it is installed

    package = str(Path(unoserver.__file__).parents[1])
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(str(free.getsockname()[1]))
    start = f"import sys; sys.path.append({package!r}); from unoserver.server import main; main()"
    with tempfile.TemporaryDirectory() as profile:
        server = subprocess.Popen(
            [
                "/usr/bin/python3",
                "-c",
                start,
                "--port",
                ports[0],
                "--uno-port",
                ports[1],
                "--user-installation",
                profile,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            client = UnoClient(server="127.0.0.1", port=ports[0])
            _until(lambda: client.convert(indata=_document(1, 1), convert_to="pdf"), 60)
            yield lambda docx: client.convert(indata=docx, convert_to="pdf")
        finally:
            server.terminate()
            server.wait()


def _until(task: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            task()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)
        else:
            return


def _tasks(stack: ExitStack) -> dict[str, Callable[[bytes], object]]:
    small = {"Docgen Serif SC": (FOLDER / "DocgenSerifSC-Regular.ttf").read_bytes()}
    full = {"Noto Serif SC": pylopdf_fonts_zh_cn.serif_path().read_bytes()}
    converter, engine = open_converter(), Rdocx()
    tasks: dict[str, Callable[[bytes], object]] = {
        "rdocx: with checks, warm": converter.convert,
        "rdocx: drawing only": lambda docx: engine.draw(read_source(docx), frozenset()),
        "rdocx library alone, shipped font": lambda docx: _bare(docx, small),
        "rdocx library alone, full font": lambda docx: _bare(docx, full),
        "rdocx: cold, a new process": _cold,
    }
    if shutil.which("soffice") is None:
        return tasks
    office, bare = open_converter("libreoffice:"), open_libreoffice({})
    stack.callback(office.close)
    stack.callback(bare.close)
    tasks["libreoffice: with checks, warm"] = office.convert
    tasks["libreoffice: drawing only"] = lambda docx: bare.draw(read_source(docx), frozenset())
    tasks["soffice --convert-to, one-shot"] = _one_shot
    with suppress(ImportError):  # pip install unoserver to have it compared
        tasks["unoserver, warm"] = stack.enter_context(_unoserver())
    return tasks


def run() -> str:
    """Return a table of seconds and ratios for the contract and the form."""
    documents = {"contract": _document(clauses=45, rows=8), "form": _document(clauses=3, rows=8)}
    pages = {name: open_converter().convert(docx).pages for name, docx in documents.items()}
    lines = [f"{'':36}" + "".join(f"{f'{name}, {pages[name]} p.':>22}" for name in documents)]
    with ExitStack() as stack:
        tasks = _tasks(stack)
        found: dict[tuple[str, str], list[float]] = {(task, name): [] for task in tasks for name in documents}
        for turn in range(_ROUNDS + 1):
            for (task, name), times in found.items():
                started = time.perf_counter()
                tasks[task](documents[name])
                if turn:  # the first one warms up
                    times.append(time.perf_counter() - started)
    base = {name: statistics.median(found[next(iter(tasks)), name]) for name in documents}
    for task in tasks:
        row = f"{task:36}"
        for name in documents:
            median = statistics.median(found[task, name])
            row += f"{median * 1000:12.0f} ms{median / base[name]:6.2f}x"
        lines.append(row)
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(run() + "\n")
