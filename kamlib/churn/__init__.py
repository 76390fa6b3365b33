"""Churn: who is lost, how many, is it getting worse, why, and who is next. Notebook: 04_churn."""

from kamlib.churn.alarm import Alarm, alarm
from kamlib.churn.alive import alive_table
from kamlib.churn.candidates import CANDIDATES, Case, NothingToLearnError, answer, make_case
from kamlib.churn.causes import hazard_ratios
from kamlib.churn.changes import changes
from kamlib.churn.criterion import LATE_RATE, LOST_RATE, Silences, fixed_window, silences
from kamlib.churn.dynamics import (
    BRIDGE,
    CHURN_BURN_IN_MONTHS,
    at_risk_ahead,
    cohorts,
    counted_series,
    losses_by,
    losses_by_year,
    losses_where,
    margin_effect,
    monthly_losses,
    retention,
)
from kamlib.churn.events import LOOK_AHEAD_DAYS, account_states, facts_now, loss_events, with_facts
from kamlib.churn.findings import findings, trend_of
from kamlib.churn.half_lost import half_lost
from kamlib.churn.homework import homework
from kamlib.churn.look import HORIZON_DAYS
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
from kamlib.churn.outlook import outlook, outlook_coverage, outlook_table, plan_of
from kamlib.churn.referee import Trial, backtest, choose_default, past_origins, summary, trial
from kamlib.churn.risk import alarm_list, loss_outcome, watch_list
from kamlib.churn.scores import score_intervals
from kamlib.churn.shown import (
    NO_KEYS,
    alarm_words,
    alive_shown,
    fared_shown,
    followed_shown,
    marked_shown,
    outlook_shown,
    overdue_shown,
    risk_shown,
    scores_shown,
    unheard,
)
from kamlib.churn.stated import alarm_rates, false_alarms
from kamlib.churn.survival import Survival, kaplan_meier, log_rank, staying
from kamlib.churn.watch import (
    ALARM_LINE,
    alarm_changes,
    alarm_findings,
    key_then,
    marked_findings,
    marked_scores,
    on_list,
    told,
)

__all__ = [
    "ALARM_LINE", "BRIDGE", "CANDIDATES", "CHURN_BURN_IN_MONTHS", "HORIZON_DAYS", "LATE_RATE", "LOOK_AHEAD_DAYS",
    "LOST_RATE", "NO_KEYS", "Alarm", "BetaGeoCNBD", "BetaGeoNBD", "Case", "GammaGamma", "ModifiedBetaGeoCNBD",
    "ModifiedBetaGeoNBD", "NotConvergedError", "NothingToLearnError", "ParetoNBD", "Silences", "Survival", "Trial",
    "account_states", "alarm", "alarm_changes", "alarm_findings", "alarm_list", "alarm_rates", "alarm_words",
    "alive_shown", "alive_table", "answer", "at_risk_ahead", "backtest", "changes", "choose_default", "cohorts",
    "counted_series", "facts_now", "false_alarms", "fared_shown", "findings", "fixed_window", "followed_shown",
    "half_lost", "hazard_ratios", "histories", "homework", "kaplan_meier", "key_then", "log_rank", "loss_events",
    "loss_outcome", "losses_by", "losses_by_year", "losses_where", "make_beta_geometric", "make_case", "make_pareto",
    "margin_effect", "marked_findings", "marked_scores", "marked_shown", "monthly_losses", "on_list", "outlook",
    "outlook_coverage", "outlook_shown", "outlook_table", "overdue_shown", "past_origins", "plan_of", "retention",
    "risk_shown", "score_intervals", "scores_shown", "silences", "staying", "summary", "told", "trend_of", "trial",
    "unheard",
    "watch_list", "with_facts",
]  # fmt: skip
