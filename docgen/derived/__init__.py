"""Everything computed from a case and never stored: `calc.*` of case_model.md section 9, and the stage of a case.

Pure functions, named after the last part of their path. A value that the case does not determine yet is None.
"""

from docgen.derived.after_sales import last_accepted_on, low_items, survey_average, survey_due_on
from docgen.derived.contract import (
    Article,
    approval_scope,
    articles,
    contract_content_sha256,
    contract_effective_at,
    contract_effective_on,
    contract_signed_at,
    contract_signed_on,
)
from docgen.derived.customer import (
    current_grade,
    enterprise_scale_text,
    grade_suggested,
    latest_follow_up,
    persona_employees_text,
    persona_revenue_text,
    scale_band,
)
from docgen.derived.delivery import (
    Trouble,
    acceptance_due_at,
    deadline_status,
    exception_summary,
    last_round,
    latest_progress,
    troubles_reported,
)
from docgen.derived.price import Subtotal, over_gm_threshold, subtotals_by_category, tax_split, total_taxed, total_upper
from docgen.derived.proposal import latest_proposal, review_conclusion
from docgen.derived.stage import CaseStage, stage

__all__ = [
    "Article",
    "CaseStage",
    "Subtotal",
    "Trouble",
    "acceptance_due_at",
    "approval_scope",
    "articles",
    "contract_content_sha256",
    "contract_effective_at",
    "contract_effective_on",
    "contract_signed_at",
    "contract_signed_on",
    "current_grade",
    "deadline_status",
    "enterprise_scale_text",
    "exception_summary",
    "grade_suggested",
    "last_accepted_on",
    "last_round",
    "latest_follow_up",
    "latest_progress",
    "latest_proposal",
    "low_items",
    "over_gm_threshold",
    "persona_employees_text",
    "persona_revenue_text",
    "review_conclusion",
    "scale_band",
    "stage",
    "subtotals_by_category",
    "survey_average",
    "survey_due_on",
    "tax_split",
    "total_taxed",
    "total_upper",
    "troubles_reported",
]
