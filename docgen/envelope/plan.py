"""Who signs what, in which turn: read from the forms' declarations and the people of the case.

Whether these people may sign is for the rules to say (`docgen.envelope.authority`); here they must only be known, and
whoever keeps our seal must not be the one who releases it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from docgen.case import CaseFile
from docgen.case.contract import Authorization
from docgen.case.enums import Party, SignerKind
from docgen.case.parties import Contact, Staff
from docgen.envelope.definition import Act, Person, SealUse, Seat, Signer
from docgen.errors import Detail, InputError, NotFoundError, StateError
from docgen.forms.spec import FormSpec
from docgen.forms.spec import Signer as Declared


class Order(StrEnum):
    """In which order the signers of an envelope come: as their forms declare, one after the other, all at once."""

    DECLARED = "declared"
    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the sender decides where form and case leave it open.

    `signers` names people by place (id or name), `powers` the authorization, `seals` the seal (our seal's number, or
    the kind of the customer's); `optional` are optional places to include, `keeper` and `approver` those of our seal.
    """

    signers: Mapping[str, str] = field(default_factory=dict)
    powers: Mapping[str, str] = field(default_factory=dict)
    seals: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    keeper: str | None = None
    approver: str | None = None
    order: Order = Order.DECLARED


def plan(case: CaseFile, forms: tuple[FormSpec, ...], choices: Choices) -> tuple[Signer, ...]:
    """Return who signs the documents of `forms`, by turn; our seals come last.

    Raises:
        InputError: somebody is not named and not clear (`which_signer`), the seal's two people are not named
            (`seal_people_missing`), or a choice belongs to nothing (`unknown_place`).
        NotFoundError: a person, seal or authorization is not in the case.
        StateError: the keeper of the seal would release it too (`seal_two_people`), or nobody signs (`nobody_signs`).
    """
    _known_places(forms, choices)
    people = _People(case)
    seats = [one for index, spec in enumerate(forms) for one in _seats(index, spec, people, choices)]
    if not seats:
        raise StateError("这份文书没有签署人", code="nobody_signs", remedy="无须签署，可直接归档")
    signers = _merged(seats, people)
    ordered = [
        one.model_copy(update={"turn": turn}) for one, turn in zip(signers, _turns(signers, choices), strict=True)
    ]
    return (*ordered, *_keepers(seats, people, choices, after=max(one.turn for one in ordered) if ordered else 0))


def candidates(case: CaseFile, seat: Seat, person: Person) -> tuple[Seat, ...]:
    """Return the seat as taken under each authorization of `person` for its side, else as it is."""
    if seat.kind is not SignerKind.AUTHORIZED_REPRESENTATIVE or seat.auth_no:
        return (seat,)
    found = [
        one.auth_no for one in case.authorizations if one.side.value == seat.party.value and _is_agent(one, person)
    ]
    return tuple(seat.model_copy(update={"auth_no": number}) for number in found) or (seat,)


def taken_by(case: CaseFile, signer: Signer, given: str) -> Signer:
    """Return the signer with another person in all seats, in the capacity that person has.

    Raises:
        NotFoundError: nobody of that name or id is on this side of the case (`person_unknown`).
        StateError: it is the same person, or the one who releases the seal (`seal_two_people`).
    """
    people = _People(case)
    person = people.named(signer.seats[0].party, given)
    if person.is_same(signer.person):
        raise StateError("受托代签的是同一个人", code="same_person", remedy="换一个人")
    if signer.approver is not None:
        _two_people(person, signer.approver)
    seats = tuple(
        seat.model_copy(update={"kind": people.capacity(seat.party, person, seat.kind), "auth_no": None})
        for seat in signer.seats
    )
    return signer.model_copy(update={"person": person, "seats": seats})


class _People:
    """The people of a case on either side."""

    def __init__(self, case: CaseFile) -> None:
        self._case = case
        self._sides: dict[bool, list[tuple[Person, frozenset[str]]]] = {
            True: [(_person(one.contact_id, one), frozenset(one.roles)) for one in case.contacts],
            False: [(_person(one.staff_id, one), frozenset(one.roles)) for one in case.staff],
        }
        self.seals = case.supplier.seals

    def organisation(self, party: Party) -> str:
        return self._case.customer.name if party is Party.CUSTOMER else self._case.supplier.name

    def named(self, party: Party, given: str) -> Person:
        """Return who is meant by an id or a name, on the side of `party`."""
        side = self._sides[party is Party.CUSTOMER]
        found = [person for person, _ in side if given in (person.ref, person.name)]
        legal = self._legal_representative(party)
        if not found and given == legal:
            return Person(name=given, title=SignerKind.LEGAL_REPRESENTATIVE.label)
        if len(found) != 1:
            what = "有多个同名的人，须用编号指明" if found else "案卷的这一方没有这个人"
            raise NotFoundError(what, code="person_unknown", remedy="人员见案卷的 staff 与 contacts")
        return found[0]

    def fitting(self, declared: Declared) -> list[Person]:
        """Return those who have a role that the form wants for the place."""
        wanted = frozenset(declared.contact_roles) | frozenset(declared.roles)
        side = self._sides[declared.party is Party.CUSTOMER]
        return [person for person, roles in side if not wanted or wanted & roles]

    def capacity(self, party: Party, person: Person, kinds: SignerKind | tuple[SignerKind, ...]) -> SignerKind:
        """Return in what capacity a person takes a place that may be taken in any of `kinds`."""
        wanted = kinds if isinstance(kinds, tuple) else (kinds,)
        representing = {SignerKind.LEGAL_REPRESENTATIVE, SignerKind.AUTHORIZED_REPRESENTATIVE}
        if representing.intersection(wanted):
            is_legal = person.name == self._legal_representative(party)
            return SignerKind.LEGAL_REPRESENTATIVE if is_legal else SignerKind.AUTHORIZED_REPRESENTATIVE
        return SignerKind.CONTACT if party is Party.CUSTOMER else SignerKind.STAFF

    def power(self, party: Party, number: str) -> str:
        """Return the number of an authorization of that side."""
        if not any(one.auth_no == number and one.side.value == party.value for one in self._case.authorizations):
            raise NotFoundError("案卷中没有这份授权委托书", code="authorization_unknown", remedy="核对授权编号")
        return number

    def legal_representative(self, party: Party) -> Person | None:
        name = self._legal_representative(party)
        return self.named(party, name) if name else None

    def _legal_representative(self, party: Party) -> str | None:
        side = self._case.customer if party is Party.CUSTOMER else self._case.supplier
        return side.legal_representative


def _person(ref: str, one: Staff | Contact) -> Person:
    return Person(ref=ref, name=one.name, title=one.title or "", email=one.email, phone=one.phone)


def _is_agent(one: Authorization, person: Person) -> bool:
    return one.agent_contact_ref == person.ref if one.agent_contact_ref else one.agent_name == person.name


def _known_places(forms: tuple[FormSpec, ...], choices: Choices) -> None:
    places = {signer.place for spec in forms for signer in spec.signers}
    given = {*choices.signers, *choices.powers, *choices.seals, *choices.optional}
    if unknown := sorted(given - places):
        raise InputError(
            f"没有这个签署处：{'、'.join(unknown)[:80]}",
            code="unknown_place",
            remedy=f"可用：{'、'.join(sorted(places))}",
        )


def _seats(
    document: int, spec: FormSpec, people: _People, choices: Choices
) -> Iterator[tuple[Declared, Seat, Person | None]]:
    """Yield each place to sign of a form with the person who takes it; None where only our seal is wanted."""
    for declared in spec.signers:
        place = declared.place
        if declared.optional and place not in choices.optional and place not in choices.signers:
            continue
        seal = _seal(declared, people, choices)
        # A letter that only bears our seal names nobody who would sign it.
        personal = bool(declared.roles or declared.contact_roles or declared.kinds or not seal)
        person = _signer(declared, people, choices) if personal else None
        own_seal = seal is not None and declared.party is Party.CUSTOMER
        yield (
            declared,
            Seat(
                document=document,
                place=place,
                label=declared.label,
                party=declared.party,
                level=declared.level,
                acts=(Act.SIGN, Act.SEAL) if own_seal else (Act.SIGN,),
                kind=people.capacity(declared.party, person, declared.kinds) if person else SignerKind.STAFF,
                auth_no=people.power(declared.party, choices.powers[place]) if place in choices.powers else None,
                seal=seal,
            ),
            person,
        )


def _signer(declared: Declared, people: _People, choices: Choices) -> Person:
    if declared.place in choices.signers:
        return people.named(declared.party, choices.signers[declared.place])
    fitting = people.fitting(declared)
    if not fitting and SignerKind.LEGAL_REPRESENTATIVE in declared.kinds:
        fitting = [one for one in [people.legal_representative(declared.party)] if one]
    if len(fitting) != 1:
        named = tuple(Detail(declared.place, one.title, one.name) for one in fitting)
        raise InputError(
            f"“{declared.label}”须指明由谁签署",
            code="which_signer",
            remedy=f"用 --signer {declared.place}=编号 指明",
            details=named,
        )
    return fitting[0]


def _seal(declared: Declared, people: _People, choices: Choices) -> SealUse | None:
    given = choices.seals.get(declared.place)
    if not declared.seals or not (given or declared.seal_required or not (declared.roles or declared.kinds)):
        return None
    if declared.party is Party.CUSTOMER:
        kinds = [kind for kind in declared.seals if given in (None, kind.value, kind.label)]
        if not kinds:
            raise NotFoundError("这里不能加盖这种印章", code="seal_unknown", remedy="印章种类见表单声明的 seals")
        return SealUse(kind=kinds[0], owner=people.organisation(Party.CUSTOMER))
    ours = [one for one in people.seals if (given == one.seal_id if given else one.kind in declared.seals)]
    if not ours:
        raise NotFoundError("我方没有这枚印章", code="seal_unknown", remedy="印章见案卷的 supplier.seals")
    return SealUse(kind=ours[0].kind, owner=ours[0].owner_name, seal_id=ours[0].seal_id)


def _merged(found: list[tuple[Declared, Seat, Person | None]], people: _People) -> list[Signer]:
    """Join the places that one person takes in one turn, in the order of turns."""
    signers: list[Signer] = []
    for declared, seat, person in found:
        if person is None:
            continue
        same = next((one for one in signers if one.turn == declared.turn and one.person.is_same(person)), None)
        if same and same.seats[0].party is seat.party:
            signers[signers.index(same)] = same.model_copy(update={"seats": (*same.seats, seat)})
            continue
        taken = sum(1 for one in signers if one.seats[0].place == seat.place)
        key = f"{seat.place}-{taken + 1}" if taken else seat.place
        organisation = people.organisation(seat.party)
        signers.append(Signer(key=key, turn=declared.turn, person=person, organisation=organisation, seats=(seat,)))
    return sorted(signers, key=lambda one: one.turn)


def _turns(signers: list[Signer], choices: Choices) -> list[int]:
    match choices.order:
        case Order.DECLARED:
            dense = sorted({one.turn for one in signers})
            return [dense.index(one.turn) + 1 for one in signers]
        case Order.SEQUENTIAL:
            return list(range(1, len(signers) + 1))
        case Order.PARALLEL:
            return [1] * len(signers)


def _keepers(
    found: list[tuple[Declared, Seat, Person | None]], people: _People, choices: Choices, *, after: int
) -> Iterator[Signer]:
    """Yield who applies our seal, after everybody has signed: one keeper, released by another person."""
    sealed = [seat for _, seat, _ in found if seat.seal and seat.party is not Party.CUSTOMER]
    if not sealed:
        return
    if not choices.keeper or not choices.approver:
        raise InputError(
            "加盖我方印章须由两人分别批准和用印",
            code="seal_people_missing",
            remedy="用 --seal-approver 与 --seal-keeper 指明两个人",
        )
    keeper, approver = (people.named(Party.SUPPLIER, given) for given in (choices.keeper, choices.approver))
    _two_people(keeper, approver)
    seats = tuple(
        seat.model_copy(update={"acts": (Act.SEAL,), "label": "我方用印", "kind": SignerKind.STAFF, "auth_no": None})
        for seat in sealed
    )
    yield Signer(
        key="seal",
        turn=after + 1,
        person=keeper,
        organisation=people.organisation(Party.SUPPLIER),
        seats=seats,
        approver=approver,
    )


def _two_people(keeper: Person, approver: Person) -> None:
    if keeper.is_same(approver):
        raise StateError(
            "批准用印的人与用印的人是同一个人", code="seal_two_people", remedy="批准和用印须由两人分别办理"
        )
