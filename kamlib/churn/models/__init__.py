"""Purchase models for customers without contracts: how often they will buy, and whether they still do."""

from kamlib.churn.models.beta_geometric import BetaGeoCNBD, BetaGeoNBD, ModifiedBetaGeoCNBD, ModifiedBetaGeoNBD
from kamlib.churn.models.gamma_gamma import GammaGamma
from kamlib.churn.models.generated import make_beta_geometric, make_pareto
from kamlib.churn.models.history import histories
from kamlib.churn.models.optimum import NotConvergedError
from kamlib.churn.models.pareto import ParetoNBD

__all__ = [
    "BetaGeoCNBD", "BetaGeoNBD", "GammaGamma", "ModifiedBetaGeoCNBD", "ModifiedBetaGeoNBD", "NotConvergedError",
    "ParetoNBD", "histories", "make_beta_geometric", "make_pareto",
]  # fmt: skip
