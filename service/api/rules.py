"""Rules and forms over the API: what the company asks for, to read."""

from flask import Response
from flask_openapi.blueprint import APIBlueprint

from service.access import Action, does
from service.api.answers import answer, done, module
from service.gate import installation

blueprint: APIBlueprint = module("rules", "规则与表单")


@blueprint.get("/rules", summary="规则", responses={200: done("规则")})
@does(Action.RULES_READ)
def rules() -> Response:
    """Return every rule of the packs in force today."""
    book = installation().rules.book
    on = installation().clock.now().date()
    found = [
        {
            "id": rule.id,
            "title": rule.title,
            "severity": rule.severity.value,
            "manual": rule.manual.model_dump(),
            "law": [one.model_dump() for one in rule.law],
            "suggestion": rule.suggestion,
            "pack": pack.name,
        }
        for pack in book.packs
        if pack.in_force(on)
        for rule in pack.rules
    ]
    return answer({"items": found, "total": len(found)})


@blueprint.get("/forms", summary="表单", responses={200: done("表单")})
@does(Action.RULES_READ)
def forms() -> Response:
    """Return every form of the catalogue."""
    found = [
        {
            "form": form.spec.form_id,
            "title": form.spec.title,
            "stage": form.spec.stage,
            "audience": form.spec.audience.value,
            "editions": [one.value for one in form.spec.editions],
        }
        for form in installation().catalogue
    ]
    return answer({"items": found, "total": len(found)})
