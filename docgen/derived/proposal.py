"""What follows from a proposal and its review (manual 二(三))."""

from docgen.case.casefile import CaseFile
from docgen.case.enums import Opinion, ReviewDepartment
from docgen.case.proposal import Proposal, ProposalReview


def latest_proposal(case: CaseFile) -> Proposal | None:
    """Return the proposal of the highest version; None if there is none."""
    return max(case.proposals, key=lambda proposal: proposal.version, default=None)


def review_conclusion(review: ProposalReview) -> Opinion | None:
    """Return what the three departments conclude; None while one is silent and none has refused (二(三)步骤3)."""
    decisions = {opinion.decision for opinion in review.opinions}
    if decisions - {Opinion.PASS, Opinion.CONDITIONAL}:
        return Opinion.REJECT
    if {opinion.department for opinion in review.opinions} != set(ReviewDepartment):
        return None
    return Opinion.CONDITIONAL if Opinion.CONDITIONAL in decisions else Opinion.PASS
