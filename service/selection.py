"""Case files named on the command line: single files, folders with everything below them, and patterns."""

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docgen.case import CaseFile
from docgen.errors import Detail, DocgenError, InputError, NotFoundError
from docgen.findings import Finding
from service import inputs

SUFFIXES = frozenset({".yaml", ".yml"})
"""What a case file in a folder ends in; one in JSON is named itself, for folders hold other JSON too."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case file that was not used: it cannot be read (`error`), or rules forbid what was asked (`findings`)."""

    path: Path
    error: DocgenError | None = None
    findings: tuple[Finding, ...] = ()


class Selection:
    """Case files to be read one by one, so that only one of them is in memory; `left_out` gathers those not used."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Take the files in this order."""
        self._paths = paths
        self.left_out: list[LeftOut] = []

    def __iter__(self) -> Iterator[tuple[Path, CaseFile]]:
        """Yield each case with its file; a file that cannot be read and a case met before are left out."""
        known: dict[str, Path] = {}
        for path in self._paths:
            try:
                case = inputs.case_file(path)
            except (InputError, NotFoundError) as error:
                self.left_out.append(LeftOut(path, error))
                continue
            before = known.setdefault(case.case_no, path)
            if before != path:
                self.left_out.append(LeftOut(path, _twice(case.case_no, before)))
                continue
            yield path, case


def case_paths(named: Sequence[str]) -> tuple[Path, ...]:
    """Return the case files that `named` means, each once, in the order of the names and of the paths below them.

    Raises:
        NotFoundError: `no_cases`, where a folder or a pattern gives none.
    """
    found: dict[Path, None] = {}
    for name in named:
        paths = _paths(name)
        if not paths:
            raise NotFoundError(f"没有案卷文件：{name}", remedy="检查目录或通配符", code="no_cases")
        found.update(dict.fromkeys(paths))
    return tuple(found)


def every_case(paths: Sequence[Path]) -> list[CaseFile]:
    """Load all of these case files; the same case may come in several variants.

    Raises:
        InputError, NotFoundError: the one file cannot be used; of several, `invalid_case` with the faults of all.
    """
    if len(paths) == 1:
        return [inputs.case_file(paths[0])]
    cases: list[CaseFile] = []
    faults: list[Detail] = []
    unusable = 0
    for path in paths:
        try:
            cases.append(inputs.case_file(path))
        except (InputError, NotFoundError) as error:
            unusable += 1
            faults.append(Detail(str(path), "", error.message, error.code))
            faults += (replace(detail, path=f"{path}: {detail.path}") for detail in error.details)
    if faults:
        remedy = "按每一处的提示修改后重试"
        raise InputError(f"有{unusable}个案卷文件不能使用", details=faults, code="invalid_case", remedy=remedy)
    return cases


def _paths(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        return sorted(each for each in path.rglob("*") if each.suffix in SUFFIXES and each.is_file())
    if path.is_file() or not glob.has_magic(name):
        return [path]
    return sorted(each for each in map(Path, glob.glob(name, recursive=True)) if each.is_file())  # noqa: PTH207 - any root


def _twice(case_no: str, before: Path) -> InputError:
    return InputError(f"案卷{case_no}已由{before}给出", code="case_twice", remedy="每个案卷只给出一个案卷文件")
