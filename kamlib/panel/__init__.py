"""Ledger -> account-sized tables, in the engine the ledger is in.

The only code that touches ledger-sized data. One definition in Narwhals expressions gives the same
integers on DuckDB (the default), Polars, pandas, Spark, and in a warehouse by Ibis.

Words, as they are used everywhere in this project:

purchase day
    A day on which an account's net sales are positive. An order cancelled the same day leaves none.
order
    An order number with positive net on a purchase day; where the ledger has no order numbers, the
    purchase day itself.
return
    A negative line. Net sales are gross sales plus returns (returns are negative).
first line
    An account is a customer since its first line of any sort, also if that is a return. Whose first
    line falls into the ledger's first days, or is a return, may have been a customer long before:
    its history is truncated, and it is never called new.
gap
    Days from one purchase day of an account to its next.
"""

from kamlib.panel.build import BURN_IN_DAYS, MOST_AFTER, PANEL_OPTIONS, build_panel
from kamlib.panel.days import day_totals, purchase_days
from kamlib.panel.facts import line_facts
from kamlib.panel.panel import CLOSED_DAYS, Panel, check_panel, window_start
from kamlib.panel.quantities import quantity_totals

__all__ = [
    "BURN_IN_DAYS",
    "CLOSED_DAYS",
    "MOST_AFTER",
    "PANEL_OPTIONS",
    "Panel",
    "build_panel",
    "check_panel",
    "day_totals",
    "line_facts",
    "purchase_days",
    "quantity_totals",
    "window_start",
]
