"""What every page shows around its content: navigation after the visitor's roles, names of states, times."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, g, url_for

from service.access import STATE_LABELS, Action, permitted
from service.archive_lines import EDITIONS
from service.gate import roles
from service.wording import OUTCOMES, instant

_ACTIONS = {one.value: one for one in Action}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation."""

    endpoint: str
    title: str
    action: Action


NAVIGATION = (
    Entry("desk.show", "工作台", Action.CASE_READ),
    Entry("cases.find", "案卷", Action.CASE_READ),
    Entry("prechecking.show", "预审", Action.PRECHECK),
    Entry("shelf.find", "档案", Action.ARCHIVE_READ),
    Entry("verifying.show", "验证", Action.PUBLIC),
)
"""The screens in the order of the navigation; a screen adds its line here."""


def install(app: Flask) -> None:
    """Give the templates of `app` what the frame needs."""
    app.add_template_filter(instant, "instant")
    app.add_template_filter(_day, "day")

    @app.context_processor
    def frame() -> dict[str, object]:
        mine = roles()
        return {
            "navigation": [
                (one.endpoint.split(".")[0], one.title, url_for(one.endpoint))
                for one in NAVIGATION
                if one.action is Action.PUBLIC or permitted(mine, one.action)
            ],
            "visitor": g.get("visitor"),
            "outcome_labels": OUTCOMES,
            "edition_labels": {edition.value: label for edition, label in EDITIONS.items()},
            "state_labels": STATE_LABELS,
            "may": lambda name: permitted(mine, _ACTIONS[name]),
        }


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
