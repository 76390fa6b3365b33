"""Client types: breadwinner, prospect, image-maker, expert. Notebook: 03_client_types."""

from kamlib.client_types.changes import changes, changes_table
from kamlib.client_types.clusters import AccountClusters, chosen_number, cluster_numbers
from kamlib.client_types.drift import drift, needs_refit
from kamlib.client_types.explain import cluster_traits, nearest, neighbours, profiles, surrogate
from kamlib.client_types.features import FEATURES, Feature, account_features
from kamlib.client_types.findings import findings
from kamlib.client_types.frozen import FrozenError, freeze, matched, settled, shelf, shelf_of, thaw
from kamlib.client_types.imputed import NOTED, fact_noise
from kamlib.client_types.marks import BREADWINNER_SHARE, MARKS, ROLES, Mark
from kamlib.client_types.reasons import rule_reasons
from kamlib.client_types.roster import disputed, kind_columns, largest, named, roster, type_columns, type_summary
from kamlib.client_types.rules import RULE, Rule, by_rule, rule_met, rule_types
from kamlib.client_types.told import Told, numbers
from kamlib.client_types.trail import explained, trail
from kamlib.client_types.typer import ClientTyper, by_mixture, match_clusters, standard
from kamlib.client_types.worth import Worth, early_warning, growth, growth_since, reference, worth_table

__all__ = [
    "BREADWINNER_SHARE", "FEATURES", "MARKS", "NOTED", "ROLES", "RULE", "AccountClusters", "ClientTyper", "Feature",
    "FrozenError", "Mark", "Rule", "Told", "Worth", "account_features", "by_mixture", "by_rule", "changes",
    "changes_table", "chosen_number", "cluster_numbers", "cluster_traits", "disputed", "drift", "early_warning",
    "explained", "fact_noise", "findings", "freeze", "growth", "growth_since", "kind_columns", "largest",
    "match_clusters", "matched", "named", "nearest", "needs_refit", "neighbours", "numbers", "profiles", "reference",
    "roster", "rule_met", "rule_reasons", "rule_types", "settled", "shelf", "shelf_of", "standard", "surrogate", "thaw",
    "trail", "type_columns", "type_summary", "worth_table",
]  # fmt: skip
