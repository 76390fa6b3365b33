"""Churn: purchase models, the alarm, the referee. Notebook: 04_churn."""

from kamlib.churn.alarm import Alarm, alarm, alarm_list
from kamlib.churn.candidates import CANDIDATES, Case, NothingToLearnError, make_case
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
from kamlib.churn.outlook import outlook, outlook_coverage
from kamlib.churn.referee import backtest, choose_default, homework, summary

__all__ = [
    "CANDIDATES", "Alarm", "BetaGeoCNBD", "BetaGeoNBD", "Case", "GammaGamma", "ModifiedBetaGeoCNBD",
    "ModifiedBetaGeoNBD", "NotConvergedError", "NothingToLearnError", "ParetoNBD", "alarm", "alarm_list", "backtest",
    "choose_default", "histories", "homework", "make_beta_geometric", "make_case", "make_pareto", "outlook",
    "outlook_coverage", "summary",
]  # fmt: skip
