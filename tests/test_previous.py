"""What a run is compared with: today's ledger as of the earlier day, and what the report of that day published."""

import datetime as dt
import json

import pandas as pd
import pytest

from kamlib.book import open_book
from kamlib.panel import build_panel
from kamlib.report.make.previous import differing, prepare_previous
from kamlib.run import Run, open_run
from kamlib.run.findings import Change, Finding
from kamlib.run.previous import Previous
from kamlib.run.store import save_book, save_panel, write_frame, write_json
from kamlib.settings import Settings

END, BEFORE = dt.date(2024, 2, 29), dt.date(2024, 1, 31)
OLD, TODAY = (pd.DataFrame({"customer_id": ["k1"], "abc": [c]}) for c in "AB")


def publish(folder, settings):
    write_json(folder / "manifest.json", {"settings": settings.model_dump(), "control_totals": {"net_cents": 7}})
    write_json(folder / "findings.json", {"02": [{"key": "a.b", "says": "A", "value": 1, "unit": "lines"}]})
    write_frame(folder / "frames", "abc", OLD)


@pytest.fixture
def folder(tmp_path, tiny_book):
    """A run folder as of February, with what a report as of January published."""
    save_book(tiny_book, tmp_path / "work")
    save_panel(build_panel(tiny_book, as_of=END), tmp_path)
    publish(tmp_path / "work" / "previous", Settings())
    return tmp_path


def prepared(folder, book, **settings):
    settings = Settings(**settings)
    prepare_previous(book, build_panel(book, as_of=END), settings, folder=folder)
    run = open_run(str(folder))
    run.save_frame("abc", TODAY)
    return run


def recomputed(previous):
    return f"recomputed as of {previous.as_of}"


def test_the_earlier_panel_is_todays_ledger_as_of_the_earlier_day(folder, tiny_book):
    panel = prepared(folder, tiny_book).previous.panel
    fresh = build_panel(tiny_book, as_of=BEFORE)
    pd.testing.assert_frame_equal(panel.accounts, fresh.accounts)
    assert (panel.as_of, panel.start) == (BEFORE, fresh.start)


def test_what_was_published_is_used(folder, tiny_book):
    previous = prepared(folder, tiny_book).previous
    pd.testing.assert_frame_equal(previous.frame("abc", recomputed), OLD)
    assert previous.findings() == {"a.b": Finding("a.b", "A", 1, "lines")}
    assert previous.published_totals() == {"net_cents": 7}


def test_what_was_published_with_other_settings_is_recomputed(folder, tiny_book):
    previous = prepared(folder, tiny_book, key_share=0.02, seed=2).previous
    assert previous.differs == ("key_share", "seed")
    assert previous.frame("abc", recomputed) == "recomputed as of 2024-01-31"
    assert (previous.findings(), previous.published_totals(), previous.published_accounts()) == ({}, {}, None)


def test_a_setting_that_the_earlier_report_did_not_know_had_its_default(folder):
    report = folder / "work" / "previous"
    stored = json.loads((report / "manifest.json").read_text("utf-8"))
    del stored["settings"]["seed"]
    write_json(report / "manifest.json", stored)
    assert differing(report, Settings()) == []
    assert differing(report, Settings(seed=9)) == ["seed"]
    assert differing(report / "nowhere", Settings(seed=9)) == []


def test_what_was_not_published_is_recomputed(folder, tiny_book):
    run = prepared(folder, tiny_book)
    run.save_frame("newer", TODAY)
    assert run.previous.frame("newer", recomputed) == "recomputed as of 2024-01-31"


def test_a_misspelt_frame_is_refused(folder, tiny_book):
    with pytest.raises(KeyError, match="no frame 'acb' to compare with the previous one"):
        prepared(folder, tiny_book).previous.frame("acb", recomputed)


def test_opened_by_hand_all_is_recomputed(tiny_book, monkeypatch):
    monkeypatch.setattr("kamlib.run.run.open_source", lambda source: tiny_book)
    run = Run(None, as_of="2024-02-29")
    run.frame("abc", lambda: TODAY)
    assert run.previous.frame("abc", lambda then: len(then.panel.accounts)) == 1
    assert run.previous.findings() == {} and not run.previous.usable
    with pytest.raises(KeyError, match="no frame 'xyz'"):
        run.previous.frame("xyz", recomputed)


def test_a_ledger_that_does_not_reach_back_has_nothing_to_compare(tmp_path):
    lines = pd.DataFrame({"customer": ["a", "b"], "date": ["2024-02-02", "2024-02-28"], "amount": [1, 2]})
    book = open_book({"ledger": lines})
    panel = build_panel(book, as_of=END)
    assert prepare_previous(book, panel, Settings(), folder=tmp_path) is None
    assert not list(tmp_path.iterdir())
    save_book(book, tmp_path / "work")
    save_panel(panel, tmp_path)
    assert open_run(str(tmp_path)).previous is None


def test_changes_are_ranked_by_money_and_kept_apart_from_findings(folder):
    run = open_run(str(folder))
    few, much, unknown = (Change("ledger.quiet", "Q", 1, "days", cents=c, account="k") for c in (-5, 900, None))
    run.save_findings("04", [few, Finding("ledger.lost", "Lost", 1, "accounts"), unknown])
    run.save_findings("05", [much])
    again = open_run(str(folder))
    assert again.changes() == [much, few, unknown] == run.changes()
    assert list(again.findings()) == ["ledger.lost"]


def test_an_earlier_report_without_frames_is_recomputed(tiny_book, tmp_path):
    publish(tmp_path, Settings())
    (tmp_path / "frames" / "abc.parquet").unlink()
    previous = Previous(BEFORE, tiny_book, lambda: None, frames=lambda: ["abc"], published=tmp_path)
    assert previous.frame("abc", recomputed) == "recomputed as of 2024-01-31"
