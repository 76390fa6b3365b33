"""The command: one clear message for whatever is wrong, and an end that leaves nothing behind."""

import functools
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from runs import content, on_notebooks, processes, start, until, write_notebook

from kamlib import cli, datasets
from kamlib.report.make.folder import building

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
    monkeypatch.setattr("kamlib.datasets.open_source", lambda *_, **__: 1 / 0)
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


def test_what_a_report_says(report_said):
    out, messages = report_said
    assert re.fullmatch(r"\S+/acme/2024-06-30/index\.html  \(5 pages, as of 2024-06-30, \d+ s\)\n", out)
    lines = messages.splitlines()
    assert lines[0] == "Book: acme as of 2024-06-30"
    pages = ("00_summary", "01_ledger", "02_segmentation", "03_client_types", "04_churn")
    assert sorted(lines[1:]) == [f"{page}: done" for page in pages]
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


# What has not changed is not made again


@pytest.fixture
def graph(kam, monkeypatch, ledger_file, tmp_path):
    """`kam report` on two notebooks of which 02 comes after 01; the folder of them, and of their report."""
    books = tmp_path / "notebooks"
    write_notebook(books, "01_a")
    write_notebook(books, "02_b", after=["01_a"])
    for module, name, function in on_notebooks(books):
        monkeypatch.setattr(module, name, function)
    return functools.partial(kam, "report", ledger_file, *END), books, tmp_path / "reports" / "acme" / "2024-06-30"


def ran(said):
    """What became of each notebook, as a run or a plan tells it."""
    words = {"done": "ran", "from the cache": "cached", "would run": "ran"}
    found = re.findall(r"(?m)^(\d\d_\w+)(?::| ) *(done|from the cache|would run)", said)
    return {name: words[what] for name, what in found}


def test_only_what_has_changed_is_made_again(graph, tmp_path):
    report, books, target = graph
    code, said, _ = report("--plan")
    assert (code, ran(said)) == (0, {"01_a": "ran", "02_b": "ran"})
    assert "first run" in said
    assert not (tmp_path / "reports").exists()
    code, _, told = report()
    assert (code, ran(told)) == (0, {"01_a": "ran", "02_b": "ran"})
    first = content(target.resolve())
    times = {p: p.stat().st_mtime_ns for p in target.resolve().rglob("*")}

    code, said, told = report()  # nothing has changed: nothing is even touched
    assert (code, told) == (0, "")
    assert said == "reports/acme/2024-06-30/index.html  (unchanged: the report stands as it was made)\n"
    assert {p: p.stat().st_mtime_ns for p in target.resolve().rglob("*")} == times

    (target / "index.html").unlink()  # the report is not as it was made
    assert ran(report("--plan")[1]) == {"01_a": "cached", "02_b": "cached"}
    assert ran(report()[2]) == {"01_a": "cached", "02_b": "cached"}
    assert content(target) == first

    (target.parent / "index.html").unlink()  # nor is the history; and a run was killed
    left = target.parent / ".runs" / "2024-06-30-0123abcd"
    left.mkdir()
    assert report()[2] == ""
    assert (target.parent / "index.html").is_file()
    assert not left.exists()

    write_notebook(books, "02_b", "print('more')", after=["01_a"])
    _, said, _ = report("--plan")
    assert ran(said) == {"01_a": "cached", "02_b": "ran"}
    assert "notebook changed" in said
    assert ran(report()[2]) == {"01_a": "cached", "02_b": "ran"}
    assert "more" in (target / "02_b.html").read_text("utf-8")

    assert ran(report("--plan", "--no-cache")[1]) == {"01_a": "ran", "02_b": "ran"}
    for entry in (tmp_path / "reports" / ".cache").glob("notebook-*/notebook.ipynb"):
        entry.write_bytes(entry.read_bytes()[:-3])  # damaged: not trusted
    cached = content(target)
    (target / "index.html").unlink()
    code, _, told = report()
    assert (code, ran(told)) == (0, {"01_a": "ran", "02_b": "ran"})
    assert content(target) == cached
    assert report("--out", "fresh", "--no-cache")[0] == 0
    assert content(tmp_path / "fresh" / "acme" / "2024-06-30") == cached
    assert not (tmp_path / "fresh" / ".cache").exists()


def test_a_part_leaves_the_whole_report_alone(graph):
    report, _, target = graph
    assert report()[0] == 0
    whole, history = content(target), (target.parent / "index.html").read_bytes()
    code, said, told = report("--only", "01")
    assert (code, ran(told)) == (0, {"01_a": "cached"})
    assert said.startswith("reports/acme/2024-06-30-part/index.html  (1 pages, 1 from the cache")
    assert content(target) == whole
    assert (target.parent / "index.html").read_bytes() == history
    assert report("--only", "01")[1].endswith("(unchanged: the report stands as it was made)\n")
    assert ran(report("--only", "02", "--plan")[1]) == {"01_a": "cached", "02_b": "cached"}


def test_unchanged_loads_nothing_heavy(ledger_file, tmp_path):
    heavy = ("pandas", "duckdb", "numpy", "nbformat", "pydantic", "kamlib.run", "kamlib.report.make.report")
    code = (
        "import sys; from pathlib import Path; from kamlib.report.cache.entries import Cache\n"
        "from kamlib.report.cache.unchanged import history_stands, request_of, standing_report\n"
        f"standing_report(Cache(Path('x')), request_of({str(ledger_file)!r}).key, Path('x'))\n"
        "history_stands(Path('x'))\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == "[]\n", done.stderr


def test_settings_to_start_with(kam, tmp_path):
    code, said, _ = kam("init")
    assert (code, said.splitlines()[0][:14]) == (0, "Wrote kam.toml")
    code, said, complaint = kam("init")
    assert (code, said) == (2, "")
    assert "kam.toml is there already" in complaint


@pytest.mark.parametrize("arguments", [["2024-01-31", "2024-02-29"], ["a", "b"], ["2024-01-31"]])
def test_reports_that_are_not_there_to_compare(kam, arguments):
    code, said, complaint = kam("compare", *arguments)
    assert (code, said, len(complaint.splitlines())) == (2, "", 1)


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
        for name in ("index.html", "manifest.json"):
            (folder / name).write_text("before")

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
            assert len(made()) == 1
        else:
            assert run.exitcode == 130
            assert took < 3
            assert log.read_text().splitlines()[1:] == ["kam: Stopped. The previous report is untouched."]
            assert made() == []
        assert nothing_runs(target.parent)
        assert content(target) == {"index.html": b"before", "manifest.json": b"before"}
        log.unlink()
        waiting.unlink()
    run = begin(tmp_path, ledger_file)
    run.join(60)
    assert run.exitcode == 0, log.read_text()
    assert made() == []
    assert {"index.html", "findings.json", "manifest.json"} <= content(target).keys()
