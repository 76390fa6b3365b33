"""The client types: who plays which role, and the truth about it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.tables import CLIENT_TYPES

from .clock import YEAR, Clock, stream
from .parameters import Parameters

ROLES = {"prospect": "prospect", "image": "image-maker", "expert": "expert"}
# The skill of a manager that each type asks for.
NEEDED_SKILL = {
    "breadwinner": "analysis", "prospect": "customer_business", "image-maker": "communication", "expert": "product",
}  # fmt: skip


def draw_roles(seed: int, base: pd.DataFrame, clock: Clock, p: Parameters) -> pd.DataFrame:
    """A primary role for some accounts, sometimes further ones; strength 0 to 1 of each.

    Only leads and accounts that joined within the last two years can be prospects.
    """
    rng = stream(seed, "types")
    n = len(base)
    late = (base["kind"] != "duplicate") & (base["joined"] > clock.days - 2 * YEAR)
    fresh = ((base["kind"] == "lead") | late).to_numpy()
    u = rng.random(n)
    prospect = np.where(fresh, p.prospect_share, 0.0)
    edges = np.cumsum([prospect, np.full(n, p.image_share), np.full(n, p.expert_share)], axis=0)
    primary = np.select([u < edges[0], u < edges[1], u < edges[2]], list(ROLES), "ordinary").astype(object)
    primary[(base["kind"] == "duplicate").to_numpy()] = "ordinary"
    roles = pd.DataFrame({"primary": [ROLES.get(x, x) for x in primary]})
    for role in ROLES:
        can = fresh if role == "prospect" else np.ones(n, bool)
        further = (rng.random(n) < p.further_share) & (primary != role) & can
        roles[role] = np.where(primary == role, 1.0, p.further_strength * further)
    roles.loc[base["planted_breadwinner"], "primary"] = "breadwinner"
    return roles


def type_truth(base: pd.DataFrame, roles: pd.DataFrame, profit_share: np.ndarray) -> pd.DataFrame:
    """Truth at the end: primary type, further roles, strengths, share of trailing profit.

    Breadwinner is decided by the share of gross profit in the last twelve months alone, 10 % or
    more; the role that such an account was drawn with becomes a further one.
    """
    bread = profit_share >= 0.10
    drawn = roles["primary"].replace("breadwinner", "ordinary")
    primary = np.where(bread, "breadwinner", drawn)
    further = [
        ";".join(t for r, t in ROLES.items() if row[r] > 0 and t != mine)
        for mine, row in zip(primary, roles.to_dict("records"), strict=True)
    ]
    assert set(primary) <= set(CLIENT_TYPES)
    return pd.DataFrame(
        {
            "customer_id": base["customer_id"],
            "primary": primary,
            "further": further,
            **{f"{r}_strength": roles[r] for r in ROLES},
            "profit_share": np.round(profit_share, 5),
        }
    )[base["kind"].to_numpy() != "duplicate"]
