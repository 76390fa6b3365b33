"""Reports of the version before, damaged, cut short: each is used, or listed as such and passed over."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from runs import content

from kamlib.book import open_book
from kamlib.panel import build_panel
from kamlib.report.cache.unchanged import stored_digest
from kamlib.report.make.previous import UNREADABLE, keep_previous, prepare_previous, previous_mark
from kamlib.report.past import stored as module
from kamlib.report.past.compare import write_comparison
from kamlib.report.past.history import write_history
from kamlib.report.past.stored import is_readable, stored_report
from kamlib.run import InputError, open_run
from kamlib.run.store import save_book, save_panel
from kamlib.settings import Settings
from kamlib.summary import compared_with

DAY = "2024-05-31"
STORED = Path(__file__).parent / "fixtures" / "stored" / DAY  # by the version before, of `ledger_file`


@pytest.fixture
def home(tmp_path):
    """The reports of a book: one that the version before has made."""
    (tmp_path / "acme" / ".runs").mkdir(parents=True)
    shutil.copytree(STORED, tmp_path / "acme" / DAY)
    return tmp_path / "acme"


def run_after(home, ledger_file, **settings):
    """The run of one month later, beside it."""
    book, settings = open_book(ledger_file), Settings(repetitions=100, **settings)
    panel, folder = build_panel(book, as_of="2024-06-30"), home.parent / "run"
    save_book(book, folder / "work")
    save_panel(panel, folder)
    mark = keep_previous(home / DAY, folder / "work" / "previous")
    prepare_previous(book, panel, settings, folder=folder, unreadable=mark == UNREADABLE)
    return open_run(str(folder)), mark


def test_a_report_of_the_version_before_is_listed_and_compared(home, report):
    assert stored_report(home / DAY).as_of == dt.date(2024, 5, 31)
    page = write_history(home).read_text("utf-8")
    assert f'<a href="{DAY}/index.html">{DAY}</a>' in page and "cannot be read" not in page
    beside = write_comparison(home / DAY, report, home / "compare.html").read_text("utf-8")
    assert DAY in beside and "2024-06-30" in beside and "Net sales" in beside


def test_a_report_of_the_version_before_is_used_as_previous(home, ledger_file):
    job, mark = run_after(home, ledger_file)
    assert mark == previous_mark(home / DAY) == stored_digest(home / DAY)
    job.save_frame("churn_states", job.panel.accounts)
    assert job.previous.usable and compared_with(job.previous).endswith("as it was published.")
    assert "state" in job.previous.frame("churn_states", lambda _: 1 / 0).columns
    assert "churn.rate" in job.previous.findings()
    assert job.previous.published_accounts().index.name == "customer_id"  # a column, in that version


def test_renamed_settings_and_findings_are_read_under_the_names_of_today(home, ledger_file, monkeypatch):
    monkeypatch.setitem(module.RENAMED_FINDINGS, "churn.rate", "churn.loss_rate")
    monkeypatch.setitem(module.RENAMED_SETTINGS, "old_share", "key_share")
    manifest = json.loads((home / DAY / "manifest.json").read_text("utf-8"))
    manifest["settings"]["old_share"] = manifest["settings"].pop("key_share") * 2
    (home / DAY / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert "churn.loss_rate" in stored_report(home / DAY).findings
    job, _ = run_after(home, ledger_file)
    assert list(job.previous.differs) == ["key_share"]
    job, _ = run_after(home, ledger_file, key_share=manifest["settings"]["old_share"])
    assert "churn.loss_rate" in job.previous.findings()


def cut(folder):
    (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes()[:900])


def without_settings(folder):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    del manifest["settings"]
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def of_a_later_version(folder):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"schema": 99}), "utf-8")


def half(folder):
    """A copy that was ended: the manifest lists a file that is not there."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    files = dict.fromkeys((*content(folder), "frames/monthly.parquet"), "0" * 16)
    (folder / "manifest.json").write_text(json.dumps(manifest | {"files": files}), "utf-8")


@pytest.mark.parametrize("damage", [cut, without_settings, of_a_later_version, half])
def test_a_report_that_cannot_be_read_is_listed_as_such_and_passed_over(home, ledger_file, damage):
    shutil.copytree(home / DAY, home / "2024-04-30")
    damage(home / DAY)
    before = content(home / DAY)
    with pytest.raises(InputError, match=r"cannot be read|of another version, or damaged|is a part of a report"):
        stored_report(home / DAY)
    assert f"Not shown, for they cannot be read: {DAY}" in write_history(home).read_text("utf-8")
    job, mark = run_after(home, ledger_file)
    assert mark == UNREADABLE
    assert compared_with(job.previous).endswith("today's ledger: the report of that day cannot be read.")
    assert job.previous.findings() == {} and job.previous.panel.as_of == dt.date(2024, 5, 31)
    assert content(home / DAY) == before


def test_a_damaged_frame_is_passed_over(home, report, ledger_file):
    """Of a report that lists its hashes, what was copied must be what was written."""
    shutil.rmtree(home / DAY)
    shutil.copytree(report, home / DAY)
    assert previous_mark(home / DAY) == stored_digest(home / DAY)
    assert run_after(home, ledger_file)[1] == stored_digest(home / DAY)
    shutil.rmtree(home.parent / "run")
    frame = home / DAY / "frames" / "accounts.parquet"
    frame.write_bytes(frame.read_bytes()[:-10])
    assert is_readable(home / DAY)  # for the history
    assert run_after(home, ledger_file)[1] == UNREADABLE


def test_no_report_before(home, ledger_file):
    shutil.rmtree(home / DAY)
    job, mark = run_after(home, ledger_file)
    assert mark == "" and compared_with(job.previous).endswith("there is no report of that day.")
