"""Archiving as the service does it: the workspace's documents, judged by the rulebook, into the workspace's archive."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docgen.archive import Admission, Archive, Archived, Schedule, load_schedule, opened
from docgen.archive.upkeep import newest_case
from docgen.case import CaseFile
from docgen.clock import Clock, SystemClock
from docgen.errors import NotFoundError
from docgen.forms.catalogue import Catalogue
from docgen.pipeline import Office, archive
from docgen.workspace import Workspace
from service import wiring
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class ArchiveRoom:
    """Everything that archiving needs: the archive, the workspace beside it, rules, forms and the schedule."""

    archive: Archive
    workspace: Workspace
    rules: wiring.IssuingRules
    catalogue: Catalogue
    schedule: Schedule

    def case(self, given: str) -> CaseFile:
        """Return the case of a file, or of a case number as it was last issued."""
        path = Path(given)
        if path.suffix or path.is_file():
            return wiring.case_file(path)
        return newest_case(self.archive, given)

    def take(self, case: CaseFile, wanted: frozenset[str], *, by: str) -> tuple[Admission, Archived]:
        """Archive what may be archived of a case; what may not is in the admission, with all reasons."""
        office = Office(self.rules, self.catalogue, self.workspace, None)
        return archive(case, office, self.archive, self.schedule, by=by, numbers=wanted)


@contextmanager
def archive_of(settings: Settings, clock: Clock | None = None) -> Iterator[Archive]:
    """Open the archive of the workspace, and close it at the end."""
    with opened(settings.location(), clock or SystemClock()) as archive:
        yield archive


@contextmanager
def archive_room(settings: Settings, policy: Path | None = None, clock: Clock | None = None) -> Iterator[ArchiveRoom]:
    """Open everything that archiving needs, and close it at the end."""
    with archive_of(settings, clock) as archive, wiring.workspace(settings, clock) as workspace:
        rules = wiring.IssuingRules(wiring.rulebook(settings, policy, clock))
        yield ArchiveRoom(archive, workspace, rules, wiring.catalogue(settings), schedule(settings))


def schedule(settings: Settings) -> Schedule:
    """Load the retention schedule."""
    if not settings.retention.is_file():
        raise NotFoundError("没有保管期限表", remedy="检查 DOCGEN_RETENTION", code="schedule_missing")
    return load_schedule(settings.retention.read_bytes(), file=settings.retention.name)
