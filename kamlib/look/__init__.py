"""What a reader sees: tables, small lines, paragraphs, verdicts, cards; figures are drawn in `kamlib.look.style`.

Loaded when first asked for: the command cleans what it prints, and needs no pandas for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["Col", "Prose", "Spark", "Table", "findings", "say", "spark", "table", "verdict"]

if TYPE_CHECKING:
    from kamlib.look.prose import Prose, say, verdict
    from kamlib.look.tables import Col, Spark, Table, findings, spark, table


def __getattr__(name: str):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kamlib.look import prose, tables

    return getattr(prose if name in ("Prose", "say", "verdict") else tables, name)
