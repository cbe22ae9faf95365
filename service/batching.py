"""A batch as the service does it: every case of files, folders and archives checked, issued and archived.

The parent reads the case files and hands their bytes over, so that workers need none of them; each worker opens rules,
forms and the workspace once. A worker of another machine needs the same installation and the same workspace.
"""

import atexit
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from glob import has_magic
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from docgen.archive import Admission
from docgen.batch import Item, Result, State, Task
from docgen.case import CaseFile, load_case
from docgen.case.tree import MAX_BYTES
from docgen.clock import Clock
from docgen.errors import (
    BackendError,
    DeclarationError,
    DocgenError,
    InputError,
    IntegrityError,
    NotFoundError,
    StateError,
    failure,
)
from docgen.forms.catalogue import Catalogue
from docgen.forms.subjects import subjects
from docgen.pipeline import Office, Outcome, Refusal, Wish, everything, issue
from service import wiring
from service.archiving import ArchiveRoom, archive_of, schedule
from service.problems import sentences
from service.selection import SUFFIXES, case_paths
from service.settings import Settings

_MEMBERS = SUFFIXES | {".json"}
_MOST_MEMBERS = 200_000
_ATTEMPTS = 5
_CASE_NO = re.compile(rb"""^[ \t]*["']?case_no["']?[ \t]*:[ \t]*["']?(XS\d{4}-\d{4})\b""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What is done with every case: which forms (none named: all that have a subject), as what, by whom."""

    settings: Settings
    by: str
    forms: tuple[str, ...] = ()
    policy: Path | None = None
    pdf: bool = True
    as_of: datetime | None = None
    clock: Clock | None = None

    def described(self) -> dict[str, str]:
        """Return what tells this order from others; the archive's address, which may hold a password, as a digest."""
        policy = self.policy or self.settings.policy
        return {
            "archive": sha256(str(self.settings.workspace).encode()).hexdigest(),
            "forms": " ".join(sorted(self.forms)),
            "policy": sha256(policy.read_bytes()).hexdigest() if policy and policy.is_file() else "",
            "pdf": str(self.pdf),
            "as_of": self.as_of.isoformat() if self.as_of else "",
        }


@dataclass(frozen=True, slots=True)
class _Bench:
    """What a worker keeps open from case to case."""

    office: Office
    room: ArchiveRoom


def take(order: BatchOrder, task: Task) -> tuple[Result, ...]:
    """Check, issue and archive the cases of a task; one that cannot be done is told with every reason.

    Raises:
        DocgenError: nothing can be done for any case, since workspace, rules or forms cannot be opened.
    """
    bench = _bench(order)
    return tuple(_result(bench, order, item) for item in task)


@lru_cache(maxsize=1)
def _bench(order: BatchOrder) -> _Bench:
    stack = ExitStack()
    office = stack.enter_context(wiring.office(order.settings, policy=order.policy, pdf=order.pdf, clock=order.clock))
    archive = stack.enter_context(archive_of(order.settings, order.clock))
    atexit.register(stack.close)
    assert isinstance(office.rulebook, wiring.IssuingRules)
    room = ArchiveRoom(archive, office.workspace, office.rulebook, office.catalogue, schedule(order.settings))
    return _Bench(office, room)


def _result(bench: _Bench, order: BatchOrder, item: Item) -> Result:
    case_no = ""
    try:
        case = load_case(item.data)
        case_no = case.case_no
        return _archived(bench, order, item, case)
    except (BackendError, IntegrityError, DeclarationError) as error:
        return Result(item.name, item.sha256, State.FAILED, case_no, reasons=sentences(error, "zh"))
    except DocgenError as error:  # the case cannot be accepted as it is
        return Result(item.name, item.sha256, State.REFUSED, case_no, reasons=sentences(error, "zh"))


def _archived(bench: _Bench, order: BatchOrder, item: Item, case: CaseFile) -> Result:
    wishes = tuple(_wishes(order, case, bench.office.catalogue))
    if not wishes:
        raise InputError("案卷中没有所选表单的对象", remedy="检查案卷，或换其他表单", code="no_subject")
    for attempt in range(_ATTEMPTS):
        try:
            outcome = issue(case, wishes, bench.office, by=order.by, as_of=order.as_of)
            admission, archived = bench.room.take(case, frozenset(), by=order.by)
        except StateError as error:  # another batch does the same case: its work is then found done
            if error.code != "changed_meanwhile" or attempt == _ATTEMPTS - 1:
                raise
        else:
            reasons = tuple(_reasons(outcome, admission))
            state = State.REFUSED if reasons else State.ARCHIVED
            counts = len(archived.records), len(archived.new)
            return Result(item.name, item.sha256, state, case.case_no, *counts, reasons)
    raise AssertionError("the last attempt returns or raises")


def _wishes(order: BatchOrder, case: CaseFile, catalogue: Catalogue) -> Iterable[Wish]:
    if not order.forms:
        return everything(case, catalogue)
    return (Wish(form, early=True) for form in order.forms if subjects(catalogue.get(form).spec, case))


def _reasons(outcome: Outcome, admission: Admission) -> Iterator[str]:
    for refusal in outcome.refused:
        yield f"未签发《{refusal.spec.title}》{refusal.subject}：{'；'.join(_why(refusal))}"
    for refused in admission.refused:
        said = [*refused.reasons, *(f"{one.rule} {one.message}" for one in refused.findings)]
        yield f"未归档 {refused.document.doc_no}《{refused.document.title}》：{'；'.join(said)}"


def _why(refusal: Refusal) -> Iterator[str]:
    yield from (f"{one.rule} {one.message}" for one in refusal.findings)
    yield from (f"缺少{one.label}（{one.path}）" for one in refusal.missing)
    yield from (f"无法印出{one.label} {one.message}" for one in refusal.unprintable)


class Sources:
    """The case files that a command names: files, folders with all below them, and zip archives of such."""

    def __init__(self, named: Sequence[str]) -> None:
        """List them, without reading them; raise `NotFoundError` or `InputError` where that fails."""
        if missing := [name for name in named if not Path(name).exists() and not has_magic(name)]:
            raise NotFoundError(f"没有案卷文件：{'、'.join(missing)}", remedy="检查文件名和目录", code="case_missing")
        self._places = [(path, member) for path in case_paths(named) for member in _members(path)]

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Item | Result]:
        """Yield every case file; one that cannot be read, or gives a case again, as the result that it is."""
        given: dict[bytes, str] = {}
        archive: tuple[Path, ZipFile] | None = None
        for path, member in self._places:
            name = f"{path}!{member}" if member else str(path)
            try:
                if member and (archive is None or archive[0] != path):
                    archive = path, ZipFile(path)
                item = Item(name, _bytes(archive[1] if archive else None, path, member))
            except (OSError, BadZipFile, NotImplementedError, RuntimeError) as error:
                said = failure(error) if isinstance(error, OSError) else "压缩包已损坏或已加密"
                yield Result(name, "", State.REFUSED, reasons=(f"案卷文件不能读取：{said}",))
                continue
            if (found := _CASE_NO.search(item.data)) and given.setdefault(found[1], name) != name:
                before = f"案卷{found[1].decode()}已由{given[found[1]]}给出，每个案卷只给出一个案卷文件"
                yield Result(name, item.sha256, State.REFUSED, found[1].decode(), reasons=(before,))
                continue
            yield item


def _members(path: Path) -> tuple[str, ...]:
    """Return the case files in a zip archive; a single empty name for a file that is none."""
    if path.suffix.lower() != ".zip":
        return ("",)
    try:
        with ZipFile(path) as archive:
            names = tuple(
                one.filename for one in archive.infolist() if not one.is_dir() and Path(one.filename).suffix in _MEMBERS
            )
    except (OSError, BadZipFile) as error:
        raise InputError("压缩包不能读取", remedy="检查文件是否完整", code="bad_zip") from error
    if not names or len(names) > _MOST_MEMBERS:
        raise InputError(
            f"压缩包中应有1至{_MOST_MEMBERS}个案卷文件", remedy="案卷文件以 .yaml、.yml 或 .json 结尾", code="bad_zip"
        )
    return names


def _bytes(archive: ZipFile | None, path: Path, member: str) -> bytes:
    """Return the bytes of a case file, at most one more than a case may have."""
    if member:
        assert archive is not None
        with archive.open(member) as stream:
            return stream.read(MAX_BYTES + 1)
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
