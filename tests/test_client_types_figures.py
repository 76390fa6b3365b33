import matplotlib.pyplot as plt
import numpy as np
import pytest
from typed import features, table, typer

from kamlib.client_types import ROLES, cluster_numbers, findings, type_summary
from kamlib.client_types.explain import profiles
from kamlib.client_types.figures import certainty_figure, numbers_figure, profile_figure, types_figure, worth_figure
from kamlib.client_types.worth import Worth
from kamlib.look.style import COLOURS, figure


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def numbers():
    return cluster_numbers(typer().transform(features()), method="kmeans", most=4, resamples=3)


def test_numbers_mark_the_chosen_one(numbers):
    ax = numbers_figure(numbers, 3)
    assert [a.get_ylabel() for a in ax] == ["stability (Rand index)", "silhouette", "BIC per account"]
    assert ax[1].collections[0].get_offsets()[0].tolist() == [3, numbers["silhouette"].iloc[1]]
    few = cluster_numbers(np.zeros((3, 2)))
    assert "too few" in numbers_figure(few, 1)[0].texts[0].get_text()
    figure(numbers_figure(few, 1), caption="none", alt="none")


def test_types_have_their_colours():
    ax = types_figure(type_summary(table()), type_summary(table(), by="kind"))
    assert [t.get_text() for t in ax[0].get_yticklabels()] == ["breadwinner", *ROLES]
    assert plt.matplotlib.colors.to_hex(ax[1].patches[1].get_facecolor()) == COLOURS["prospect"].lower()
    rows = type_summary(table()).loc[["breadwinner", *ROLES]]
    assert [p.get_width() for p in ax[1].patches] == pytest.approx(rows["share"].tolist())
    points = [line.get_xdata()[0] for line in ax[0].lines if len(line.get_xdata())]
    assert points[:4] == pytest.approx(rows["expected"].tolist())
    untold = rows.assign(expected=np.nan, low=np.nan, high=np.nan)
    assert [t.get_text().strip() for t in types_figure(untold, untold)[0].texts] == ["cannot tell"] * 8


def test_a_profile_for_each_type():
    made = profiles(features(), typer().predict(features()))
    assert "one type" in profile_figure(made[["ordinary"]])[0].texts[0].get_text()
    assert [a.get_title(loc="left") for a in profile_figure(made)] == list(made)


def test_certainty_counts_every_account():
    for ax in certainty_figure(table()):
        assert sum(p.get_height() for p in ax.patches) == len(table())
    blank = table().assign(probability=np.nan, kind_probability=np.nan)
    assert "can be told" in certainty_figure(blank)[0].texts[0].get_text()


def test_worth_draws_what_is_told_and_says_what_is_not():
    told, not_told = (
        Worth("expert", "Does it?", "ratio", 2.0, 1.5, 3.0, 40, 50),
        Worth("prospect", "Does it?", "growth"),
    )
    ax = worth_figure([told, not_told])
    assert ax.texts[0].get_text() == "too few cases to tell"
    assert (told.verdict, not_told.verdict) == ("supported", "cannot tell")


def test_findings_say_what_cannot_be_told(numbers):
    answers = [Worth("image-maker", "Does it?", "ratio"), Worth("expert", "Does it?", "ratio", 2.0, 1.5, 3.0, 40, 50)]
    found = {f.key: f for f in findings(typer(), table(), numbers, answers, largest=0.2, fidelity=float("nan"))}
    assert found["client_types.reference"].value is None
    assert found["client_types.early_warning"].verdict == "supported"
    assert found["client_types.experts"].value == round(table()["p_expert"].sum())
    assert found["client_types.fidelity"].text == "cannot tell"
    assert len(found) == len({*found})
