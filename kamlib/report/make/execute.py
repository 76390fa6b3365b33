"""Execute notebooks with papermill, each in a process of its own, in their declared order.

Child processes, because papermill in a thread answers Ctrl-C only when its cell is done. This module is
also what such a child runs: `python -m kamlib.report.make.execute SOURCE TARGET PARAMETERS.json`.

A child holds on to a pipe from its parent, and ends when that is gone; its kernel looks every second whether
the child is there. So nothing goes on after a run that was killed, whatever killed it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

from kamlib.run import RunError
from kamlib.run.notebooks import Notebook, for_report
from kamlib.run.store import write_json

# Two notebooks at once pay only when each keeps to one core; the backend must not depend on the caller.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
POLL_SECONDS = 0.05
PATIENCE_SECONDS = 1.0
STARTS = 3  # of a kernel that ends before it has said a word
STILLBORN = "Kernel died before replying"
# Cells that teach are not in a report, and what a lesson asks of a ledger, this one may be too small to answer.


def execute_all(
    notebooks: Sequence[Notebook],
    parameters: dict[str, dict],
    folder: Path,
    *,
    failed: Path,
    jobs: int,
    told: Callable[[str, str], None] = lambda event, name: None,
    prepare: Callable[[str], object] = lambda name: None,
    collect: Callable[[str], object] = lambda name: None,
) -> None:
    """Execute notebooks, at most `jobs` at once, none before those it comes after.

    Parameters
    ----------
    notebooks : sequence of Notebook
    parameters : dict of dict
        By notebook, what to inject.
    folder : path
        Executed notebooks go here.
    failed : path
        A notebook that fails is kept here, with its traceback.
    jobs : int
    told : callable
        Called with (`started` or `done`, name).
    prepare, collect : callable
        Called with the name, before a notebook starts and when it has ended well.

    Raises
    ------
    RunError
        A notebook failed: which, in what cell, with what error. The others are stopped.
    """
    folder = folder.resolve()  # the children work in it, and would take a relative path from there
    folder.mkdir(parents=True, exist_ok=True)
    by_name = {n.name: n for n in notebooks}
    graph = TopologicalSorter({n.name: [a for a in n.after if a in by_name] for n in notebooks})
    graph.prepare()
    waiting: list[str] = []
    running: dict[str, subprocess.Popen] = {}
    try:
        while graph.is_active():
            waiting += sorted(graph.get_ready())
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                prepare(name)
                running[name] = _start(by_name[name], parameters[name], folder)
                told("started", name)
            for name in [n for n, child in running.items() if child.poll() is not None]:
                _check(name, running.pop(name), folder, failed)
                collect(name)
                told("done", name)
                graph.done(name)
            time.sleep(POLL_SECONDS)
    finally:
        _stop(running.values())


def _start(notebook: Notebook, parameters: dict, folder: Path) -> subprocess.Popen:
    given, source = (folder / f"{notebook.name}.{kind}.json" for kind in ("parameters", "source"))
    write_json(given, parameters)
    write_json(source, for_report(notebook.path))
    target = folder / f"{notebook.name}.ipynb"
    command = [sys.executable, "-m", "kamlib.report.make.execute", str(source), str(target), str(given)]
    with (folder / f"{notebook.name}.log").open("wb") as log:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=os.environ | ENVIRONMENT, cwd=folder
        )


def _check(name: str, child: subprocess.Popen, folder: Path, failed: Path) -> None:
    if child.returncode == 0:
        return
    error = folder / f"{name}.error.json"
    if error.exists():
        facts = json.loads(error.read_text("utf-8"))
        kept = _keep(folder / f"{name}.ipynb", failed)
        raise RunError(
            f"Notebook {name} failed in the cell that begins `{facts['line']}`: {facts['error']}: {facts['message']}\n"
            f"The notebook as far as it came: {kept}"
        )
    log = (folder / f"{name}.log").read_text("utf-8", "replace").strip().splitlines()
    raise RunError(f"Notebook {name} failed (exit {child.returncode}): {log[-1] if log else 'it said nothing'}")


def _keep(notebook: Path, failed: Path) -> Path:
    failed.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(notebook, failed / notebook.name))


def _stop(children) -> None:
    """End children at once; their kernels see that they are gone, and end within a second."""
    for child in children:
        child.terminate()
    until = time.monotonic() + PATIENCE_SECONDS
    for child in children:
        try:
            child.wait(timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _child(source: str, target: str, parameters: str) -> int:
    """Execute one notebook; on failure leave the error beside it as JSON."""
    import logging

    threading.Thread(target=_end_with_parent, daemon=True).start()
    # jsonschema would load a grammar of addresses, which no notebook needs, for more than a second.
    sys.modules.setdefault("rfc3987_syntax", None)
    import papermill
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    given = json.loads(Path(parameters).read_text("utf-8"))
    options = {"progress_bar": False, "log_output": False, "request_save_on_cell_execute": False}
    for start in range(1, STARTS + 1):
        try:
            papermill.execute_notebook(source, target, given, kernel_name="python3", **options)
        except PapermillExecutionError as error:
            line = (error.source or "").strip().partition("\n")[0]
            facts = {"line": line[:200], "error": error.ename, "message": str(error.evalue)[:500]}
            write_json(Path(target).with_suffix(".error.json"), facts)
            return 1
        except RuntimeError as error:  # no cell has run: another program took one of the kernel's ports
            if STILLBORN not in str(error) or start == STARTS:
                raise
        else:
            break
    return 0


def _end_with_parent() -> None:
    os.read(0, 1)  # not through sys.stdin, whose lock a thread must not hold at the end
    os._exit(1)


if __name__ == "__main__":
    sys.exit(_child(*sys.argv[1:]))
