"""A typer kept for the next period: plain JSON, read with care, nothing that could run."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.client_types.clusters import AccountClusters
from kamlib.client_types.drift import drift, needs_refit
from kamlib.client_types.features import account_features
from kamlib.client_types.marks import ROLES
from kamlib.client_types.mixture import Mixture
from kamlib.client_types.symmetric import Scale
from kamlib.client_types.typer import ClientTyper
from kamlib.panel import Panel, check_panel
from kamlib.tables import CLIENT_TYPES, NOT_TRADE

FORM = "kamlib client typer 1"
DIGITS = 12  # significant: what a sum's order can change lies beyond


class FrozenError(ValueError):
    """A kept typer cannot be used. The message says why and what to do."""


def freeze(typer: ClientTyper) -> str:
    """A fitted typer as JSON.

    Parameters
    ----------
    typer : ClientTyper
        Fitted on a frame, so that its features have names.

    Returns
    -------
    str
        The same text for the same typer: sorted keys, twelve significant digits.
    """
    c = typer.clusters_
    kept = {
        "form": FORM,
        "parameters": typer.get_params(),
        "features": list(typer.feature_names_in_),
        "columns": list(typer.columns_),
        "scale": {"centre": typer.scale_.centre, "spread": typer.scale_.spread},
        "mixture": typer.mixture_.as_dict(),
        "told": typer.tellable_.to_dict(orient="index"),
        "clusters": {
            "weights": c.weights_,
            "means": c.means_,
            "variances": c.variances_,
            "types": typer.cluster_types_,
        },
        "quantiles": typer.quantiles_,
        "accounts": typer.accounts_,
    }
    return json.dumps(_plain(kept), sort_keys=True, allow_nan=False)


def thaw(text: str) -> ClientTyper:
    """The typer that `freeze` kept; it predicts, and need not be fitted.

    Raises
    ------
    FrozenError
        The text is no JSON, not of this form, or incomplete.
    """
    try:
        kept = json.loads(text)
        if not isinstance(kept, dict) or kept.get("form") != FORM:
            raise FrozenError(f"This is no kept client typer of the form {FORM!r}: fit a new one.")
        return _restored(kept)
    except (json.JSONDecodeError, KeyError, TypeError, IndexError) as error:
        raise FrozenError(f"The kept client typer is damaged ({error}): fit a new one.") from None


def _restored(kept: dict) -> ClientTyper:
    typer = ClientTyper(**kept["parameters"])
    typer.classes_ = np.array(CLIENT_TYPES)
    typer.feature_names_in_ = np.array(kept["features"], dtype=object)
    typer.n_features_in_ = len(kept["features"])
    typer.columns_, typer.accounts_ = list(kept["columns"]), int(kept["accounts"])
    typer.scale_ = Scale(kept["scale"]["centre"], kept["scale"]["spread"])
    typer.mixture_ = Mixture.from_dict(kept["mixture"])
    typer.tellable_ = pd.DataFrame.from_dict(kept["told"], orient="index").loc[
        list(ROLES), ["separation", "error", "told"]
    ]
    typer.clusters_ = _clusters(kept["clusters"], typer)
    typer.cluster_types_, typer.quantiles_ = list(kept["clusters"]["types"]), kept["quantiles"]
    return typer


def _clusters(kept: dict, typer: ClientTyper) -> AccountClusters:
    method = typer.clustering if typer.method == "evidence" else typer.method
    clusters = AccountClusters(method, typer.n_clusters, typer.random_state)
    clusters.weights_, clusters.means_, clusters.variances_ = (
        np.array(kept[name], float) for name in ("weights", "means", "variances")
    )
    clusters.n_features_in_ = clusters.means_.shape[1]
    return clusters


def shelf(typer: ClientTyper) -> pd.DataFrame:
    """A fitted typer as a frame that a run can keep: one row, one column `json`, see `freeze`."""
    return pd.DataFrame({"json": [freeze(typer)]})


def shelf_of(like: ClientTyper, panel: Panel, book, leave_out: Sequence[str] = NOT_TRADE) -> pd.DataFrame:
    """A typer with the same parameters, fitted on an earlier day's panel: what a report of that day would have kept."""
    check_panel(panel, "shelf_of(like, panel, book)")
    features = account_features(panel, book, leave_out=leave_out)
    return shelf(ClientTyper(**like.get_params()).fit(features))


def settled(fresh: ClientTyper, kept: pd.DataFrame, features: pd.DataFrame) -> tuple[ClientTyper, pd.DataFrame, bool]:
    """The typer to use: the one kept from the earlier period, unless its accounts have drifted too far.

    Parameters
    ----------
    fresh : ClientTyper
        Fitted on today's features.
    kept : pandas.DataFrame
        From `shelf`, of the earlier period; without a row if there is none.
    features : pandas.DataFrame
        Today's.

    Returns
    -------
    typer : ClientTyper
    drift : pandas.DataFrame
        Of today's features from those of the typer that was kept; see `kamlib.client_types.drift`.
    anew : bool
        Whether the fresh one is used: there was none, other parameters were asked for, or it has drifted.
    """
    if kept.empty:
        return fresh, drift(fresh, features), True
    earlier = thaw(kept["json"].iloc[0])
    moved = drift(earlier, features)
    same = {k: v for k, v in earlier.get_params().items() if k != "n_clusters"}
    anew = needs_refit(moved) or any(fresh.get_params()[k] != v for k, v in same.items())
    return (fresh if anew else earlier), moved, anew


def matched(features: pd.DataFrame, typer: ClientTyper) -> pd.DataFrame:
    """Features in the columns that a kept typer knows: what it does not know is left out, what is new is missing."""
    return features.reindex(columns=list(typer.feature_names_in_))


def _plain(value):
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
