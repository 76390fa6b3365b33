"""Accounts that have gone quiet since the earlier report, or that buy again after they had."""

from __future__ import annotations

import pandas as pd

from kamlib.panel import Panel
from kamlib.run import Change

LOST = "lost"


def quiet_moves(then: pd.DataFrame, now: pd.DataFrame, *, before: Panel, after: Panel) -> list[Change]:
    """Accounts whose silence was judged a loss in one of two reports only.

    Parameters
    ----------
    then, now : pandas.DataFrame
        `account_states` of the room on churn, of the earlier day and of today, indexed by customer_id: state,
        silent_days, usual_days, gone.
    before, after : kamlib.panel.Panel
        Of these days.

    Returns
    -------
    list of Change
        `summary.quiet`: lost now and not then; the money is what it bought in the earlier window, at stake; the
        probability is that of having left, by the model. `summary.back`: lost then and not now; the money is what it
        bought since, and it is counted.
    """
    lost = [set(t.index[t["state"] == LOST]) for t in (then, now)]
    stake = before.accounts.set_index("customer_id")["sales_cents"]
    bought = [p.accounts.set_index("customer_id")["history_sales_cents"] for p in (before, after)]
    return [
        *(_quiet(k, then, now, -int(stake.get(k, 0))) for k in sorted(lost[1] - lost[0])),
        *(_back(k, then, now, int(bought[1][k] - bought[0][k])) for k in sorted((lost[0] - lost[1]) & set(now.index))),
    ]


def _quiet(customer: str, then: pd.DataFrame, now: pd.DataFrame, cents: int) -> Change:
    facts = now.loc[customer]
    gone = None if pd.isna(facts["gone"]) else min(float(facts["gone"]), 0.999)
    before = int(then["silent_days"].get(customer, 0))
    cause = f"usually {facts['usual_days']:.0f} business days from order to order"
    return Change(
        "summary.quiet", "Gone quiet", int(facts["silent_days"]), "days", before=before, account=customer,
        cents=cents, cause=cause, probability=gone,
    )  # fmt: skip


def _back(customer: str, then: pd.DataFrame, now: pd.DataFrame, cents: int) -> Change:
    return Change(
        "summary.back", "Buys again after silence", int(now.loc[customer, "silent_days"]), "days",
        before=int(then.loc[customer, "silent_days"]), account=customer, cents=cents,
        cause="had been given up for lost", probability=1.0,
    )  # fmt: skip
