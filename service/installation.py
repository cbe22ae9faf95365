"""Everything that a running service is made of, opened once and closed at the end."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from docgen.archive import Archive
from docgen.archive.admission import Grounds
from docgen.case import CaseFile
from docgen.case.loader import load_text
from docgen.clock import Clock, SystemClock
from docgen.convert import Converter, open_converter
from docgen.db.engine import Database
from docgen.errors import NotFoundError, StateError
from docgen.findings import CheckReport
from docgen.pipeline import Office, Outcome, Wish, issue
from docgen.stores import open_store
from docgen.workspace import KeptCase, KeptDocument, Workspace
from service import archiving, secrecy, wiring
from service.access import AccessError, Role
from service.auth.accounts import Accounts
from service.auth.logins import Logins, Visitor
from service.auth.second_factor import SecondFactor
from service.jobs import Jobs
from service.reading import Reader
from service.secret import read_secret
from service.settings import Settings
from service.webhooks import Webhooks

if TYPE_CHECKING:
    from docgen.envelope.room import SigningRoom

_ATTEMPTS = 3


class Installation:
    """The parts of one running service; every part may be used by several threads."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        """Open everything; raise what opening it raises."""
        self.settings = settings
        self.clock = clock or SystemClock()
        location = settings.location()
        location.prepare()
        self.store = open_store(location.store)
        self.database = Database(location.database)
        self.secret = read_secret(settings.secret, location.folder)
        self.workspace = Workspace(self.database, self.store, self.clock)
        self.archive = Archive(self.database, self.store, self.clock)
        self.rules = wiring.IssuingRules(wiring.rulebook(settings, clock=self.clock))
        self.catalogue = wiring.catalogue(settings)
        self.schedule = archiving.schedule(settings)
        self.accounts = Accounts(self.database, self.clock)
        self.logins = Logins(self.database, self.clock)
        self.second_factor = SecondFactor(self.database, self.clock, self.secret)
        self.jobs = Jobs(self.database, self.clock)
        self.webhooks = Webhooks(self.database, self.clock, self.secret, settings.webhook_hosts)
        self.reader = Reader()
        self._converter: Converter | None = None
        self._converting = threading.Lock()
        self._furnishing = threading.Lock()
        self._room: SigningRoom | None = None
        self._closing: list[Callable[[], None]] = [
            self.webhooks.close,
            self.jobs.close,
            self.reader.close,
            self.database.close,
        ]

    def on_close(self, act: Callable[[], None]) -> None:
        """Have something done before the parts are closed."""
        self._closing.insert(0, act)

    def close(self) -> None:
        """Close every part."""
        for act in self._closing:
            act()
        if self._converter:
            self._converter.close()

    @property
    def local(self) -> bool:
        """Whether people reach the service on this machine only."""
        return self.settings.public_url.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]"))

    @property
    def setup_code(self) -> str:
        """Return the code that the first account asks for where strangers may reach the service."""
        return self.secret.words("setup")[:12]

    @contextmanager
    def office(self, *, pdf: bool) -> Iterator[Office]:
        """Yield where documents are issued; with `pdf`, one converts at a time."""
        if not pdf:
            yield Office(self.rules, self.catalogue, self.workspace, None)
            return
        with self._converting:
            if self._converter is None:
                self._converter = open_converter(self.settings.converter)
            yield Office(self.rules, self.catalogue, self.workspace, self._converter)

    @property
    def room(self) -> "SigningRoom":
        """Return the signing room; raise `DeclarationError` where signing is not set up."""
        from service.signing import signing_room  # noqa: PLC0415 - cryptography takes half a second to load

        with self._furnishing:
            if self._room is None:
                self._room = signing_room(self.settings, Office(self.rules, self.catalogue, self.workspace, None))
        return self._room

    def case(self, case_no: str) -> tuple[KeptCase, CaseFile]:
        """Return the present revision of a case; raise `NotFoundError` where there is none."""
        kept = self.workspace.casebook.present(case_no)
        return kept, load_text(self.workspace.casebook.text(kept))

    def check(self, case: CaseFile, as_of: datetime | None = None) -> CheckReport:
        """Judge a case with what is known of others; without `as_of` now, for the service works on living cases."""
        known = self.workspace.known_numbers(case)
        return self.rules.check(case, as_of or case.as_of or self.clock.now(), known)

    def issue(self, case: CaseFile, wishes: Sequence[Wish], visitor: Visitor, *, pdf: bool) -> Outcome:
        """Issue documents; where somebody else was faster, try again."""
        for attempt in range(_ATTEMPTS):
            try:
                with self.office(pdf=pdf) as office:
                    return issue(case, wishes, office, by=visitor.person.actor)
            except StateError as error:
                if error.code != "changed_meanwhile" or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def grounds(self, case: CaseFile) -> Grounds:
        """Return what admission to the archive is judged by."""
        overrides = self.workspace.overrides(case.case_no)
        return Grounds(self.check(case), self.rules, overrides, self.catalogue, self.workspace.signed(case.case_no))

    def readable(self, document: KeptDocument, roles: frozenset[Role]) -> None:
        """Raise `AccessError` where a document prints what `roles` may not see."""
        if self.is_secret(document.identity.form_id) and not secrecy.sees_all(roles):
            raise AccessError("这份文书涉及内部底线，您的角色不可见", remedy="请法务查看", code="secret_document")

    def is_secret(self, form_id: str) -> bool:
        """Tell whether a form prints what below legal nobody sees; a form that is no more counts as one that does."""
        try:
            return secrecy.is_secret(self.catalogue.get(form_id).spec)
        except NotFoundError:
            return True
