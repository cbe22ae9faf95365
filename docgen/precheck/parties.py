"""Names of the parties that differ within one text (rules.md section 6.9)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docgen.credit_code import valid_credit_code
from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.structure import Structure

_ROLES = (
    "甲方|乙方|丙方|丁方|买方|卖方|需方|供方|采购方|采购人|委托方|委托人|受托方|受托人|发包人|发包方"
    "|承包人|承包方|定作方|定作人|承揽方|承揽人|出租方|出租人|承租方|承租人|出卖人|买受人|供应商"
    "|服务方|用户|客户|担保方|保证人"
)
_SPACED_ROLES = "|".join(" ?".join(role) for role in _ROLES.split("|"))
_LABEL = re.compile(
    rf"(?:^|(?<=[\n|;。])"
    rf"|(?<=  )) *(?P<role>{_SPACED_ROLES}) *(?:\((?P<note>[^)\n]{{0,24}})\))? *(?:\([^)\n]{{0,24}}\))? *(?:名称"
    rf"|单位名称|全称|盖章|签章|公章|\(章\))* *[:] *(?P<name>[^\n|]*)"
)
_CALLED = re.compile(
    rf"(?P<name>[\u4e00-\u9fff()A-Za-z0-9]{{4,40}}?) *\((?:以下|下)?简?称[为:]?[\"“]?(?P<role>{_ROLES})[\"”]?\)"
)
_NAME = re.compile(
    r"[\u4e00-\u9fff()A-Za-z0-9·&]{2,40}?(?:有限责任公司|股份有限公司|有限公司|集团公司|总公司|分公司"
    r"|公司|厂|研究院|研究所|中心|大学|学院|学校"
    r"|中学|小学|医院|合作社|事务所|委员会|银行|商行|经营部|商店|商贸行|局|集团|站|馆|院|所|部"
    r"|店)(?![\u4e00-\u9fffA-Za-z])"
)
_CUT = re.compile(
    r" {2,}|[,;。]|(?:地址|住所|法定代表人|法人代表|统一社会信用|联系|电话|代表|授权|负责人|签字|日期"
    r"|盖章|签章|\(盖|\(章|\(签|\(以下|账号|开户|税号|身份证)"
)
_ACCOUNT = re.compile(
    r"(?:户名|户 名|开户名称?|账户名称?|帐户名称?|收款单位|收款人(?:名称)?|账户名"
    r"|帐户名) *: *(?P<name>[^\n|,;。]{4,50})"
)
_CODE = re.compile(
    r"(?:统一社会信用代码|信用代码|税号|纳税人识别号)[^\n:]{0,12}[: ] *(?P<code>[0-9A-Z]{18})(?![0-9A-Za-z])"
)
_THIRD = re.compile("丙方|丁方")
_COMPANY_END = re.compile("公司|研究院|研究所|事务所|合作社|大学|学院|医院")
_NEAR = 2
_LONG = 6


@dataclass(frozen=True, slots=True)
class PartyName:
    """A name beside a role, in offsets of the folded text; `name` is without blanks."""

    role: str
    name: str
    start: int
    end: int


def party_names(structure: Structure) -> tuple[PartyName, ...]:
    """Return every name that stands beside a role, in the order of the text."""
    text = structure.text
    found = [_named(match) for match in _LABEL.finditer(text, 0, structure.annex)]
    head = min(structure.end, 3000)
    found += [_named(match) for match in _CALLED.finditer(text, 0, head)]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.start))


def _named(match: re.Match[str]) -> PartyName | None:
    written = match["name"]
    cut = _CUT.search(written)
    written = written[: cut.start()] if cut else written
    if match.re is _CALLED:
        written = re.split(r"[由与和向对:,]", written)[-1]
    bare = written.strip(' _:"“”')
    compact = bare.replace(" ", "")
    known = _NAME.match(compact + " ")
    if known is None or "_" in compact:
        return None
    start = match.start("name") + match["name"].find(bare)
    role = match["role"].replace(" ", "")
    note = (match.groupdict().get("note") or "").replace(" ", "")
    return PartyName(note if re.fullmatch(_ROLES, note) else role, known[0], start, start + len(bare))


def find_party_faults(structure: Structure) -> Iterator[Hit]:
    """Yield names of one role that differ, one name in two roles, slips of the pen, roles that nobody has."""
    names = party_names(structure)
    first: dict[str, PartyName] = {}
    for one in names:
        before = first.setdefault(one.role, one)
        if before.name != one.name:
            reason = "party_typo" if _alike(before.name, one.name) else "party_differs"
            yield _hit(structure, one.start, one.end, reason, role=one.role, name=one.name, other=before.name)
    roles = list(first.values())
    for index, one in enumerate(roles):
        same = next(
            (other for other in roles[:index] if other.name == one.name and _opposed(other.role, one.role)), None
        )
        if same is not None:
            yield _hit(structure, one.start, one.end, "party_twice", role=one.role, name=one.name, other=same.role)
    yield from _accounts(structure, roles)
    yield from _slips(structure, names)
    yield from _codes(structure)
    yield from _third_parties(structure)


def _opposed(one: str, other: str) -> bool:
    pairs = (
        {"甲方", "乙方"},
        {"买方", "卖方"},
        {"需方", "供方"},
        {"出租方", "承租方"},
        {"委托方", "受托方"},
        {"发包人", "承包人"},
    )
    return any({one, other} == pair for pair in pairs)


def _accounts(structure: Structure, roles: Sequence[PartyName]) -> Iterator[Hit]:
    if len(roles) < 2:
        return
    known = {one.name for one in roles}
    for found in _ACCOUNT.finditer(structure.text, 0, structure.end):
        compact = found["name"].replace(" ", "")
        name = _NAME.match(compact + " ")
        if name is None or name[0] in known or "_" in compact:
            continue
        near = next((one for one in sorted(known) if _alike(one, name[0])), None)
        reason = "party_typo" if near else "account_differs"
        start, end = found.span("name")
        yield _hit(structure, start, end, reason, role=near or "", name=name[0], other=near or "、".join(sorted(known)))


def _slips(structure: Structure, names: Sequence[PartyName]) -> Iterator[Hit]:
    """Yield names in running text that are nearly, but not quite, the name of a party."""
    known = {one.name for one in names if len(one.name) >= _LONG and _COMPANY_END.search(one.name)}
    told = {one.end for one in names}
    seen: set[str] = set()
    for found in _COMPANY_END.finditer(structure.text, 0, structure.end):
        if found.end() in told or not known:
            continue
        before = structure.text[max(0, found.end() - 60) : found.end()].rpartition("\n")[2]
        ending = [name for name in known if name.endswith(found[0])]
        if any(before.endswith(name) for name in ending):
            continue
        for name in ending:
            slip = _slip(before, name)
            if slip and slip not in known and slip not in seen:
                seen.add(slip)
                yield _hit(
                    structure, found.end() - len(slip), found.end(), "party_typo", role="", name=slip, other=name
                )
                break


def _slip(before: str, name: str) -> str | None:
    """Return what stands at the end of `before` in place of `name`, one character off; None if nothing does."""
    for length in (len(name), len(name) - 1, len(name) + 1):
        window = before[-length:]
        if len(window) == length and window[:2] == name[:2] and _distance(window, name) == 1:
            return window
    window = before[-len(name) :]
    if (
        len(window) == len(name)
        and _distance(window, name) == 1
        and not re.search(r"[\u4e00-\u9fff]$", before[: -len(name)])
    ):
        return window
    return None


def _alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _LONG:
        return False
    plain = [re.sub("(有限责任公司|股份有限公司|有限公司|分公司|公司)$", "", name) for name in (one, other)]
    return plain[0] == plain[1] or 0 < _distance(one, other) <= _NEAR


def _distance(one: str, other: str) -> int:
    """Return the edit distance, at most one more than what counts as near."""
    if abs(len(one) - len(other)) > _NEAR:
        return _NEAR + 1
    row = list(range(len(other) + 1))
    for index, character in enumerate(one, 1):
        last, row[0] = row[0], index
        for place, against in enumerate(other, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (character != against))
    return row[-1]


def _codes(structure: Structure) -> Iterator[Hit]:
    for found in _CODE.finditer(structure.text, 0, structure.end):
        if not valid_credit_code(found["code"]):
            yield _hit(structure, *found.span("code"), "credit_code", name=found["code"])


def _third_parties(structure: Structure) -> Iterator[Hit]:
    told: set[str] = set()
    for found in _THIRD.finditer(structure.text, 0, structure.signature):
        role = found[0]
        if role in told:
            continue
        told.add(role)
        defined = re.search(rf"{role[0]} ?方 *(?:\([^)\n]*\))? *:|[称为\"“] *{role}", structure.text)
        if not defined:
            yield _hit(structure, found.start(), found.end(), "party_undefined", role=role)


def _hit(structure: Structure, start: int, end: int, reason: str, **values: str) -> Hit:
    first, last = structure.folded.span(start, end)
    return Hit(HitKind.PARTY_NAME, reason, first, last, values)
