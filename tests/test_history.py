"""The history of a book: every report, newest first, gaps where a figure is missing; whole, whoever writes it."""

import datetime as dt
import json
import re
import threading

import pytest
from runs import FORKS, until

from kamlib.report.cache.unchanged import history_stands
from kamlib.report.past import history as module
from kamlib.report.past.history import history_page, steps, values_of, write_history
from kamlib.report.past.stored import stored_report, stored_reports
from kamlib.run import InputError, RunError

EVIL = "<script>x()</script>"


def finding(key, value, unit="accounts", says="", **more):
    return {"key": key, "says": says or key, "value": value, "unit": unit, "low": None, "high": None, "n": None,
            "verdict": ""} | more  # fmt: skip


def write_report(home, day, *found, **changes):
    """A report as later ones see it."""
    manifest = {
        "schema": 1, "as_of": day, "window": {"months": 12},
        "book": {"name": home.name, "digest": "d", "currency": "EUR"}, "settings": {"months": 12},
        "code": {"version": "0.1.0", "digest": "c", "commit": ""}, "pages": {"01_a": "index.html"}, "python": "3.13",
        "libraries": {}, "control_totals": {"net_cents_to_as_of": 123_456_00, "lines_to_as_of": 99},
    } | changes  # fmt: skip
    folder = home / day
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (folder / "findings.json").write_text(json.dumps({"01_a": list(found)}), "utf-8")
    (folder / "index.html").write_text("page", "utf-8")
    return folder


@pytest.fixture
def home(tmp_path):
    """Four month ends, one month missing; a figure that comes, goes, and changes its unit."""
    home = tmp_path / "acme"
    (home / ".runs").mkdir(parents=True)
    write_report(home, "2024-01-31", finding("a.customers", 10), finding("a.share", 0.5, "share"))
    write_report(home, "2024-02-29", finding("a.customers", 12), finding("a.share", 3, "accounts"))
    write_report(home, "2024-04-30", finding("a.customers", 11), finding("a.share", 0.25, "share", low=0.2, high=0.3))
    (home / "2024-04-30-part").mkdir()
    (home / "failed").mkdir()
    return home


def page_of(home):
    write_history(home)
    return (home / "index.html").read_text("utf-8")


def test_reports_are_listed_the_newest_first(home):
    page = page_of(home)
    days = re.findall(r'<td class="date"><a href="(\d{4}-\d\d-\d\d)/index.html">', page)
    assert days == ["2024-04-30", "2024-02-29", "2024-01-31"]
    assert "3 reports, 2024-01-31 to 2024-04-30" in page
    assert "Content-Security-Policy" in page


def test_a_missing_month_and_another_unit_are_gaps(home):
    past, broken = stored_reports(home)
    assert broken == []
    assert values_of(past, "a.customers", "accounts") == [10, 12, 11]
    assert values_of(past, "a.share", "share") == [0.5, None, 0.25]
    assert values_of(past, "a.none", "share") == [None, None, None]
    page = history_page(past)
    assert "4 values, 1 missing: first 10, lowest 10, highest 12, last 11 accounts" in page
    assert "4 values, 2 missing: first 50.0 %, lowest 25.0 %, highest 50.0 %, last 25.0 %" in page
    assert "20.0 to 30.0 %" in page


def test_reports_between_month_ends_stand_as_they_come():
    days = [dt.date(2024, 1, 31), dt.date(2024, 2, 12), dt.date(2024, 4, 30)]
    assert steps(days) == days
    assert len(steps([dt.date(2022, 12, 31), dt.date(2024, 1, 31)])) == 14


def test_one_report(home):
    for day in ("2024-01-31", "2024-02-29"):
        (home / day).rename(home / f"away-{day}")
    page = page_of(home)
    assert "One report, as of 2024-04-30" in page
    assert "kam compare" not in page


def test_no_report(tmp_path):
    (tmp_path / ".runs").mkdir()
    assert write_history(tmp_path) is None
    assert not (tmp_path / "index.html").exists()


def test_reports_say_how_they_differ_from_the_one_before(home):
    write_report(home, "2024-05-31", settings={"months": 6}, book={"name": "acme", "digest": "e", "currency": "EUR"})
    assert "other data, other settings: months, same code" in page_of(home)


@pytest.mark.parametrize("damage", ["{", "[]", '{"as_of": "2024-02-31"}'])
def test_a_report_that_cannot_be_read_is_named(home, damage):
    (home / "2024-02-29" / "manifest.json").write_text(damage)
    assert "Not shown, for they cannot be read: 2024-02-29" in page_of(home)


def test_words_from_a_book_are_escaped(home):
    write_report(
        home, "2024-05-31", finding("a.evil", 1, EVIL, EVIL), code={"version": EVIL, "digest": "c", "commit": EVIL},
        book={"name": EVIL, "digest": "d", "currency": EVIL}, settings={EVIL: 1},
    )  # fmt: skip
    page = page_of(home)
    assert "<script>x()" not in page
    assert "&lt;script&gt;x()" in page


def test_what_later_versions_add_to_a_finding_does_no_harm(home):
    write_report(home, "2024-05-31", finding("a.customers", 1, colour="red"))
    assert stored_report(home / "2024-05-31").findings["a.customers"].value == 1


@pytest.mark.parametrize("missing", ["manifest.json", "findings.json"])
def test_a_folder_that_is_no_report(home, missing):
    (home / "2024-01-31" / missing).unlink()
    with pytest.raises(InputError, match=f"is not a report: it has no {missing}"):
        stored_report(home / "2024-01-31")


def test_a_history_that_stands(home):
    assert not history_stands(home)
    write_history(home)
    assert history_stands(home)
    (home / "index.html").write_text("cut")
    assert not history_stands(home)
    write_history(home)
    write_report(home, "2024-05-31")
    assert not history_stands(home)
    (home / ".runs" / "history.json").write_text("{")
    assert not history_stands(home)


def test_leftovers_of_a_killed_run_are_removed(home):
    (home / ".index.html.12345678").write_text("half")
    write_history(home)
    assert [p.name for p in home.glob(".index*")] == []


def test_a_place_that_cannot_be_written(home, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    page = page_of(home)
    monkeypatch.setattr(module, "put", full)
    with pytest.raises(RunError, match=r"report is written; the history .* could not be: No space left"):
        write_history(home)
    assert (home / "index.html").read_text("utf-8") == page


def _write_often(home, who):
    for i in range(8):
        write_report(home, f"20{10 + i}-0{who}-28", finding("a.customers", i))
        write_history(home)


def test_runs_at_once_do_not_mix(home):
    """Who reads always finds a whole page; the last one tells of all reports."""
    write_history(home)
    work = [FORKS.Process(target=_write_often, args=(home, i)) for i in (1, 2)]
    work += [threading.Thread(target=_write_often, args=(home, i)) for i in (3, 4)]
    for worker in work:
        worker.start()

    def look():
        assert (home / "index.html").read_text("utf-8").endswith("</html>")
        return not any(worker.is_alive() for worker in work)

    assert until(look, 90)
    for worker in work:
        worker.join()
        assert getattr(worker, "exitcode", 0) == 0
    assert "35 reports" in (home / "index.html").read_text("utf-8")
    assert history_stands(home)
