import pandas as pd

from kamlib.client_types import MARKS, ROLES, rule_scores, rule_types

FOUR = pd.DataFrame(
    {
        "profit_share": [0.12, 0.01, 0.01, 0.0],
        "new": [0.0, 1.0, 0.0, 1.0],
        "headroom": [1.0, 4.0, 4.0, None],
        "rival_share": [0.1, 0.7, 0.7, None],
        "industry_rank": [9.0, 9.0, 1.0, None],
        "reputation": [0.2, 0.2, 0.9, None],
    },
    index=["large", "young", "old", "unknown"],
)


def test_rules_by_hand():
    assert rule_types(FOUR).to_dict() == {
        "large": "breadwinner", "young": "prospect", "old": "image-maker", "unknown": "ordinary",
    }  # fmt: skip


def test_only_who_is_new_is_a_prospect():
    assert rule_scores(FOUR)["prospect"].to_dict()["old"] == 0


def test_one_known_mark_is_no_description():
    assert rule_scores(FOUR[["headroom"]])["prospect"].isna().all()
    assert rule_types(FOUR[["headroom"]]).eq("ordinary").all()


def test_every_role_has_marks_that_point_one_way():
    assert {m.type for m in MARKS} == set(ROLES)
    assert all(m.above == (m.effect > 0) for m in MARKS)
