"""The conclusion of a proposal's review."""

import pytest

from docgen.case.enums import Opinion, ReviewDepartment
from docgen.case.proposal import DeptOpinion, ProposalReview
from docgen.clock import SHANGHAI
from docgen.derived import latest_proposal, review_conclusion
from tests.rules.patching import h01

_P, _C, _R, _B = Opinion.PASS, Opinion.CONDITIONAL, Opinion.REJECT, Opinion.RETURN


def _review(*decisions: Opinion) -> ProposalReview:
    review = h01().proposals[0].review
    assert review is not None
    opinions = zip(review.opinions, decisions, strict=False)
    return review.model_copy(
        update={"opinions": tuple(opinion.model_copy(update={"decision": decision}) for opinion, decision in opinions)}
    )


@pytest.mark.parametrize(
    ("decisions", "conclusion"),
    [
        ((_P, _P, _P), _P),
        ((_P, _C, _P), _C),
        ((_C, _C, _C), _C),
        ((_P, _C, _R), _R),
        ((_P, _P, _B), _R),
        ((_R,), _R),
        ((_P, _P), None),
        ((), None),
    ],
)
def test_one_refusal_refuses_and_all_three_are_needed_to_pass(
    decisions: tuple[Opinion, ...], conclusion: Opinion | None
):
    assert review_conclusion(_review(*decisions)) is conclusion


def test_three_opinions_of_two_departments_are_not_all_three():
    review = _review(_P, _P, _P)
    again = DeptOpinion(
        department=ReviewDepartment.LEGAL,
        reviewer_ref="S06",
        decision=_P,
        signed_at=review.submitted_at.astimezone(SHANGHAI),
    )
    assert review_conclusion(review.model_copy(update={"opinions": (*review.opinions[:2], again)})) is None


def test_the_latest_proposal_is_the_highest_version():
    case = h01()
    reordered = case.model_copy(update={"proposals": case.proposals[::-1]})
    assert latest_proposal(case) is latest_proposal(reordered) is case.proposals[1]
    assert latest_proposal(case.model_copy(update={"proposals": ()})) is None
