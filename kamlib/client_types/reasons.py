"""Why the rule says what it says of an account, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.client_types.rules import CHECKS, RULE, Rule, rule_facts, rule_met
from kamlib.client_types.told import Told
from kamlib.client_types.trail import SHORT, number

NEAR = 0.05  # probability from which an ordinary account is said to be near a type
WORDS = SHORT | {CHECKS: "audits and sample tests a year"}


def rule_reasons(features: pd.DataFrame, told: Told, rule: Rule = RULE, *, measure: str = "profit") -> pd.Series:
    """The facts that decide, with the threshold in brackets, and which of them are not known.

    Parameters
    ----------
    features : pandas.DataFrame
        From `account_features`; the accounts asked about.
    told : Told
        From `by_rule`, of these accounts or of more.
    rule : Rule
    measure : str
        What an account's share is of: profit or sales.

    Returns
    -------
    pandas.Series
        By account. For an ordinary one: the type that it comes nearest to, if it comes near one; else what would
        have to be known to tell more.

    Examples
    --------
    >>> known = pd.DataFrame({"industry_rank": [2.0, 9.0], "reputation": [0.84, float("nan")], "new": [0.0, 0.0]})
    >>> from kamlib.client_types.rules import by_rule
    >>> rule_reasons(known, by_rule(known)).tolist()
    ['rank in its industry 2 (up to 3); reputation 0.84 (from 0.65)', 'not known: audits and sample tests a year']
    """
    facts, chance = rule_facts(features), told.roles.reindex(features.index).fillna(0.0)
    words = WORDS | {"profit_share": f"share of {measure}"}
    out = []
    for account, kind in told.named.reindex(features.index).items():
        near = chance.loc[account].idxmax()
        if kind != "ordinary":
            out.append(_conditions(facts.loc[account], rule.conditions[kind], words))
        elif chance.loc[account, near] >= NEAR:
            why = _conditions(facts.loc[account], rule.conditions[near], words)
            out.append(f"{near} with {100 * chance.loc[account, near]:.0f} %: {why}")
        else:
            missing = _lacking(facts.loc[account], told.roles.loc[account].isna(), rule, words)
            out.append(f"not known: {missing}" if missing else "meets no rule")
    return pd.Series(out, features.index, dtype="str")


def _lacking(facts: pd.Series, untold: pd.Series, rule: Rule, words: dict[str, str]) -> str:
    """The facts without which an account's types cannot be told."""
    needs = [name for kind in untold.index[untold] for name, _, _ in rule.conditions[kind]]
    return ", ".join(words[name] for name in dict.fromkeys(needs) if np.isnan(facts[name]))


def _conditions(facts: pd.Series, conditions, words: dict[str, str]) -> str:
    return "; ".join(_fact(words, name, facts[name], at, above) for name, at, above in conditions)


def _fact(words: dict[str, str], name: str, value: float, threshold: float, above: bool) -> str:
    if name == "new":
        return "new" if value == 1 else "not new"
    if np.isnan(value):
        return f"{words[name]} not known"
    return f"{words[name]} {number(name, value)} ({'from' if above else 'up to'} {number(name, threshold)})"


def rule_causes(then: pd.DataFrame, now: pd.DataFrame, rule: Rule = RULE, *, measure: str = "profit") -> pd.Series:
    """What of the facts has changed the rule's answer, by account: empty where its answer by what is known is the same.

    Parameters
    ----------
    then, now : pandas.DataFrame
        Features of the same accounts on two days.
    rule : Rule
    measure : str

    Examples
    --------
    >>> then = pd.DataFrame({"industry_rank": [2.0], "reputation": [0.6]}, index=["k1"])
    >>> rule_causes(then, then.assign(reputation=0.7)).tolist()
    ['reputation 0.60 to 0.70 (from 0.65)']
    """
    a, b = rule_met(then, rule), rule_met(now, rule)
    words = WORDS | {"profit_share": f"share of {measure}"}
    facts = rule_facts(then), rule_facts(now)
    out = pd.Series("", index=now.index, dtype="str")
    for kind, conditions in rule.conditions.items():
        moved = ~((a[kind] == b[kind]) | (a[kind].isna() & b[kind].isna()))
        for account in now.index[moved]:
            before, after = facts[0].loc[account], facts[1].loc[account]
            said = [_moved(words, c, before[c[0]], after[c[0]]) for c in conditions]
            out[account] = "; ".join(filter(None, [out[account], *said]))
    return out


def _moved(words: dict[str, str], condition: tuple, before: float, after: float) -> str:
    name, threshold, above = condition
    if before == after or (np.isnan(before) and np.isnan(after)):
        return ""
    if name == "new":
        return "no longer new" if after == 0 else "new"
    said = _fact(words, name, after, threshold, above)
    if np.isnan(before):
        return f"{said}, not known before"
    return said.replace(f"{words[name]} ", f"{words[name]} {number(name, before)} to ", 1) if after == after else said
