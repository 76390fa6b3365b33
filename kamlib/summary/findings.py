"""What 00_summary hands on: the bridge, concentration and the changes in numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kamlib.panel import Panel
from kamlib.run import Change, Finding
from kamlib.run.findings import in_words
from kamlib.stats.bridge import DOWN, EITHER, LOST, NEW, RETURNED, UP, Bridge
from kamlib.summary.chance import Chance
from kamlib.summary.compare import Comparison
from kamlib.summary.windows import comparable_from

PARTS = {
    NEW: "new accounts", RETURNED: "accounts that returned", EITHER: "accounts new or returned (history too short)",
    UP: "accounts that bought more", DOWN: "accounts that bought less", LOST: "accounts without an order any more",
}  # fmt: skip
SURE = 0.5  # from this probability on a change is likelier than chance


def findings(
    told: Comparison,
    changes: Sequence[Change],
    *,
    then: pd.DataFrame | None,
    now: pd.DataFrame | None,
    currency: str = "",
) -> list[Finding]:
    """What changed since the earlier report, in numbers.

    Parameters
    ----------
    told : Comparison
    changes : sequence of Change
        Of all notebooks.
    then, now : pandas.DataFrame
        Concentration of both windows, indexed by measure: window, low, high (of an average year). None: no earlier one
        that the ledger holds whole, or nobody has told it.
    currency : str

    Returns
    -------
    list of Finding
        Keys begin with `summary.`. Sales are a census; the interval of `summary.expected_change` speaks of what the
        same accounts buy on average (`kamlib.summary.chance`). Where the ledger does not hold the earlier window
        whole, nothing is told that would compare the two: `summary.comparable_from` says from when on it can be.
    """
    money = f"money {currency}".strip()
    facts = [*_years(told.years, money), *([] if now is None else [_concentration(now, "", "in the window")])]
    facts = [*(_bridge(told.bridge, money) if told.bridge else _young(told.after, money)), *facts, *_end(told)]
    if told.before is None:
        return facts
    counted, likely = sum(c.probability == 1 for c in changes), sum(map(_likely, changes))
    posted = told.posted
    return [
        Finding("summary.since", "Changes are told from", f"{told.before.as_of}", "day"),
        *facts,
        *([_luck(told.luck, money)] if told.luck else []),
        *([] if then is None or not told.bridge else [_concentration(then, "_before", "in the earlier window")]),
        Finding("summary.restated", "Posted late or corrected since the earlier report, net",
                posted.cents if posted else None, money, n=len(posted.accounts) if posted else None),
        Finding("summary.changes", "Changes listed", len(changes), "changes"),
        Finding("summary.counted", "Of these, counted in the ledger", counted, "changes"),
        Finding("summary.likely", "Estimated, and likelier than not to be more than chance", likely, "changes"),
    ]  # fmt: skip


def _concentration(table: pd.DataFrame, ending: str, when: str) -> Finding:
    value = _none(table.loc["top_10", "window"])
    return Finding(f"summary.top_share{ending}", f"Share of the ten largest accounts {when}", value, "share")


def _young(panel: Panel, money: str) -> list[Finding]:
    """What stands in the place of the bridge: from when on windows can be compared, and the sales that there are."""
    sales = int(panel.accounts["sales_cents"].sum())
    since = f"Windows of {in_words(panel.months, 'months')} can be compared from the report of this day on"
    return [
        Finding("summary.ledger_begins", "First day of the ledger", f"{panel.first_day}", "day"),
        Finding("summary.first_month", "First month that the ledger holds whole", f"{panel.first_month}", "day"),
        Finding("summary.months", "Length of the window", panel.months, "months"),
        Finding("summary.comparable_from", since, f"{comparable_from(panel)}", "day"),
        Finding("summary.window_sales", "Net sales of the window, as far as the ledger holds it", sales, money),
    ]


def _end(told: Comparison) -> list[Finding]:
    if told.last_sale is None:
        return []
    silent, says = (told.after.as_of - told.last_sale).days, "Last sale, before the longest silence of the window"
    return [Finding("summary.last_sale", says, f"{told.last_sale}", "day", n=silent)]


def _years(years: pd.DataFrame | None, money: str) -> list[Finding]:
    """The month, the year to date, the window and the last fiscal year, with the same days a year before."""
    found = []
    for row in [] if years is None else years.itertuples():
        key = f"summary.{row.key}"
        found.append(Finding(f"{key}_sales", f"{row.what}, net sales of {row.days}", int(row.cents), money))
        if row.then is None or pd.isna(row.then_cents):
            continue
        luck = "The same of purchase days alone, with the interval of what is bought on average"
        found += [
            Finding(f"{key}_before", f"Net sales of {row.then}", int(row.then_cents), money),
            Finding(f"{key}_change", f"Change against {row.then}", int(row.change), money),
            Finding(f"{key}_change_share", "The same, as a share of what it was", _none(row.share), "share"),
            Finding(f"{key}_expected", luck, int(row.difference), money, _none(row.low), _none(row.high),
                    verdict=row.verdict),
        ]  # fmt: skip
    return found


def _bridge(found: Bridge, money: str) -> list[Finding]:
    total, rows = found.accounts[["before", "after", "change"]].sum(), found.summary
    share = total["change"] / total["before"] if total["before"] > 0 else float("nan")
    kept = "Sales of the earlier window's accounts now, of what they were"
    kinds = [
        Finding(f"summary.bridge_{kind.replace(' ', '_')}", f"Of this, {says}", int(rows.loc[kind, "change"]), money,
                n=int(rows.loc[kind, "accounts"]))
        for kind, says in PARTS.items()
    ]  # fmt: skip
    return [
        Finding(
            "summary.sales_before", "Net sales of the earlier window, by today's ledger", int(total["before"]), money
        ),
        Finding("summary.window_sales", "Net sales of the window", int(total["after"]), money),
        Finding("summary.sales_change", "Change of the window's net sales", int(total["change"]), money),
        Finding("summary.sales_change_share", "The same, as a share of what it was", _none(share), "share"),
        *kinds,
        Finding("summary.outside_change", "Change outside the accounts", int(found.outside["change"].sum()), money),
        Finding("summary.ledger_change", "Change of the ledger's net, all lines", found.after - found.before, money),
        Finding("summary.net_retention", kept, _none(found.net_retention), "share"),
        Finding("summary.gross_retention", "The same without what grew", _none(found.gross_retention), "share"),
    ]


def _luck(luck: Chance, money: str) -> Finding:
    known = luck.probability is not None
    low, high = luck.interval if known else (None, None)
    says = "Days that came into the window against those that fell out of it"
    return Finding("summary.expected_change", says, luck.difference, money, low, high, verdict=luck.verdict)


def _likely(change: Change) -> bool:
    return change.probability is not None and SURE <= change.probability < 1


def _none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
