"""What the other pages found, in the few words that the first page has for it: losses, types, tested claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from kamlib.run import Finding, Run
from kamlib.show import VERDICTS, Col, Prose, Table, say, table

TYPES = {"prospects": "prospects", "image_makers": "image-makers", "experts": "experts"}
KEYS = {
    "customer_id": Col("Account"), "name": Col("Name"), "type": Col("Type", "label"), "state": Col("Buys", "prose"),
    "silent": Col("Silent next", "share", decimals=0),
    "value": Col("Value", "money"), "share": Col("Share", "share"),
    "expected": Col("Average year", "share", interval=("low", "high")),
    "probability": Col("Surely so", "share", decimals=0),
}  # fmt: skip
TOLD = (("client_types", "type", "type"), ("churn_states", "state", "state"), ("alarm", "probability", "silent"))
CLAIMS = {
    "says": Col("Claim or question", "prose"), "verdict": Col("Verdict", "verdict"), "value": Col("Found", "number"),
    "interval": Col("95 % interval", "interval"), "page": Col("Page", "prose"),
}  # fmt: skip


def key_accounts_shown(job: Run, listed: pd.DataFrame, *, caption: str, unit: str = "", n: int = 40) -> Table:
    """The list of key accounts with what other pages say of each: its type, whether it buys as usual, the alarm.

    Parameters
    ----------
    job : Run
        Its frames `client_types`, `churn_states` and `alarm` are used where another notebook saved them.
    listed : pandas.DataFrame
        Rows of `KeyAccounts.table`, indexed by customer_id.
    caption, unit, n
        See `kamlib.show.table`.
    """
    rows = listed.reset_index()
    for name, column, shown in TOLD:
        known = job.frame(name, pd.DataFrame)
        if column in known:
            known = known.reset_index().set_index("customer_id")[column]
            rows[shown] = rows["customer_id"].map(known)
    if "type" in rows and not (rows["type"] != "ordinary").any():
        del rows["type"]  # a ledger that tells no types calls everybody ordinary
    rows = job.book.named(rows, as_of=job.as_of)
    columns = {k: c for k, c in KEYS.items() if k in rows}
    return table(rows, caption=caption, columns=columns, n=n, source="frames/key_accounts.parquet", unit=unit)


def losses_words(facts: Mapping[str, Finding]) -> Prose:
    """Who is lost, whether it gets worse and what it costs, from the findings of the page on losses."""
    if "churn.lost" not in facts:
        return say("The page on losses is no part of this run.")
    lost, late = facts["churn.lost"], facts["churn.late"]
    now = f"**{lost}** lost and {late:n} late, by the silence that their own rhythm allows."
    if facts["churn.losses"].value is None:
        return say(f"{now} The ledger is too short to count losses by month.", *_next(facts))
    rate = facts["churn.rate"]
    rate = "" if rate.value is None else f"That is {rate:ci} of the accounts a month. "
    found = (
        f" In the months that count, the last twelve at most, losses found: {facts['churn.losses']:n}; false alarms to "
        f"be expected among so many accounts: {facts['churn.false_alarms']:n}. {rate}"
        f"Is it getting worse? **{_sentence(facts['churn.trend'].text)}**"
    )
    return say(now + found, *_kept(facts), *_next(facts))


def _kept(facts: Mapping[str, Finding]) -> list[str]:
    """What the losses cost, and what of last year's customers was kept, where there is a year to compare with."""
    gross, net = facts["churn.gross_retention"], facts["churn.net_retention"]
    cost = f"Those lost in that time bought {facts['churn.stake']} in their last year."
    if gross.value is None:
        return [cost]
    return [
        f"{cost} Of what the customers of the year before bought, {gross} was kept, and {net} with what those that "
        "stayed bought more."
    ]


def _next(facts: Mapping[str, Finding]) -> list[str]:
    """Who may be next, where the page on losses could tell."""
    listed, loss = facts.get("churn.alarm_accounts"), facts.get("churn.alarm_loss")
    if listed is None or loss is None or loss.value is None:
        return []
    sure = facts.get("churn.alarm_auc")
    good = f" Of two accounts, one of which fell silent, such lists put that one first in {sure:ci} of cases."
    return [
        f"**Who is next?** {loss.says}: {loss:ci}; {listed:n} of {listed.n:,} stand on the alarm list."
        + (good if sure and sure.value is not None else "")
    ]


def types_words(facts: Mapping[str, Finding]) -> Prose:
    """How many accounts are of each type, from the findings of the page on types."""
    if "client_types.told" not in facts:
        return say("The page on client types is no part of this run.")
    counts = [f"{facts[f'client_types.{k}'].value:,} {word}" for k, word in TYPES.items() if _number(facts, k)]
    listed = f"; by the sum of their probabilities {', '.join(counts)}" if counts else ""
    alone = facts["client_types.breadwinners"]
    return say(
        f"Breadwinners, with 10 % of profit or more: **{alone:n}**{listed}. "
        + (
            f"Evidence and plain rule disagree on {facts['client_types.disputed']}."
            if counts
            else "This ledger tells no other type: prospects, image-makers and experts are known by tables it lacks."
        )
    )


def claims_shown(facts: Iterable[Finding]) -> Table | Prose:
    """Every claim that a page has tested, with its verdict."""
    tested = [f for f in facts if f.verdict in VERDICTS and f.page != "Summary"]
    if not tested:
        return say("No claim was tested in this run.")
    rows = [(f.says, f.verdict, f.text, f.interval, f.page) for f in tested]
    return table(
        pd.DataFrame(rows, columns=list(CLAIMS)), caption="Claims and their tests", columns=CLAIMS, n=len(rows)
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _number(facts: Mapping[str, Finding], key: str) -> bool:
    found = facts.get(f"client_types.{key}")
    return found is not None and isinstance(found.value, (int, float))
