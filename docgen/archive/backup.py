"""Backup of the whole archive into an empty folder, and its restoration; both end with a full audit of the copy.

The database is copied first, in one consistent state (SQLite's own backup), then the objects: an object that a row
of the copy names was durable before that row was. A backup is a workspace like any other; restoring is copying.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from docgen.archive.fixity import AuditReport, audit
from docgen.clock import Clock
from docgen.errors import BackendError, IntegrityError, NotFoundError, StateError
from docgen.workspace.location import DATABASE_FILE, OBJECTS_FOLDER

_LEFT_BEHIND = shutil.ignore_patterns("tmp", "quarantine")


def copy_archive(source: Path, target: Path, clock: Clock) -> AuditReport:
    """Copy the archive of the workspace in `source` to the empty folder `target`, and audit the copy.

    Raises:
        NotFoundError: there is no workspace in `source`.
        StateError: `target` is not empty.
        IntegrityError: the source, hence the copy, is damaged; the copy is left for inspection.
        BackendError: the disk is full or a folder cannot be written.
    """
    if not (source / DATABASE_FILE).is_file():
        raise NotFoundError("此处没有工作区或档案库", remedy="指明工作区或备份所在目录", code="no_archive")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StateError("目标目录不是空目录", remedy="指明一个空的或尚不存在的目录", code="target_not_empty")
    try:
        target.mkdir(parents=True, exist_ok=True)
        unfinished = target / f"{DATABASE_FILE}.unfinished"
        _copy_database(source / DATABASE_FILE, unfinished)
        shutil.copytree(source / OBJECTS_FOLDER, target / OBJECTS_FOLDER, ignore=_LEFT_BEHIND)
        _sync(target)
        unfinished.rename(target / DATABASE_FILE)  # a copy is one only when everything in it is durable
        _sync_folder(target)
    except (OSError, shutil.Error, sqlite3.Error) as error:
        raise BackendError(
            "复制档案库失败", remedy="检查磁盘空间和目录权限后，用新的空目录重试", code="copy_failed"
        ) from error
    report = audit(target, clock)
    if not report.intact:
        damaged = "、".join([*report.altered, *report.missing][:3]) or report.chain
        raise IntegrityError(f"副本与台账不符：{damaged}", remedy="对来源运行 docgen audit", code="copy_damaged")
    return report


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _sync(folder: Path) -> None:
    for here, _, names in os.walk(folder):
        for name in names:
            with (Path(here) / name).open("rb") as file:
                os.fsync(file.fileno())
        _sync_folder(Path(here))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
