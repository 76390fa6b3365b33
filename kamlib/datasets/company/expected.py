"""What each account was expected to buy in the last year: the size behind a class."""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import deals, leaving, managers, rhythm


def expected_sales(w, days: int = 365) -> np.ndarray:
    """EUR of sales expected in the last days, before returns, one per account.

    Given when an account was there, who looked after it and what it was offered, over all that
    chance could have made of the dates and values of its orders: intensity x mean order value.
    """
    n, window = len(w.base), np.arange(w.clock.days - days, w.clock.days)
    grid = pd.DataFrame({"account": np.repeat(np.arange(n), days), "day": np.tile(window, n)})
    account, day = grid["account"].to_numpy(), grid["day"].to_numpy()
    faded = leaving.fading(w.left, account, day)
    log = w.success[account, managers.manager_at(w.spells, account, day)] - 0.7 * faded
    log += deals.offer_effect(w.offers, grid, w.p)
    there = leaving.present(w.left, account, day) & (day >= w.base["joined"].to_numpy()[account])
    orders = (_orders(w, days) * (1 - faded) * there) + _sure_orders(w, account, day)
    mean = (w.base["size"] / w.rhythm["rate"]).to_numpy()
    return np.bincount(account, orders * np.exp(log), n) * mean


def _orders(w, days: int) -> np.ndarray:
    """Expected orders by day of accounts that never leave, one after the other."""
    rows = [np.diff(rhythm.intensity(w.rhythm, w.calendar, i)[-days - 1 :]) for i in range(len(w.base))]
    return np.concatenate(rows)


def _sure_orders(w, account: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Joining and coming back are orders for sure."""
    first, back = w.base["joined"].to_numpy(), w.clock.next_open(w.left["returned"].to_numpy())
    return (day == first[account]).astype(float) + (day == back[account])
