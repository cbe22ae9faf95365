"""The API `/api/v1`: one module per thing; each has a blueprint `blueprint` and is named once, here."""

from flask_openapi.openapi import OpenAPI

from service.api import accounts, archive, batches, cases, documents, envelopes, events, rules, signed, webhooks

_MODULES = (cases, documents, envelopes, archive, batches, signed, rules, events, accounts, webhooks)


def install(app: OpenAPI) -> None:
    """Give `app` the routes of every module."""
    for module in _MODULES:
        app.register_api(module.blueprint)
