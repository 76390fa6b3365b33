"""Churn: purchase models. Notebook: 04_churn."""

from kamlib.churn.models import (
    BetaGeoCNBD,
    BetaGeoNBD,
    GammaGamma,
    ModifiedBetaGeoCNBD,
    ModifiedBetaGeoNBD,
    NotConvergedError,
    ParetoNBD,
    histories,
    make_beta_geometric,
    make_pareto,
)

__all__ = [
    "BetaGeoCNBD", "BetaGeoNBD", "GammaGamma", "ModifiedBetaGeoCNBD", "ModifiedBetaGeoNBD", "NotConvergedError",
    "ParetoNBD", "histories", "make_beta_geometric", "make_pareto",
]  # fmt: skip
