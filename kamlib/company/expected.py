"""What each account was expected to buy in the last year: the size behind a class."""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import deals, leaving, managers, rhythm

BLOCK = 2000  # accounts at a time, so that a large company fits in memory


def expected_sales(w, days: int = 365) -> np.ndarray:
    """EUR of sales expected in the last days, before returns, one per account.

    Given when an account was there, who looked after it and what it was offered, over all that
    chance could have made of the dates and values of its orders: intensity x mean order value.
    (Just after a first order a regular buyer is expected a little later than that; not counted.)
    """
    n = len(w.base)
    blocks = [_block(w, np.arange(first, min(first + BLOCK, n)), days) for first in range(0, n, BLOCK)]
    return np.concatenate(blocks) * (w.base["size"] / w.rhythm["rate"]).to_numpy()


def _block(w, accounts: np.ndarray, days: int) -> np.ndarray:
    """Expected orders of some accounts, each counted by what it is worth against a mean one."""
    window = np.arange(w.clock.days - days, w.clock.days)
    grid = pd.DataFrame({"account": np.repeat(accounts, days), "day": np.tile(window, len(accounts))})
    account, day = grid["account"].to_numpy(), grid["day"].to_numpy()
    faded = leaving.fading(w.left, account, day)
    log = w.success[account, managers.manager_at(w.spells, account, day)] - 0.7 * faded
    log += deals.offer_effect(w.offers, grid, w.p)
    there = leaving.present(w.left, account, day) & (day >= w.base["joined"].to_numpy()[account])
    flow = [np.diff(rhythm.intensity(w.rhythm, w.calendar, i)[-days - 1 :]) for i in accounts]
    orders = np.concatenate(flow) * (1 - faded) * there + _sure_orders(w, account, day)
    return (orders * np.exp(log)).reshape(len(accounts), days).sum(axis=1)


def _sure_orders(w, account: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Joining and coming back are orders for sure."""
    first, back = w.base["joined"].to_numpy(), w.clock.next_open(w.left["returned"].to_numpy())
    return (day == first[account]).astype(float) + (day == back[account])
