"""Client types: breadwinner, prospect, image-maker, expert. Notebook: 03_client_types."""

from kamlib.client_types.changes import changes, changes_table
from kamlib.client_types.clusters import AccountClusters, chosen_number, cluster_numbers
from kamlib.client_types.drift import drift, needs_refit
from kamlib.client_types.explain import cluster_traits, nearest, neighbours, profiles, surrogate
from kamlib.client_types.features import FEATURES, Feature, account_features
from kamlib.client_types.findings import findings
from kamlib.client_types.frozen import FrozenError, freeze, matched, settled, shelf, shelf_of, thaw
from kamlib.client_types.marks import BREADWINNER_SHARE, MARKS, ROLES, Mark
from kamlib.client_types.roster import disputed, largest, named, roster, shown_columns, type_summary
from kamlib.client_types.imputed import fact_noise
from kamlib.client_types.rules import Rule, rule_chance, rule_met, rule_types
from kamlib.client_types.trail import explained, trail
from kamlib.client_types.typer import ClientTyper, match_clusters, standard
from kamlib.client_types.worth import Worth, early_warning, growth, growth_since, reference, worth_table

__all__ = [
    "BREADWINNER_SHARE", "FEATURES", "MARKS", "ROLES", "AccountClusters", "ClientTyper", "Feature",
    "FrozenError", "Mark", "Rule", "Worth", "account_features", "changes", "changes_table", "chosen_number",
    "cluster_numbers", "cluster_traits", "disputed", "drift", "early_warning", "explained", "fact_noise", "findings", "freeze",
    "growth", "growth_since", "largest", "match_clusters", "matched", "named", "nearest", "needs_refit",
    "neighbours", "profiles", "reference", "roster", "rule_chance", "rule_met", "rule_types", "settled", "shelf", "shelf_of",
    "shown_columns", "standard", "surrogate", "thaw", "trail", "type_summary", "worth_table",
]  # fmt: skip
