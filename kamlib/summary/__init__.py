"""The first page: what changed since the earlier report, how much money, how surely. Notebook: 00_summary."""

from kamlib.summary.accounts import came_and_went, posted_late
from kamlib.summary.chance import Chance, chance
from kamlib.summary.compare import Comparison, causes, compare
from kamlib.summary.findings import findings
from kamlib.summary.page import change_table, compared_with, concentration_table, sentences
from kamlib.summary.pages import (
    SEGMENTATION,
    claims_shown,
    key_accounts_shown,
    key_words,
    losses_words,
    missing,
    missing_words,
    types_words,
)
from kamlib.summary.restated import Restated, restated, restated_words
from kamlib.summary.sales import check_bridge, months_beside, sales_bridge
from kamlib.summary.shown import (
    accounts_shown,
    changes_shown,
    concentration_shown,
    kinds_shown,
    months_shown,
    one_by_one_shown,
    restated_shown,
    years_shown,
)
from kamlib.summary.windows import bridge_words, months_one_by_one
from kamlib.summary.years import years_beside

__all__ = [
    "SEGMENTATION", "Chance", "Comparison", "Restated", "accounts_shown", "bridge_words", "came_and_went", "causes",
    "chance", "change_table", "changes_shown", "check_bridge", "claims_shown", "compare", "compared_with",
    "concentration_shown", "concentration_table", "findings", "key_accounts_shown", "key_words", "kinds_shown",
    "losses_words", "missing", "missing_words", "months_beside", "months_one_by_one", "months_shown",
    "one_by_one_shown", "posted_late", "restated", "restated_shown", "restated_words", "sales_bridge", "sentences",
    "types_words", "years_beside", "years_shown",
]  # fmt: skip
