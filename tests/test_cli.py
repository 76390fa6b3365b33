"""The command: one clear message for whatever is wrong, and an end that leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from runs import content, processes, start, until, write_notebook

from kamlib import cli, datasets
from kamlib.report.folder import building

END = ["--as-of", "2024-06-30"]


@pytest.fixture
def kam(monkeypatch, capfd, tmp_path):
    """`kam ARGUMENTS` here: the exit code, what it printed, what it complained of."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["kam", *map(str, arguments)])
        before = signal.getsignal(signal.SIGTERM)
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code
        finally:
            signal.signal(signal.SIGTERM, before)
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def settings_file(tmp_path):
    path = tmp_path / "kam.toml"
    path.write_text("abc_share = 0.7", "utf-8")
    return path


WRONG = {
    "--set abc_share=0.7": "There is no setting 'abc_share'. Did you mean abc_shares?",
    "--set months=x": "Setting months cannot be 'x'",
    "--set key_share=2": "it should be less than 1",
    "--set months": "--set takes name=value",
    "--settings kam.toml": "Did you mean abc_shares?",
    "--settings nosuch.toml": "There is no settings file nosuch.toml",
    "--only 02_segmentatoin": "Did you mean 02_segmentation?",
    "--as-of 31.12.2024": "as_of is a day such as 2011-11-30, not '31.12.2024'",
    "--as-of 2022-12-31": "before the first line",
    "--as-of 2050-12-31": "no line in the 12 months",
    "--jobs -1": "--jobs",
    "--jobs two": "--jobs",
    "--mapping nosuch.toml": "There is no mapping file",
    "--ou here": "--out",
}


@pytest.mark.parametrize(("options", "says"), WRONG.items())
def test_a_mistake_is_one_message(kam, ledger_file, settings_file, options, says):
    code, said, complaint = kam("report", ledger_file, *options.split(" ", 1))
    assert code == 2
    assert said == ""
    (message,) = [line for line in complaint.splitlines() if not line.startswith("Book: ")]
    assert message.startswith("kam: ")
    assert says in message
    assert not os.path.exists("reports")


@pytest.mark.parametrize("command", ["report", "check"])
@pytest.mark.parametrize("book", ["nosuch.csv", "smaple", "."])
def test_a_book_that_is_not_there(kam, command, book):
    code, _, complaint = kam(command, book)
    assert code == 2
    assert len(complaint.splitlines()) == 1
    assert "Traceback" not in complaint


def test_a_place_that_cannot_be_written(kam, ledger_file, tmp_path):
    (tmp_path / "out").write_text("a file")
    code, _, complaint = kam("report", ledger_file, *END, "--out", "out")
    assert code == 1
    assert complaint.splitlines()[1].startswith("kam: The report cannot be written to out/acme/2024-06-30: Not a dir")


def test_without_a_command_it_shows_the_help(kam):
    code, said, complaint = kam()
    assert (code, complaint) == (2, "")
    assert "report" in said


@pytest.mark.parametrize("arguments", [["rport"], ["fetch", "cdnow"], ["report", "a", "b"]])
def test_a_command_that_is_not_there(kam, arguments):
    code, _, complaint = kam(*arguments)
    assert code == 2
    assert len(complaint.splitlines()) == 1


def test_an_error_that_nobody_foresaw_is_not_hidden(kam, monkeypatch):
    monkeypatch.setattr("kamlib.book.open_book", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        kam("check", "sample")


def test_help_names_every_data_set_and_loads_nothing_heavy():
    code = "import sys; sys.argv = ['kam', 'report', '--help']\nfrom kamlib import cli\n"
    code += (
        "try: cli.main()\nfinally: print([m for m in ('pandas', 'duckdb', 'nbformat', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"}
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(name in done.stdout for name in datasets.NAMES)


def test_what_a_report_says(report):
    _, done = report
    assert re.fullmatch(r"\S+/acme/2024-06-30/index\.html  \(3 pages, as of 2024-06-30, \d+ s\)\n", done.stdout)
    lines = done.stderr.splitlines()
    assert lines[0] == "Book: acme as of 2024-06-30"
    assert sorted(lines[1:]) == ["00_summary: done", "01_ledger: done", "02_segmentation: done"]
    assert lines[-1] == "00_summary: done"


def test_check_sums_up_what_needs_no_reading(kam):
    code, said, _ = kam("check", "sample")
    assert code == 0
    assert len(said.splitlines()) < 50
    assert "02_segmentation" in said


def test_check_names_each_column_that_had_another_name(kam, tmp_path):
    good = "".join(f"k{i},2024-01-05,{i}\n" for i in range(30))
    (tmp_path / "a.csv").write_text(f"Client,date,Umsatz\n{good}k1,2024-02-30,4\n", "utf-8")
    (tmp_path / "names.toml").write_text('[ledger]\namount = "Umsatz"\n', "utf-8")
    code, said, _ = kam("check", "a.csv", "--mapping", "names.toml")
    assert code == 0
    squeezed = re.sub(" +", " ", said)
    for line in (
        "ledger customer_id Client",
        "ledger amount Umsatz",
        "ledger 1 columns the same names",
        "'2024-02-30'",
    ):
        assert line in squeezed


# Ended from outside

WAIT = "import pathlib, time\npathlib.Path(run).parents[5].joinpath('waiting').touch()\ntime.sleep(60)"


def begin(folder, ledger_file, code=""):
    """Start a run of one tiny notebook; what it says goes to `folder`/log."""
    books = folder / "notebooks"
    write_notebook(books, "01_a", code)
    return start(folder / "log", "report", ledger_file, *END, "--out", folder / "reports", notebooks=books)


def nothing_runs(folder):
    """Whether within three seconds no process works for, or in, a folder."""
    return until(lambda: not processes(str(folder)) and not any(works_in(p, folder) for p in processes("ipykernel")), 3)


def works_in(process, folder):
    try:
        return os.readlink(f"/proc/{process}/cwd").startswith(str(folder))
    except OSError:
        return False


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_run_that_is_ended_from_outside(ledger_file, tmp_path):
    """Ctrl-C, a polite end, and the whole group killed: the previous report stands, and the next run cleans."""
    log, waiting = tmp_path / "log", tmp_path / "reports" / "waiting"
    target = tmp_path / "reports" / "acme" / "2024-06-30"
    with building(target) as folder:
        (folder / "index.html").write_text("before")

    def made():
        return [p for p in (target.parent / ".runs").iterdir() if p.is_dir()]

    ways = [
        (os.killpg, signal.SIGINT), (os.kill, signal.SIGINT), (os.kill, signal.SIGTERM), (os.killpg, signal.SIGKILL),
    ]  # fmt: skip
    for send, number in ways:
        run = begin(tmp_path, ledger_file, WAIT)
        assert until(waiting.exists), log.read_text()
        began = time.monotonic()
        send(run.pid, number)
        run.join(20)
        took = time.monotonic() - began
        if number == signal.SIGKILL:
            assert run.exitcode == -signal.SIGKILL
            assert len(made()) == 2
        else:
            assert run.exitcode == 130
            assert took < 3
            assert log.read_text().splitlines()[1:] == ["kam: Stopped. The previous report is untouched."]
            assert made() == [target.resolve()]
        assert nothing_runs(target.parent)
        assert content(target) == {"index.html": b"before"}
        log.unlink()
        waiting.unlink()
    run = begin(tmp_path, ledger_file)
    run.join(60)
    assert run.exitcode == 0, log.read_text()
    assert made() == [target.resolve()]
    assert {"index.html", "findings.json", "manifest.json"} <= content(target).keys()
