"""Marks: which facts speak for which type, by the article's description, and from where on."""

from __future__ import annotations

from dataclasses import dataclass

from kamlib.tables import CLIENT_TYPES

ROLES = tuple(t for t in CLIENT_TYPES if t not in ("breadwinner", "ordinary"))
"""Types that an account can play besides another: prospect, image-maker, expert."""

BREADWINNER_SHARE = 0.10  # the article: a breadwinner brings 10 % or more of total profit


@dataclass(frozen=True)
class Mark:
    """One fact that speaks for a type.

    Attributes
    ----------
    type : str
        Of `ROLES`.
    feature : str
        Of `kamlib.client_types.FEATURES`.
    threshold : float
        Where evidence in words holds the mark for met, in the feature's unit. The article gives words, no figures:
        ours. The written rule has its own lines, see `kamlib.client_types.Rule`.
    above : bool
        Whether the mark is met at the threshold and above, or at it and below.
    effect : float
        What the mixture expects before it has seen the ledger: how far accounts of the type differ from others. For
        levels in standard deviations within a type; for rates in events per year.
    words : str
        The article's own thought.
    years : str
        For rates: the feature that holds the years over which events were counted; empty for levels.
    """

    type: str
    feature: str
    threshold: float
    above: bool
    effect: float
    words: str
    years: str = ""


MARKS = (
    Mark("prospect", "headroom", 3.0, True, 2.5, "a good budget, little of it with us"),
    Mark("prospect", "rival_share", 0.5, True, 2.0, "perhaps the breadwinner of a competitor"),
    Mark("prospect", "tender_headroom", 0.8, True, 1.5, "tenders that are large for what it buys"),
    Mark("prospect", "growth", 0.3, True, 0.4, "grows"),
    Mark("image-maker", "industry_rank", 3.0, False, -2.5, "leader of its industry or region"),
    Mark("image-maker", "reputation", 0.65, True, 2.5, "a known name"),
    Mark("image-maker", "revenue_to_budget", 60.0, True, 0.8, "large, whatever it buys from us"),
    Mark("image-maker", "meetings_per_year", 1.0, True, 0.4, "met in person", "years_known"),
    Mark("expert", "audits_per_year", 0.5, True, 0.7, "audits us", "years_known"),
    Mark("expert", "tests_per_year", 0.6, True, 0.7, "tests samples", "years_known"),
    Mark("expert", "quality_per_year", 0.6, True, 0.4, "complains about quality", "years_served"),
    Mark("expert", "opinions_per_year", 1.2, True, 0.5, "says what it thinks", "years_served"),
    Mark("expert", "score", 6.5, False, -0.5, "is hard to please"),
    Mark("expert", "samples_per_year", 0.5, True, 0.2, "takes free samples", "tenure_years"),
    Mark("prospect", "tests_per_year", 0.6, True, 0.2, "tries samples", "years_known"),
)
"""Every mark. A prospect is also *new*: never bought, or only in the last two years."""


def marks_of(kind: str) -> tuple[Mark, ...]:
    """The marks of one type.

    Examples
    --------
    >>> [m.feature for m in marks_of("image-maker")][:2]
    ['industry_rank', 'reputation']
    """
    return tuple(m for m in MARKS if m.type == kind)


def meets(mark: Mark, values):
    """Whether values reach a mark's threshold; False where a value is missing."""
    return values >= mark.threshold if mark.above else values <= mark.threshold
