"""What the other pages found, in the few words that the first page has for it: key accounts, losses, types, claims.

Nothing of it is computed here: where a page is no part of the report, that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from kamlib.look import Col, Prose, Table, say, table
from kamlib.look.prose import VERDICTS
from kamlib.run import Finding, Run

TYPES = {"prospects": "prospects", "image_makers": "image-makers", "experts": "experts"}
KEYS = {
    "customer_id": Col("Account"), "name": Col("Name"), "class": Col("Class", "label"), "type": Col("Type", "label"),
    "state": Col("Buys", "prose"),
    "silent": Col("Silent next", "share", decimals=0),
    "value": Col("Value", "money"), "share": Col("Share", "share"),
    "expected": Col("Average year", "share", interval=("low", "high")),
    "probability": Col("Surely so", "share", decimals=0),
}  # fmt: skip
SEGMENTATION, TYPES_PAGE, LOSSES = "02_segmentation", "03_client_types", "04_churn"
PAGES = {"01_ledger": "the ledger", SEGMENTATION: "segmentation", TYPES_PAGE: "client types", LOSSES: "losses"}
TOLD = (  # frame, its notebook, its column, and ours
    ("class_ahead", SEGMENTATION, "shown", "class"), ("client_types", TYPES_PAGE, "said", "type"),
    ("churn_states", LOSSES, "state", "state"),
    ("alarm", LOSSES, "probability", "silent"),
)  # fmt: skip
CLAIMS = {
    "says": Col("Claim or question", "prose"), "verdict": Col("Verdict", "verdict"), "value": Col("Found", "number"),
    "interval": Col("95 % interval", "interval"), "page": Col("Page", "prose"),
}  # fmt: skip


def missing_words(page: str) -> str:
    """That a page is no part of the report."""
    return f"The page on {PAGES[page]} is no part of this report."


def missing(job: Run) -> list[str]:
    """A sentence for each page that this one would tell of, and that is no part of the report."""
    return [missing_words(page) for page in PAGES if page not in job.notebooks]


def key_words(facts: Mapping[str, Finding], *, period: str) -> Prose:
    """How many key accounts there are and what they hold, from the findings of the page on segmentation.

    Parameters
    ----------
    facts : mapping of str to Finding
        By key.
    period : str
        The window, in words.
    """
    if "segmentation.key_accounts" not in facts:
        return say(missing_words(SEGMENTATION))
    about = [] if "ledger.window_sales" not in facts else [
        f"All this speaks of {facts['ledger.window_sales']} of net sales by {facts['ledger.window_customers']}, "
        f"{period}; {facts['ledger.no_customer_share']} of trade names no customer and is outside."
    ]  # fmt: skip
    keys, measure = facts["segmentation.key_accounts"], facts["segmentation.measure"]
    if not keys.value:
        return say(_no_key_account(facts), *about)
    each, their = ("each", "Their") if keys.value > 1 else ("of all", "Its")
    return say(
        f"**{keys}** held at least {facts['segmentation.line']} of {measure} {each}. {their} share of sales: "
        f"{facts['segmentation.key_share']}; in an average year: {facts['segmentation.expected_key_share']:ci}. Surely "
        f"above the line: **{facts['segmentation.firm']:n}**.",
        f"Share of {measure} of the largest account: {facts['segmentation.largest_share']}; in an average year: "
        f"{facts['segmentation.largest_expected']:ci}. Accounts with 10 % or more: "
        f"{facts['segmentation.breadwinners']:n}.",
        *about,
    )


def _no_key_account(facts: Mapping[str, Finding]) -> str:
    measure, largest = facts["segmentation.measure"], facts["segmentation.largest_share"]
    line = f"{facts['segmentation.line']} of {measure}"
    if largest.value is None:
        return f"**There is no key account**: no account has a positive sum of {measure} in the window."
    return f"**There is no key account**: none reaches {line}. The largest account holds {largest} of {measure}."


def key_accounts_shown(
    job: Run, facts: Mapping[str, Finding], *, period: str, unit: str = "", n: int = 40
) -> Table | Prose:
    """The list of key accounts with what other pages say of each: its type, whether it buys as usual, the alarm.

    Parameters
    ----------
    job : Run
        Its frames `key_accounts`, `class_ahead`, `client_types`, `churn_states` and `alarm` are used, where their pages
        are a part of the report.
    facts : mapping of str to Finding
        By key.
    period : str
        The window, in words.
    unit, n
        See `kamlib.look.table`.
    """
    known = job.saved("key_accounts", by=SEGMENTATION)
    if known is None:
        return say(missing_words(SEGMENTATION))
    rows = known[known["key"]].reset_index()
    if rows.empty:
        return say("There is no key account to list.")
    for name, page, column, shown in TOLD:
        frame = job.saved(name, by=page)
        if frame is not None and column in frame:
            rows[shown] = rows["customer_id"].map(frame.reset_index().set_index("customer_id")[column])
    if "type" in rows and rows["type"].str.startswith("ordinary", na=True).all():
        del rows["type"]  # a ledger that tells no types calls everybody ordinary
    rows = job.book.named(rows, as_of=job.as_of)
    columns = {k: c for k, c in KEYS.items() if k in rows and (k != "silent" or rows[k].notna().any())}
    caption = f"Key accounts by net {facts['segmentation.measure']}, {period}"
    return table(rows, caption=caption, columns=columns, n=n, source="frames/key_accounts.parquet", unit=unit)


def losses_words(facts: Mapping[str, Finding]) -> Prose:
    """Who is lost, whether it gets worse and what it costs, from the findings of the page on losses."""
    if "churn.lost" not in facts:
        return say(missing_words(LOSSES))
    lost, late = facts["churn.lost"], facts["churn.late"]
    if not lost.value + late.value + facts["churn.active"].value:
        return say(
            "Who is late or lost cannot be told: too few accounts have bought twice to learn from them which silence "
            "is unusual.",
            *_next(facts),
        )
    now = f"**{lost}** lost and {late:n} late, by the silence that their own rhythm allows."
    if facts["churn.losses"].value is None:
        return say(f"{now} The ledger is too short to count losses by month.", *_next(facts))
    rate = facts["churn.rate"]
    rate = "" if rate.value is None else f"That is {rate:ci} of the accounts a month. "
    found = (
        f" In the months that count, the last twelve at most, losses found: {facts['churn.losses']:n}; of these "
        f"false alarms, as estimated: {facts['churn.false_alarms']:ci}. {rate}"
        f"Is it getting worse? **{_sentence(facts['churn.trend'].text)}**"
    )
    return say(now + found, *_kept(facts), *_next(facts))


def _kept(facts: Mapping[str, Finding]) -> list[str]:
    """What the losses cost, and what of last year's customers was kept, where there is a year to compare with."""
    gross, net, stake = facts["churn.gross_retention"], facts["churn.net_retention"], facts["churn.stake"]
    cost = f"Those lost in that time, and not back, bought {stake} in their last year." if stake.value else ""
    kept = "" if gross.value is None else (
        f"Of what the customers of the year before bought, {gross} was kept, and {net} with what those that stayed "
        "bought more."
    )  # fmt: skip
    return [" ".join(filter(None, (cost, kept)))] if cost or kept else []


def _next(facts: Mapping[str, Finding]) -> list[str]:
    """Who may be next, where the page on losses could tell."""
    listed, loss = facts.get("churn.alarm_accounts"), facts.get("churn.alarm_loss")
    if listed is None or loss is None:
        return []
    if loss.value is None:
        return ["**Who is next?** This ledger cannot tell; page 04 says why, and who is overdue."]
    if not listed.n:
        return ["**Who is next?** The alarm list is one of key accounts, and there is none."]
    sure = facts.get("churn.alarm_auc")
    good = (
        " Of two accounts that had bought lately, one of which fell silent, such a list put that one first in "
        f"{sure:ci} of cases."
        if sure and sure.value is not None
        else ""
    )
    cost = f"{loss.says}: {loss:ci}" if loss.value else "Of the key accounts no loss of sales is expected"
    return [f"**Who is next?** {cost}; {listed:n} of {listed.n:,} stand on the alarm list.{good}"]


def types_words(facts: Mapping[str, Finding]) -> Prose:
    """How many accounts are of each type, from the findings of the page on types."""
    if "client_types.told" not in facts:
        return say(missing_words(TYPES_PAGE))
    counts = [f"{facts[f'client_types.{k}'].value:,} {word}" for k, word in TYPES.items() if _number(facts, k)]
    listed = f"; by the written rule about {', '.join(counts)}" if counts else ""
    alone = facts["client_types.breadwinners"]
    return say(
        f"{alone.says}: **{alone:n}**{listed}. "
        + (
            f"The written rule and the mixture name different types for {facts['client_types.disputed']}."
            if counts
            else "This ledger tells no other type: prospects, image-makers and experts are known by tables it lacks."
        )
    )


def claims_shown(facts: Iterable[Finding]) -> Table | Prose:
    """Every claim that a page has tested, with its verdict."""
    tested = [f for f in facts if f.verdict in VERDICTS and f.page != "Summary"]
    if not tested:
        return say("No claim was tested in this report.")
    rows = [(f.says, f.verdict, f.text, f.interval, f.page) for f in tested]
    return table(
        pd.DataFrame(rows, columns=list(CLAIMS)), caption="Claims and their tests", columns=CLAIMS, n=len(rows)
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _number(facts: Mapping[str, Finding], key: str) -> bool:
    found = facts.get(f"client_types.{key}")
    return found is not None and isinstance(found.value, (int, float))
