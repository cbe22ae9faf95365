"""The pages: one module per screen, each with a blueprint `blueprint` and its templates in a folder of its name.

A page needs no JavaScript to work; htmx and the scripts in `static/` only make it quicker.
"""

from flask import Flask

from service.pages import (
    account,
    cases,
    desk,
    documents,
    envelopes,
    frame,
    issuing,
    login,
    prechecking,
    setup,
    shelf,
    signing,
    verifying,
)

_SCREENS = (setup, login, account, desk, cases, documents, issuing, envelopes, signing, prechecking, shelf, verifying)


def install(app: Flask) -> None:
    """Give `app` the pages."""
    frame.install(app)
    for screen in _SCREENS:
        app.register_blueprint(screen.blueprint)
