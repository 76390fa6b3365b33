"""Every planted quantity of the sample company, with its unit, its limits and its source.

The article's figures are claims, and each is a quantity here, so that a company can be made
in which the claim holds and one in which it does not:

- *key accounts bring 30-55 % of sales*: ``size_spread`` (0.5 and no breadwinner: under 30 %; 1.15:
  about half; 1.8: over 55 %) and ``breadwinners``;
- *a breadwinner brings 10 % of profit*: ``breadwinners`` (0: nobody) and ``breadwinner_share``;
- *more than half of the success depends on the manager*: ``manager_share`` (0.3 by default:
  the claim is false; 0.6: true);
- *losses lower profitability*: ``hazard_margin`` (above 0 accounts with a better margin leave
  sooner and the claim is true; 0: leaving has nothing to do with margin; below 0: losses raise it).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import pandas as pd

OR2 = "Online Retail II (UCI), measured"
WM = "Wheat and Morrison 1990: shapes of 1 to 4 for regular buyers"
GUPTA = "Gupta and Zeithaml 2006: B2B retention of 75-90 % a year"
BOHANEC = "Bohanec et al. 2017: authority, budget and need lead in B2B sales outcomes"
OURS = "chosen by the authors"


def _q(default: float, unit: str, low: float, high: float, source: str = OURS):
    return field(default=default, metadata={"unit": unit, "low": low, "high": high, "source": source})


@dataclass(frozen=True)
class Parameters:
    """What is planted. Every field has unit, low, high and source in its metadata.

    Raises
    ------
    ValueError
        When a value lies outside its limits; the message names the field and the limits.

    Examples
    --------
    >>> Parameters(manager_share=0.6).manager_share
    0.6
    """

    # accounts
    size_median: float = _q(6000, "EUR of sales per year, median account", 100, 1e6)
    size_spread: float = _q(1.15, "sd of log sales per year between accounts", 0, 2.5, OR2 + ": Gini 0.70")
    breadwinners: int = _q(1, "accounts planted as breadwinners", 0, 3, "the article")
    breadwinner_share: float = _q(
        0.14, "share of the last year's expected sales, each", 0.01, 0.25, "the article: 10 %"
    )
    join_rate: float = _q(0.16, "chance per year that an account joins within the ledger", 0, 1, OR2)
    lead_share: float = _q(0.14, "share of accounts that begin as leads", 0, 0.5)
    duplicate_share: float = _q(0.02, "share of ids that are a second id of another account", 0, 0.2)
    group_share: float = _q(0.08, "share of accounts that have a parent", 0, 0.5)
    # purchasing
    rate_median: float = _q(5.0, "orders per year, median account", 2, 60, OR2 + ", raised for B2B")
    rate_noise: float = _q(0.85, "sd of log order rate not explained by size", 0, 1.2, OR2)
    shape_median: float = _q(2.0, "gamma shape k of gaps, median; 1 is random, 20 clockwork", 0.5, 30, WM)
    shape_spread: float = _q(0.6, "sd of log k between accounts", 0, 1, WM)
    season_strength: float = _q(1.0, "mean exponent on the common seasonal profile", 0, 2, OR2 + ": its 12 months")
    shock_sd: float = _q(0.06, "sd of the common weekly log shock, autocorrelation 0.7", 0, 0.5, OR2)
    trend_sd: float = _q(0.12, "sd of account trends, log rate per year", 0, 0.5)
    order_spread: float = _q(0.52, "sd of log order value within an account", 0, 1.5, OR2 + ": 0.52")
    lines_per_order: float = _q(3.2, "mean lines per order", 1, 20, OURS + "; Online Retail II: 20")
    adoption_noise: float = _q(4.0, "sd of an account's own order of categories, in places of 24", 0, 24)
    price_rise: float = _q(0.03, "rise of list prices each 1 January, share per year", -0.2, 0.3)
    discount_base: float = _q(0.06, "discount of an average account, share of list price", 0, 0.3)
    discount_per_size: float = _q(0.025, "discount added per sd of log size", -0.05, 0.1)
    return_rate: float = _q(0.035, "chance that a line is partly or wholly returned", 0, 0.5, OR2 + ": 6 % of value")
    cancel_rate: float = _q(0.012, "chance that an order is typed wrongly and cancelled at once", 0, 0.3, OR2)
    late_rate: float = _q(0.12, "chance that a delivery is late, average account", 0, 0.9)
    unprofitable_share: float = _q(0.15, "share of accounts whose service is to cost more than they earn", 0, 1)
    # types
    image_share: float = _q(0.09, "share of accounts that are image-makers first", 0, 0.3)
    expert_share: float = _q(0.11, "share of accounts that are experts first", 0, 0.3)
    prospect_share: float = _q(0.40, "share of new accounts and leads that are prospects first", 0, 1)
    further_share: float = _q(0.08, "chance of each further role", 0, 0.5)
    further_strength: float = _q(0.6, "strength of a further role; a primary one has 1", 0, 1)
    type_signal: float = _q(1.0, "multiplies the pull of a type on its evidence; 0: none", 0, 2)
    evidence_breadth: float = _q(0.8, "mean chance that a fact about an account is known", 0, 1)
    prospect_trend: float = _q(0.35, "trend of prospects, log rate per year", -0.5, 1)
    expert_lead: int = _q(8, "weeks by which experts report a quality problem before others", 0, 20)
    # leaving: log hazard ratios
    hazard: float = _q(0.085, "leaving per account-year when nothing is wrong", 0, 2, GUPTA)
    hazard_trend: float = _q(0.0, "log hazard per year, from the first day of the ledger on", -1, 1)
    memory_weeks: int = _q(26, "weeks for which an incident, an opinion or a handover counts", 1, 52)
    stale_weeks: int = _q(39, "weeks without a dossier update after which it is stale", 4, 52)
    answer_days: int = _q(30, "days after which an opinion counts as unanswered", 1, 120)
    hazard_late: float = _q(1.3, "log hazard ratio, all of the last 3 deliveries late against none", -2, 3)
    hazard_conflict: float = _q(1.0, "log hazard ratio, conflict within memory", -2, 3)
    hazard_quality: float = _q(0.7, "log hazard ratio, quality incident within memory", -2, 3)
    hazard_promise: float = _q(0.8, "log hazard ratio, broken promise within memory", -2, 3)
    hazard_unanswered: float = _q(0.7, "log hazard ratio, unanswered opinion within memory", -2, 3)
    hazard_stale: float = _q(0.5, "log hazard ratio, stale dossier", -2, 3)
    hazard_handover: float = _q(0.8, "log hazard ratio, handover within memory", -2, 3)
    hazard_first_year: float = _q(0.4, "log hazard ratio, first year as a customer", -2, 3)
    hazard_size: float = _q(-0.25, "log hazard ratio per sd of log size", -2, 2)
    hazard_margin: float = _q(0.2, "log hazard ratio per sd of margin (of discount, reversed)", -2, 2, "the article")
    frailty_sd: float = _q(0.0, "sd of an unseen log hazard between accounts", 0, 1.5)
    first_dropout: float = _q(0.35, "chance that a new account never orders again", 0, 1, OR2 + ": 29 % buy once")
    decline_share: float = _q(0.3, "share of leavers that fade out first", 0, 1)
    decline_weeks: float = _q(10, "mean weeks of fading out", 1, 52)
    return_rate_lost: float = _q(0.08, "returns per year of lost accounts, unasked", 0, 2)
    # managers
    handover_rate: float = _q(0.12, "handovers per account-year", 0, 3)
    assignment_strength: float = _q(0.4, "correlation of account size with manager quality", 0, 1)
    success_sd: float = _q(0.35, "sd of log success (sales over plan) between account-manager pairs", 0, 1)
    manager_share: float = _q(0.3, "share of that variance that is the manager's", 0, 1, "the article claims > 0.5")
    skill_match: float = _q(0.08, "log success per point of the skill that a type needs", -0.5, 0.5)
    care: float = _q(0.25, "log rate of care (dossier, answers) per sd of manager quality", -1, 1)
    # deals and offers
    tender_rate: float = _q(0.35, "tenders per account-year", 0, 5)
    win_base: float = _q(-0.3, "log odds of winning a tender, average account", -4, 4, BOHANEC)
    win_need: float = _q(0.8, "log odds per sd of need", -2, 3, BOHANEC)
    win_solvency: float = _q(0.5, "log odds per sd of solvency", -2, 3, BOHANEC)
    win_authority: float = _q(0.9, "log odds per sd of authority", -2, 3, BOHANEC)
    win_reference: float = _q(0.5, "log odds, an image-maker of the same industry and region is a customer", -2, 3)
    winback_effect: float = _q(0.2, "added chance that a lost account returns within 90 days of the offer", 0, 0.9)
    offer_effect: float = _q(0.15, "log order value for 13 weeks after an offer", -1, 1)

    def __post_init__(self) -> None:
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            low, high = f.metadata["low"], f.metadata["high"]
            if not low <= value <= high:
                raise ValueError(f"{f.name}={value} is outside its limits {low} to {high}; choose a value between them")

    def table(self) -> pd.DataFrame:
        """One row per planted quantity: name, value, unit, low, high, source."""
        rows = [
            {"name": f.name, "value": float(getattr(self, f.name)), **dict(f.metadata)}
            for f in dataclasses.fields(self)
        ]
        return pd.DataFrame(rows)
