"""How fast a Word template is filled: ours beside docxtpl and three engines of the npm registry, in turns.

A contract of four pages and a form of one page, built in each engine's own tag language, filled from the same data.
CPU time per document, warm; each engine may keep whatever it keeps between documents.
"""

import io
import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docx import Document
from docx.oxml.ns import qn
from docxtpl import DocxTemplate

from docgen.template import compile_template

_HERE = Path(__file__).parent
_BUILD = _HERE.parent / "build" / "rendering"
_ROUNDS = 9
_ENGINES = ("docxtemplater", "easy-template-x", "carbone")

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine writes a value, and the rows of a table that repeats for each member of a list."""

    value: Callable[[str], str]
    rows: Callable[[str, Sequence[str]], Rows]


def _jinja_rows(name: str, columns: Sequence[str]) -> Rows:
    blank = [""] * (len(columns) - 1)
    return [
        [f"{{%tr for x in {name} %}}", *blank],
        [f"{{{{ x.{each} }}}}" for each in columns],
        ["{%tr endfor %}", *blank],
    ]


def _mustache_rows(name: str, columns: Sequence[str]) -> Rows:
    cells = [f"{{{each}}}" for each in columns]
    cells[0], cells[-1] = f"{{#{name}}}{cells[0]}", f"{cells[-1]}{{/{name}}}"
    return [cells]


def _carbone_rows(name: str, columns: Sequence[str]) -> Rows:
    return [[f"{{d.{name}[{index}].{each}}}" for each in columns] for index in ("i", "i+1")]


_JINJA = Dialect(lambda path: f"{{{{ {path} }}}}", _jinja_rows)
_MUSTACHE = Dialect(lambda path: f"{{{path}}}", _mustache_rows)
_DIALECTS = {
    "docxtemplater": _MUSTACHE,
    "easy-template-x": _MUSTACHE,
    "carbone": Dialect(lambda path: f"{{d.{path}}}", _carbone_rows),
}
_LINE = ("no", "name", "spec", "quantity", "price", "amount")
_FIELDS = tuple(f"field{number}" for number in range(24))
_CLAUSE = (
    "乙方应当按照本合同约定的时间、地点和方式交付标的物，并保证其质量符合国家标准、行业标准以及双方确认的技术要求；"
    "甲方应当在收到标的物后及时组织验收，验收合格的，双方签署书面验收文件，作为付款和质量保证期起算的依据。"
)


def _add_table(document: Document, head: Sequence[str], rows: Rows) -> None:
    table = document.add_table(rows=0, cols=len(head), style="Table Grid")
    for row in ([head], *([each] for each in rows)):
        for cell, text in zip(table.add_row().cells, row[0], strict=True):
            cell.text = text


def contract(dialect: Dialect) -> bytes:
    """Return a contract of four pages: 16 articles, two tables, a header and a footer."""
    document = Document()
    document.add_heading(dialect.value("title"), 0)
    document.add_paragraph(f"甲方：{dialect.value('buyer')}    乙方：{dialect.value('seller')}")
    document.sections[0].header.paragraphs[0].text = f"合同编号：{dialect.value('number')}"
    document.sections[0].footer.paragraphs[0].text = dialect.value("number")
    for article in range(16):
        document.add_paragraph().add_run(f"第{article + 1}条 {dialect.value(_FIELDS[article])}").bold = True
        document.add_paragraph(f"{article + 1}.1 {_CLAUSE}")
        document.add_paragraph(f"{article + 1}.2 {dialect.value(_FIELDS[article])}，{dialect.value('buyer')}确认。")
    _add_table(document, ("序号", "名称", "规格", "数量", "单价", "金额"), dialect.rows("lines", _LINE))
    _add_table(document, ("序号", "款项", "条件", "比例", "金额", "期限"), dialect.rows("payments", _LINE))
    return _saved(document)


def form(dialect: Dialect) -> bytes:
    """Return a form of one page: a table of labels and values, and a list."""
    document = Document()
    document.add_heading(dialect.value("title"), 1)
    values = [("项目", "内容")] + [(f"栏目{name}", dialect.value(name)) for name in _FIELDS[:18]]
    _add_table(document, values[0], values[1:])
    _add_table(document, ("序号", "名称", "规格", "数量", "单价", "金额"), dialect.rows("payments", _LINE))
    return _saved(document)


def _saved(document: Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def data() -> Mapping[str, object]:
    """Return what both documents are filled from."""
    line = {
        "no": "1",
        "name": "服务器 & 存储",
        "spec": "2U",
        "quantity": "20",
        "price": "34,000.00",
        "amount": "680,000.00",
    }
    names = {
        "title": "设备采购合同",
        "buyer": "华东示例科技有限公司",
        "seller": "示例供应有限公司",
        "number": "HT-2024-0012",
    }
    fields = {name: f"第{name}项约定的内容，以双方确认为准" for name in _FIELDS}
    return {**names, **fields, "lines": [line] * 12, "payments": [line] * 4}


class _Node:
    """The npm engines in one process of node that stays warm."""

    def __init__(self, folder: Path) -> None:
        command = ["node", "render.mjs"]  # found on the path; `run` has looked
        self._process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def milliseconds(self, engine: str, template: Path, times: int) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        out = template.with_suffix(".filled.docx")
        request = {"engine": engine, "template": str(template), "data": data(), "times": times, "out": str(out)}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)


def _start_node() -> _Node | str:
    """Return the npm engines, or why they cannot be compared with."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node or npm is not installed"
    folder = _BUILD / "js"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (_HERE / "js").iterdir():
        shutil.copy(file, folder)
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    installed = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=300)
    return _Node(folder) if installed.returncode == 0 else "npm install failed (no network?)"


def _timed(task: Callable[[], object], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        task()
    return (time.process_time() - started) / times * 1000


def _tasks(build: Callable[[Dialect], bytes], node: _Node | None, name: str) -> dict[str, Callable[[], float]]:
    source = build(_JINJA)
    values = data()
    strict = compile_template(source)
    foreign = compile_template(source, strict=False)

    def by_docxtpl() -> None:
        word = DocxTemplate(io.BytesIO(source))
        word.render(dict(values), autoescape=True)
        _saved(word)

    tasks: dict[str, Callable[[], float]] = {
        "docxtpl": lambda: _timed(by_docxtpl, 1),
        "ours, strict": lambda: _timed(lambda: strict.render(values), 20),
        "ours, any docxtpl template": lambda: _timed(lambda: foreign.render(values), 20),
        "ours, compiling alone": lambda: _timed(lambda: compile_template(source), 1),
    }
    for engine in _ENGINES if node else ():
        path = _BUILD / f"{name}-{engine}.docx"
        path.write_bytes(build(_DIALECTS[engine]))
        tasks[engine] = lambda engine=engine, path=path: node.milliseconds(engine, path, 20)  # type: ignore[misc]
    return tasks


def _measured(title: str, tasks: Mapping[str, Callable[[], float]]) -> str:
    for task in tasks.values():
        task()
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(_ROUNDS):
        for name, task in tasks.items():
            times[name].append(task())
    medians = {name: statistics.median(found) for name, found in times.items()}
    lines = [f"{title:32}{'ms':>9}{'per s':>8}{'x docxtpl':>11}"]
    for name, median in medians.items():
        lines.append(f"{name:32}{median:9.2f}{1000 / median:8.0f}{medians['docxtpl'] / median:11.1f}")
    best = min((medians[engine] for engine in _ENGINES if engine in medians), default=None)
    if best:
        lines.append(f"ours, strict, against the best npm engine: {best / medians['ours, strict']:.1f} times")
    return "\n".join(lines)


def _verify(build: Callable[[Dialect], bytes], name: str) -> None:
    """Make sure that all engines filled in the same text."""
    ours = _text(compile_template(build(_JINJA)).render(data()))
    assert "服务器" in ours
    for path in _BUILD.glob(f"{name}-*.filled.docx"):
        assert _text(path.read_bytes()) == ours, path


def _text(docx: bytes) -> str:
    return "".join(text.text or "" for text in Document(io.BytesIO(docx)).element.iter(qn("w:t")))


def run() -> str:
    """Return tables of medians of CPU time per document, the engines in turns, and ratios to docxtpl."""
    _BUILD.mkdir(parents=True, exist_ok=True)
    started = _start_node()
    node = started if isinstance(started, _Node) else None
    try:
        tables = [
            _measured("contract of four pages", _tasks(contract, node, "contract")),
            _measured("form of one page", _tasks(form, node, "form")),
        ]
        _verify(contract, "contract")
        _verify(form, "form")
    finally:
        if node:
            node.close()
    return "\n\n".join(tables if node else [*tables, f"npm engines left out: {started}"])
