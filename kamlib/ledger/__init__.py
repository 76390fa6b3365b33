"""The ledger as evidence: coverage, returns, sales without a customer, control totals. Notebook: 01_ledger."""

from kamlib.ledger.findings import findings
from kamlib.ledger.returns import returns

__all__ = ["findings", "returns"]
