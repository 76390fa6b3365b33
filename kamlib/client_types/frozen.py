"""A typer kept for the next period: plain JSON, read with care, nothing that could run."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from kamlib.client_types.clusters import AccountClusters
from kamlib.client_types.marks import ROLES
from kamlib.client_types.mixture import Mixture
from kamlib.client_types.symmetric import Scale
from kamlib.client_types.typer import ClientTyper
from kamlib.tables import CLIENT_TYPES

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
