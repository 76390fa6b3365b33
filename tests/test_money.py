"""Money in words: every digit is right, also where a float has too few."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kamlib.money import money


def test_amounts_by_hand():
    assert [money(c) for c in (0, 5, -5, 100, -123456, 10**18)] == [
        "0.00", "0.05", "-0.05", "1.00", "-1,234.56", "10,000,000,000,000,000.00",
    ]  # fmt: skip
    assert money(2**63 - 1) == "92,233,720,368,547,758.07" and money(np.int64(-7)) == "-0.07"
    assert [money(c, decimals=0) for c in (-1, 149, 150, 250)] == ["0", "1", "2", "2"]
    assert money(2**63 - 1, decimals=0) == "92,233,720,368,547,758"


@given(st.integers(-(10**38), 10**38))
def test_no_digit_is_lost(cents):
    assert Fraction(money(cents).replace(",", "")) * 100 == cents
