"""Webhooks over the API: addresses that are told of events."""

from typing import Annotated

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from docgen.workspace.events import EventKind
from service.access import Action, does
from service.api.answers import answer, done, module, moment
from service.gate import installation, visitor
from service.shapes import UUID, Address, Shape
from service.webhooks import KeptWebhook

blueprint: APIBlueprint = module("webhooks", "通知")


class Target(Shape):
    """An address to tell, and of which kinds of events."""

    url: str = Field(title="地址", min_length=8, max_length=2000, pattern=r"^https?://[!-~]+$")
    kinds: Annotated[list[EventKind], Field(max_length=50)] = Field(default_factory=list, title="事件种类（空为全部）")


class WebhookPath(Address):
    """The address of a webhook."""

    webhook: str = Field(title="通知地址标识", pattern=UUID)


@blueprint.post("/webhooks", summary="登记通知地址", responses={201: done("已登记")})
@does(Action.WEBHOOKS)
def add(body: Target) -> Response:
    """Tell an address of events; the secret in the answer is shown this once."""
    kept, secret = installation().webhooks.add(body.url, [str(one) for one in body.kinds], visitor().person.id)
    return answer({**_told(kept), "secret": secret}, 201)


@blueprint.get("/webhooks", summary="通知地址", responses={200: done("通知地址")})
@does(Action.WEBHOOKS)
def every() -> Response:
    """Return every address."""
    found = [_told(one) for one in installation().webhooks.all()]
    return answer({"items": found, "total": len(found)})


@blueprint.delete("/webhooks/<string:webhook>", summary="停用通知地址", responses={200: done("已停用")})
@does(Action.WEBHOOKS)
def stop(path: WebhookPath) -> Response:
    """Tell an address no more; its log stays."""
    installation().webhooks.stop(path.webhook)
    return answer({"id": path.webhook, "active": False})


@blueprint.get("/webhooks/<string:webhook>/deliveries", summary="通知记录", responses={200: done("通知记录")})
@does(Action.WEBHOOKS)
def deliveries(path: WebhookPath) -> Response:
    """Return how the last deliveries went."""
    found = [
        {
            "id": one.id,
            "event": one.event_seq,
            "attempts": one.attempts,
            "next_at": moment(one.next_at),
            "delivered_at": moment(one.delivered_at),
            "outcome": one.outcome,
        }
        for one in installation().webhooks.deliveries(path.webhook)
    ]
    return answer({"items": found, "total": len(found)})


def _told(one: KeptWebhook) -> dict[str, object]:
    return {
        "id": one.id,
        "url": one.url,
        "kinds": list(one.kinds),
        "active": one.active,
        "created_at": moment(one.created_at),
    }
