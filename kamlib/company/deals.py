"""Tenders and leads, whose outcome follows need, solvency and authority; offers and campaigns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import words
from .clock import NEVER, Clock, poisson_events, stream
from .leaving import present, remaining_orders
from .parameters import Parameters

WINDOW = 91  # days for which an offer works
SILENT = 180  # days of silence after which the firm holds an account for lost


def _references(base: pd.DataFrame, roles: pd.DataFrame, account, day) -> np.ndarray:
    """Whether an image-maker of the same industry and region had become a customer by the day."""
    cell = (base["industry"] * len(words.REGION) + base["region"]).to_numpy()
    image = np.flatnonzero((roles["primary"] == "image-maker").to_numpy())
    first = np.full(len(words.INDUSTRY) * len(words.REGION), NEVER)
    np.minimum.at(first, cell[image], base["joined"].to_numpy()[image])
    return first[cell[account]] <= day


def _judge(rng, base, roles, account, day, p: Parameters) -> pd.DataFrame:
    """Need (varies by tender), solvency, authority (the account's own) and whether it is won."""
    need = 0.7 * base["need"].to_numpy()[account] + np.sqrt(1 - 0.7**2) * rng.normal(size=len(day))
    frame = pd.DataFrame({"account": account, "day": day, "need": need.round(3)})
    for name in ("solvency", "authority"):
        frame[name] = base[name].to_numpy()[account].round(3)
    frame["reference"] = _references(base, roles, account, day).astype(int)
    weights = {
        "need": p.win_need,
        "solvency": p.win_solvency,
        "authority": p.win_authority,
        "reference": p.win_reference,
    }
    odds = p.win_base + sum(w * frame[name] for name, w in weights.items())
    frame["chance"] = (1 / (1 + np.exp(-odds))).round(4)
    frame["won"] = rng.random(len(frame)) < 1 / (1 + np.exp(-odds))
    return frame


def lead_tenders(seed: int, base, roles, clock: Clock, p: Parameters) -> tuple[pd.DataFrame, np.ndarray]:
    """Tenders of leads, and the day each lead joins: some days after its first win.

    Nothing is tendered after that win, so every lead in the ledger is one that was won.
    """
    rng = stream(seed, "tenders of leads")
    leads = np.flatnonzero(base["kind"] == "lead")
    number = 1 + rng.poisson(0.7, len(leads))
    account = np.repeat(leads, number)
    day = np.minimum(clock.next_open(rng.integers(clock.start, clock.days, len(account))), clock.days - 1)
    order = np.lexsort((day, account))
    frame = _judge(rng, base, roles, account[order], day[order], p)
    before = frame.groupby("account")["won"].cumsum() - frame["won"]
    frame = frame[before == 0]
    won = frame[frame["won"]]
    joined = base["joined"].to_numpy().copy()
    joined[won["account"]] = clock.next_open(won["day"].to_numpy() + rng.integers(7, 36, len(won)))
    return frame, np.where(joined < clock.days, joined, NEVER)


def customer_tenders(seed: int, base, roles, begin, left, clock: Clock, p: Parameters) -> pd.DataFrame:
    """Tenders of accounts while they are customers."""
    rng = stream(seed, "tenders")
    rate = p.tender_rate * np.exp(0.3 * np.clip(base["z"].to_numpy(), -2, 3))
    account, day = poisson_events(rng, rate, np.maximum(begin + 1, clock.start - 180), clock.days)
    day = np.minimum(clock.next_open(day), clock.days - 1)
    frame = _judge(rng, base, roles, account, day, p)
    return frame[present(left, account, day)]


def finish_tenders(seed: int, frame: pd.DataFrame, base, seen, clock: Clock) -> pd.DataFrame:
    """Adds value, reason, competitor; the last weeks' are still open."""
    rng = stream(seed, "tender details")
    frame = frame.sort_values(["day", "account"], kind="stable").reset_index(drop=True)
    n = len(frame)
    value = seen["annual_budget"].to_numpy()[frame["account"]] * 0.2 * np.exp(rng.normal(0, 0.6, n))
    still = (
        (frame["day"] > clock.days - 30) & (rng.random(n) < 0.7) & (base["kind"].to_numpy()[frame["account"]] != "lead")
    )
    frame["outcome"] = np.where(still, "open", np.where(frame["won"], "won", "lost"))
    lost, won = (np.asarray(w, dtype=object)[rng.integers(0, len(w), n)] for w in (words.LOST, words.WON))
    told = rng.random(n) < 0.7
    # The reason given for a loss tells a little about what was missing.
    lost = np.where((frame["need"] < -0.8) & (rng.random(n) < 0.5), "no budget", lost)
    lost = np.where((frame["authority"] < -0.8) & (rng.random(n) < 0.5), "decided elsewhere", lost)
    frame["reason"] = np.where(~told | still, None, np.where(frame["won"], won, lost))
    rival = np.asarray(words.COMPETITOR, dtype=object)[rng.integers(0, len(words.COMPETITOR), n)]
    frame["competitor"] = np.where(rng.random(n) < 0.6, rival, None)
    return frame.assign(value=value.round(-2))


def _tuesdays(first: int, stop: int) -> range:
    """Days of campaigns, half a year apart; day 0 is a Monday."""
    return range(first - first % 7 + 1, stop, 182)


def win_back(seed: int, orders, left: pd.DataFrame, clock: Clock, p: Parameters) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Randomised offers to accounts silent for half a year; a treated lost one may come back.

    Some of the silent were never lost: the offer does nothing to them, which the firm cannot know.
    Returns the offers and the leaving frame with the returns they caused.
    """
    rng = stream(seed, "win-back")
    offers = []
    for number, day in enumerate(_tuesdays(clock.start + SILENT + 30, clock.days - 15), start=1):
        placed = remaining_orders(orders[orders["day"] <= day], left)
        last = placed.groupby("account")["day"].max()
        silent = last.index[(last < day - SILENT) & (left["returned"].to_numpy()[last.index] > day)].to_numpy()
        treated = rng.random(len(silent)) < 0.5
        kind = np.asarray(["discount", "gift"], dtype=object)[rng.integers(0, 2, len(silent))]
        gone = left["left"].to_numpy()[silent] <= day
        moved = treated & gone & (rng.random(len(silent)) < p.winback_effect)
        back = day + rng.integers(7, 76, len(silent))
        returned, invited = left["returned"].to_numpy().copy(), left["invited"].to_numpy().copy()
        sooner = moved & (back < returned[silent])
        returned[silent[sooner]], invited[silent[sooner]] = back[sooner], True
        left = left.assign(returned=returned, invited=invited)
        offers.append(_offers(silent, day, f"WB{number}", treated, kind, 25.0).assign(gone=gone))
    return _join(offers), left


def development(seed: int, base, orders, clock: Clock, p: Parameters) -> pd.DataFrame:
    """Offers to living accounts: odd campaigns are randomised, even ones go to whom managers prefer."""
    rng = stream(seed, "development")
    offers = []
    for number, day in enumerate(_tuesdays(clock.start + 120, clock.days - 30), start=1):
        recent = orders[(orders["day"] <= day) & (orders["day"] > day - SILENT)]
        count = recent.groupby("account").size()
        some = rng.random(len(count)) < 0.35
        account, busy = count.index.to_numpy()[some], count.to_numpy()[some]
        if number % 2:
            treated = rng.random(len(account)) < 0.5
        else:
            liking = 0.7 * np.log(busy) + base["z"].to_numpy()[account] + rng.normal(0, 0.5, len(account))
            treated = liking > np.median(liking) if len(liking) else np.zeros(0, bool)
        kind = np.full(len(account), "special" if number % 2 else "programme", dtype=object)
        offers.append(_offers(account, day, f"DEV{number}", treated, kind, 60.0).assign(gone=False))
    return _join(offers)


def _offers(account, day, campaign, treated, kind, cost) -> pd.DataFrame:
    arm = np.where(treated, "treated", "held out")
    return pd.DataFrame(
        {"account": account, "day": day, "campaign": campaign, "arm": arm, "kind": kind, "cost": cost * treated}
    )


def _join(offers: list[pd.DataFrame]) -> pd.DataFrame:
    empty = _offers(np.empty(0, int), np.empty(0, int), "", np.empty(0, bool), np.empty(0, object), 0.0)
    return pd.concat([empty.assign(gone=False), *offers], ignore_index=True)


def offer_effect(offers: pd.DataFrame, orders: pd.DataFrame, p: Parameters) -> np.ndarray:
    """Log order value added to each order by a development offer of the 13 weeks before."""
    out = np.zeros(len(orders), dtype=bool)
    treated = offers[(offers["arm"] == "treated") & offers["campaign"].str.startswith("DEV")]
    account, day = orders["account"].to_numpy(), orders["day"].to_numpy()
    for begin, group in treated.groupby("day"):
        out |= np.isin(account, group["account"]) & (day > begin) & (day <= begin + WINDOW)
    return p.offer_effect * out


def campaign_truth(offers: pd.DataFrame, clock: Clock, p: Parameters) -> pd.DataFrame:
    """One row per campaign: date, audience, whether randomised, planted effect and its unit."""
    first = offers.groupby("campaign", sort=True).agg(day=("day", "first"), offered=("day", "size")).reset_index()
    win = first["campaign"].str.startswith("WB")
    even = ~win & first["campaign"].str[3:].where(~win, "1").astype(int).mod(2).eq(0)
    first["date"] = clock.date(first["day"])
    first["audience"] = np.where(win, "silent for 180 days", "ordered within 180 days")
    first["randomised"] = ~even
    first["effect"] = np.where(win, p.winback_effect, p.offer_effect)
    first["unit"] = np.where(win, "added chance of a return within 90 days, of the lost", "log order value, 13 weeks")
    return first.drop(columns="day")
