"""Money as a reader sees it: integer cents in words, to the cent, whatever their size."""

from __future__ import annotations

from decimal import Decimal


def money(cents: int, *, decimals: int = 2) -> str:
    """Integer cents as an amount with separators of thousands. No float on the way, so every digit is right.

    Parameters
    ----------
    cents : int
        Of any size.
    decimals : int
        2, or fewer: then rounded, halves to even.

    Returns
    -------
    str
        With a plain hyphen as minus; nothing is "-0.00".

    Examples
    --------
    >>> money(123456), money(-5), money(2**63 - 1), money(-49, decimals=0)
    ('1,234.56', '-0.05', '92,233,720,368,547,758.07', '0')
    """
    return f"{Decimal(f'{int(cents)}E-2'):z,.{decimals}f}"
