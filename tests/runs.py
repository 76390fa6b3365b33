"""What tests of a run share: tiny notebooks, and the command in a process group of its own."""

import functools
import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

# Starts processes that have loaded kamlib already, seconds cheaper than a new Python each.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["kamlib.cli", "kamlib.report.make.report"])

PARAMETERS = 'run: str = ""  # run folder\nkey_share: float = 0.01  # share that makes a key account'
# What a notebook of a run does, without the seconds that importing kamlib takes.
SAVE = """
import json, pathlib
findings = pathlib.Path(run) / "work" / "findings"
findings.mkdir(parents=True, exist_ok=True)
finding = dict(key="NAME.share", says="Share", value=key_share, unit="share")
_ = (findings / "NAME.json").write_text(json.dumps([finding]))
print("share", key_share)
"""


def cell(source, *tags, kind="code", name="c"):
    """A notebook's cell as JSON."""
    made = {"cell_type": kind, "id": name, "metadata": {"tags": list(tags)} if tags else {}, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def write_notebook(folder, name, code="", *, parameters=PARAMETERS, extra=(), **kam):
    """A tiny notebook in the agreed form: a title, parameters, a cell that saves a finding, a cell of `code`."""
    kam = {"title": name, "question": "What?", "needs": ["ledger"], "uses": [], "after": []} | kam
    cells = [
        cell(f"# {name}", kind="markdown", name="a"),
        cell(parameters, "parameters", name="b"),
        cell(SAVE.replace("NAME", name).strip(), name="c"),
        *extra,
        *([cell(code, name="d")] if code else []),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kam": kam, "kernelspec": kernel, "language_info": {"name": "python"}}
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    return path


def command(arguments, log, notebooks=None):
    """`kam ARGUMENTS` in this process, as leader of a group; what it says goes to the file `log`."""
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    from kamlib import cli

    if notebooks:
        for module, name, function in on_notebooks(notebooks):
            setattr(module, name, function)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["kam", *map(str, arguments)]
    cli.main()


def on_notebooks(folder):
    """What has to be replaced so that the command runs on these notebooks: (module, name, function)."""
    from kamlib.report.cache import unchanged
    from kamlib.report.make import plan, report
    from kamlib.run import notebooks

    return [
        (notebooks, "load_notebooks", functools.partial(notebooks.load_notebooks, folder)),
        (report, "make_report", functools.partial(report.make_report, notebooks=folder)),
        (plan, "plan_report", functools.partial(plan.plan_report, notebooks=folder)),
        (unchanged, "code_digest", functools.partial(unchanged.code_digest, folder)),
    ]


def start(log, *arguments, notebooks=None):
    """Start `kam ARGUMENTS` on these notebooks; returns the process."""
    process = FORKS.Process(target=command, args=(arguments, str(log), notebooks))
    process.start()
    return process


def until(condition, seconds=40):
    """Wait until something is so; returns whether it came to be."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def processes(words):
    """Ids of running processes whose command line holds `words`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if words in line and state != "Z" and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def content(folder):
    """Every file below a folder, by path: its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(Path(folder).rglob("*")) if p.is_file()}
