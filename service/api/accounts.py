"""Accounts over the API: who I am, my keys, and (for administrators) the users."""

from typing import Annotated

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.access import Action, Role, does
from service.api.answers import answer, done, module, moment
from service.auth.accounts import Person
from service.auth.logins import KeptKey
from service.gate import installation, visitor
from service.shapes import Address, Shape, Short

blueprint: APIBlueprint = module("accounts", "账号")

NAME = r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$"
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role))]


class NewKey(Shape):
    """A key to be made: what for, in which roles, for how long."""

    label: Short = Field(title="用途")
    roles: Roles = Field(title="角色")
    days: int = Field(90, title="有效天数", ge=1, le=366)


class KeyPath(Address):
    """The address of a key."""

    key: str = Field(title="密钥标识", pattern=r"^[0-9a-f]{12}$")


class NewUser(Shape):
    """An account to be made."""

    name: str = Field(title="账号", pattern=NAME)
    display: Short = Field(title="姓名")
    roles: Roles = Field(title="角色")
    password: str | None = Field(None, title="密码", max_length=200)
    staff_id: str | None = Field(None, title="人员编号", pattern=r"^S[0-9]{2,}$", max_length=16)
    oidc_subject: str | None = Field(None, title="单点登录标识", min_length=1, max_length=200)


class UserChange(Shape):
    """What is changed of an account."""

    roles: Roles | None = Field(None, title="角色")
    active: bool | None = Field(None, title="启用")


class UserPath(Address):
    """The address of an account."""

    name: str = Field(title="账号", pattern=NAME)


@blueprint.get("/me", summary="当前账号", responses={200: done("账号")})
@does(Action.LOGGED_IN)
def me() -> Response:
    """Return who asks, and in which roles."""
    who = visitor()
    return answer({**_told(who.person), "roles_now": sorted(who.roles)})


@blueprint.get("/keys", summary="我的接口密钥", responses={200: done("密钥")})
@does(Action.KEYS)
def keys() -> Response:
    """Return the keys of who asks."""
    found = [_key(one) for one in installation().logins.keys(visitor().person)]
    return answer({"items": found, "total": len(found)})


@blueprint.post("/keys", summary="新建接口密钥", responses={201: done("密钥，仅显示一次")})
@does(Action.KEYS)
def make_key(body: NewKey) -> Response:
    """Make a key with roles that count for who asks now; its text is in this answer and nowhere else."""
    kept, text = installation().logins.make_key(
        visitor().person, label=body.label, roles=body.roles, days=body.days, within=visitor().roles
    )
    return answer({**_key(kept), "key": text}, 201)


@blueprint.delete("/keys/<string:key>", summary="撤销接口密钥", responses={200: done("已撤销")})
@does(Action.KEYS)
def revoke(path: KeyPath) -> Response:
    """Revoke a key at once."""
    installation().logins.revoke(visitor().person, path.key)
    return answer({"id": path.key, "revoked": True})


@blueprint.get("/users", summary="用户", responses={200: done("用户")})
@does(Action.USERS)
def users() -> Response:
    """Return every account."""
    found = [_told(one) for one in installation().accounts.all()]
    return answer({"items": found, "total": len(found)})


@blueprint.post("/users", summary="新建用户", responses={201: done("已新建")})
@does(Action.USERS)
def add(body: NewUser) -> Response:
    """Make an account."""
    person = installation().accounts.add(
        body.name,
        display=body.display,
        roles=body.roles,
        password=body.password,
        staff_id=body.staff_id,
        oidc_subject=body.oidc_subject,
    )
    return answer(_told(person), 201)


@blueprint.patch("/users/<string:name>", summary="修改用户", responses={200: done("已修改")})
@does(Action.USERS)
def change(path: UserPath, body: UserChange) -> Response:
    """Change roles of an account, or whether it is in force."""
    return answer(_told(installation().accounts.change(path.name, roles=body.roles, active=body.active)))


def _told(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "display": person.display,
        "staff_id": person.staff_id,
        "roles": sorted(person.roles),
        "active": person.active,
        "second_factor": person.second_factor,
        "created_at": moment(person.created_at),
    }


def _key(one: KeptKey) -> dict[str, object]:
    return {
        "id": one.id,
        "label": one.label,
        "roles": sorted(one.roles),
        "created_at": moment(one.created_at),
        "expires_at": moment(one.expires_at),
        "revoked_at": moment(one.revoked_at),
    }
