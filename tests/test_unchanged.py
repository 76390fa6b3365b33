"""A command that would make again what stands there: told by hashing, and never when anything differs."""

import pytest
from runs import content

from kamlib.report.cache import unchanged
from kamlib.report.cache.entries import Cache
from kamlib.report.cache.unchanged import Request, remember, request_of, standing_report


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """A ledger and settings; code and libraries stand still."""
    (tmp_path / "acme.csv").write_text("a")
    (tmp_path / "kam.toml").write_text("months = 6")
    monkeypatch.setattr(unchanged, "code_digest", lambda: "code")
    monkeypatch.setattr(unchanged, "commit", lambda: "commit")
    return {"settings": tmp_path / "kam.toml", "as_of": "2024-06-30", "assign": ["seed=2"]}


def key(tmp_path, asked, **changes):
    return request_of(str(tmp_path / "acme.csv"), **(asked | changes)).key


@pytest.mark.parametrize(
    "changes",
    [{"as_of": ""}, {"name": "b"}, {"settings": None}, {"assign": ["seed=3"]}, {"assign": []}, {"only": ["01"]}],
)
def test_whatever_is_asked_for_counts(tmp_path, asked, changes):
    assert len(key(tmp_path, asked)) == 64
    assert key(tmp_path, asked) != key(tmp_path, asked, **changes)


def test_what_is_read_counts(tmp_path, asked, monkeypatch):
    seen = {key(tmp_path, asked)}
    (tmp_path / "acme.csv").write_text("b")
    seen.add(key(tmp_path, asked))
    (tmp_path / "kam.toml").write_text("months = 7")
    seen.add(key(tmp_path, asked))
    for name in ("code_digest", "commit", "environment"):
        monkeypatch.setattr(unchanged, name, lambda: "other")
        seen.add(key(tmp_path, asked))
    assert len(seen) == 6


def test_what_cannot_be_told_has_no_key(tmp_path, asked):
    assert key(tmp_path, asked, settings=tmp_path / "nosuch.toml") == ""
    (tmp_path / "acme.csv").unlink()
    assert key(tmp_path, asked) == ""


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [(("a", "x"), ("a", "x"), True), (("", "x"), ("a", "x"), True), (("a", "x"), ("b", "x"), False),
     (("a", "x"), ("a", "y"), False)],
)  # fmt: skip
def test_a_run_is_remembered_if_nothing_was_edited_meanwhile(before, after, same):
    assert Request(*before).became(Request(*after)) == same


@pytest.fixture
def made(tmp_path):
    """A report and the one before it, and a cache that knows of both."""
    for day in ("2024-05-31", "2024-06-30"):
        (tmp_path / "acme" / day).mkdir(parents=True)
        for name in ("index.html", "manifest.json"):
            (tmp_path / "acme" / day / name).write_text(f"{day} {name}")
    cache = Cache(tmp_path / ".cache")
    remember(cache, "k", tmp_path, {"target": "acme/2024-06-30", "previous": "acme/2024-05-31", "says": 1})
    return cache, tmp_path


def test_a_report_that_stands(made):
    cache, out = made
    assert standing_report(cache, "k", out)["says"] == 1
    assert standing_report(cache, "x", out) is None
    assert standing_report(cache, "", out) is None
    assert standing_report(Cache(None), "k", out) is None
    (out / "acme" / "2024-05-31" / "index.html").write_text("a page of the report before is nothing to this one")
    for day in ("2024-05-31", "2024-06-30"):
        (out / "acme" / day / "notes.txt").write_text("nor is what no run has made")
    assert standing_report(cache, "k", out)


@pytest.mark.parametrize(
    "damage",
    [
        lambda out: (out / "2024-06-30" / "index.html").write_text("edited"),
        lambda out: (out / "2024-06-30" / "manifest.json").unlink(),
        lambda out: (out / "2024-05-31" / "manifest.json").write_text("made again"),
        lambda out: (out / "2024-05-31").rename(out / "away"),
        lambda out: (out / "2024-06-30").rename(out / "away"),
    ],
)
def test_a_report_that_does_not_stand(made, damage):
    cache, out = made
    damage(out / "acme")
    before = content(out / "acme")
    assert standing_report(cache, "k", out) is None
    assert content(out / "acme") == before


def test_no_report_before(tmp_path):
    (tmp_path / "acme" / "2024-06-30").mkdir(parents=True)
    (tmp_path / "acme" / "2024-06-30" / "index.html").write_text("page")
    cache = Cache(tmp_path / ".cache")
    remember(cache, "k", tmp_path, {"target": "acme/2024-06-30", "previous": "acme/2024-05-31"})
    assert standing_report(cache, "k", tmp_path)
    (tmp_path / "acme" / "2024-05-31").mkdir()
    (tmp_path / "acme" / "2024-05-31" / "manifest.json").write_text("now there is one")
    assert standing_report(cache, "k", tmp_path) is None
