"""A full disk, a read-only place, runs at once: one message, and never a mixed or broken report, history or cache."""

import contextlib
import datetime as dt
import json
import os
import shutil
import subprocess

import pytest
from runs import content, start, write_notebook

from kamlib.report.cache.entries import ENTRY, Cache
from kamlib.report.cache.unchanged import history_stands
from kamlib.report.make.report import make_report
from kamlib.run import RunError
from kamlib.settings import Settings

END = dt.date(2024, 2, 29)
SHARES = (0.125, 0.25, 0.375)


def _mounted(folder, size):
    if os.name == "nt" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting a small disk needs root")
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    return folder


@pytest.fixture
def disk(tmp_path):
    """A disk of six megabytes."""
    place = _mounted(tmp_path / "disk", "6m")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def books(tmp_path):
    write_notebook(tmp_path / "notebooks", "01_a")
    return tmp_path / "notebooks"


def make(book, books, out, share, **options):
    return make_report(book, as_of=END, out=out, notebooks=books, settings=Settings(key_share=share), jobs=1, **options)


def state(out):
    """Which report stands, having looked that it is whole: its page, findings and manifest of one run."""
    report = out / "tiny" / f"{END}"
    share = json.loads((report / "manifest.json").read_text("utf-8"))["settings"]["key_share"]
    assert json.loads((report / "findings.json").read_text("utf-8"))["01_a"][0]["value"] == share
    page = (report / "index.html").read_text("utf-8")
    assert f"share {share}" in page
    assert page.rstrip().endswith("</html>")
    assert set(content(report)) == {
        "index.html", "summary.html", "findings.json", "changes.json", "manifest.json", "frames/accounts.parquet",
        "frames/gaps.parquet", "frames/monthly.parquet",
    }  # fmt: skip
    history = out / "tiny" / "index.html"
    assert history.read_text("utf-8").rstrip().endswith("</html>")
    return share


def leftovers(out):
    """Folders of runs that no report is, and files that were on their way into a page."""
    return [p.name for p in (out / "tiny" / ".runs").iterdir() if p.is_dir()] + list(out.glob("tiny/.index*"))


def whole_entries(out):
    """Entries of the cache that can be taken; asserts that what is no entry is not taken for one."""
    cache, found = Cache(out / ".cache"), 0
    for entry in (out / ".cache").glob(f"*-*/{ENTRY}"):
        kind, _, key = entry.parent.name.partition("-")
        found += cache.facts(kind, key) is not None
    return found


def fill(disk, free):
    """Leave so many bytes."""
    (disk / "filler").unlink(missing_ok=True)
    left = shutil.disk_usage(disk).free
    (disk / "filler").write_bytes(b"x" * max(0, left - free))


@pytest.mark.parametrize("cached", [True, False])
def test_a_full_disk(disk, tiny_book, books, cached):
    """However much is left, the report that stands is one of the two, whole; with room again, a run goes well."""
    first, second, third = SHARES
    make(tiny_book, books, disk, second)
    make(tiny_book, books, disk, first)
    wanted = second if cached else third  # third: the notebook itself has to run on the full disk
    messages = []
    for free in (0, 16_000, 64_000, 120_000, 200_000, 300_000) if cached else (40_000,):
        fill(disk, free)
        with contextlib.suppress(RunError):
            try:
                make(tiny_book, books, disk, wanted)
            except RunError as error:
                messages.append(str(error))
                raise
        assert state(disk) in (first, wanted)
        assert leftovers(disk) == []
    assert messages
    assert all("No space left" in m or "failed" in m for m in messages), messages
    assert not any("Traceback" in m for m in messages)
    (disk / "filler").unlink()
    make(tiny_book, books, disk, wanted)
    assert state(disk) == wanted
    assert history_stands(disk / "tiny")
    assert whole_entries(disk) >= 1


def test_a_disk_with_no_room_for_the_cache_has_room_for_the_report(disk, tiny_book, books):
    fill(disk, 900_000)
    made = make(tiny_book, books, disk, SHARES[0])
    assert made.cached == []
    assert state(disk) == SHARES[0]
    assert shutil.disk_usage(disk).free > 100_000


def test_a_disk_that_became_read_only(disk, tiny_book, books):
    make(tiny_book, books, disk, SHARES[0])
    before = content(disk)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with pytest.raises(RunError, match=r"cannot be written to .*: Read-only file system. Choose another --out"):
        make(tiny_book, books, disk, SHARES[1])
    assert content(disk) == before


def test_two_runs_of_the_command_at_once(tmp_path, books, ledger_file):
    """Two of the same and one of another setting, on one empty place: each ends well, and nothing is mixed."""
    out = tmp_path / "reports"
    shares = (SHARES[0], SHARES[0], SHARES[1])
    arguments = ["report", ledger_file, "--as-of", END, "--out", out, "--name", "tiny", "--jobs", 1]
    runs = [
        start(tmp_path / f"log{i}", *arguments, "--set", f"key_share={share}", notebooks=books)
        for i, share in enumerate(shares)
    ]
    for i, run in enumerate(runs):
        run.join(120)
        assert run.exitcode == 0, (tmp_path / f"log{i}").read_text()
    assert state(out) in shares
    assert leftovers(out) == []
    assert history_stands(out / "tiny")
    assert whole_entries(out) >= 4
