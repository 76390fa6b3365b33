"""Notebooks go in their order, in processes of their own, and nothing goes on after the run."""

import json
import os
import time
from pathlib import Path

import nbformat
import pytest
from runs import FORKS, cell, processes, until, write_notebook

from kamlib.report.make import execute
from kamlib.report.make.execute import execute_all
from kamlib.run import RunError
from kamlib.run.notebooks import load_notebooks

WAIT = "import pathlib, time\npathlib.Path(run, 'NAME').touch()\ntime.sleep(60)"


def run_all(notebooks, folder, *, jobs=2, told=lambda *_: None):
    given = {n.name: {"run": str(folder), "key_share": 0.02} for n in notebooks}
    execute_all(notebooks, given, folder / "executed", failed=folder / "failed", jobs=jobs, told=told)
    return {n.name: nbformat.read(folder / "executed" / f"{n.name}.ipynb", 4) for n in notebooks}


def text(notebook):
    return "".join(o.get("text", "") for c in notebook.cells for o in c.get("outputs", []))


def test_notebooks_run_in_order_with_their_parameters(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    lesson = [cell("1 / 0", tag, name=tag) for tag in ("teaching", "exercise", "solution")]
    books = tmp_path / "books"
    write_notebook(books, "01_first", "import os\nprint(os.environ['MPLBACKEND'])", extra=lesson)
    write_notebook(books, "00_last", "print((findings / '01_first.json').exists())", after=["01_first"])
    events = []
    done = run_all(load_notebooks(books), tmp_path, jobs=2, told=lambda *event: events.append(event))
    assert [n for what, n in events if what == "started"] == ["01_first", "00_last"]
    assert events.index(("done", "01_first")) < events.index(("started", "00_last"))
    assert text(done["01_first"]) == "share 0.02\nmodule://matplotlib_inline.backend_inline\n"
    assert "True" in text(done["00_last"])
    assert {"teaching", "exercise", "solution"}.isdisjoint(c.id for c in done["01_first"].cells)


def test_a_relative_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    started = []
    monkeypatch.setattr(execute, "_start", lambda notebook, given, folder: started.append(folder) or 1 / 0)
    found = load_notebooks(write_notebook(tmp_path / "books", "01_a").parent)
    with pytest.raises(ZeroDivisionError):
        execute_all(found, {"01_a": {}}, Path("here"), failed=tmp_path, jobs=1)
    assert started[0].is_absolute()


def test_a_notebook_that_fails_is_kept_and_the_others_are_ended(tmp_path):
    books = tmp_path / "books"
    write_notebook(books, "01_slow", WAIT.replace("NAME", "slow"))
    write_notebook(
        books, "02_bad", "import time\nwhile not pathlib.Path(run, 'slow').exists(): time.sleep(.1)\n{}['column']"
    )
    began = time.monotonic()
    with pytest.raises(RunError) as error:
        run_all(load_notebooks(books), tmp_path)
    assert time.monotonic() - began < 30
    first, last = str(error.value).splitlines()
    assert first.startswith("Notebook 02_bad failed in the cell that begins `import time`: KeyErr")
    assert last == f"The notebook as far as it came: {tmp_path / 'failed' / '02_bad.ipynb'}"
    kept = json.loads((tmp_path / "failed" / "02_bad.ipynb").read_text("utf-8"))
    assert any(o["output_type"] == "error" for c in kept["cells"] for o in c.get("outputs", []))
    assert until(lambda: not processes(str(tmp_path)), 3)


def test_a_kernel_that_dies(tmp_path):
    write_notebook(tmp_path / "books", "01_dead", "import os\nos._exit(3)")
    with pytest.raises(RunError, match="01_dead failed") as error:
        run_all(load_notebooks(tmp_path / "books"), tmp_path)
    assert "died" in str(error.value)
    assert "Traceback" not in str(error.value)


def _run_and_wait(folder):
    os.setsid()
    run_all(load_notebooks(folder / "books"), folder)


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks at processes in /proc")
@pytest.mark.parametrize(("deaths", "starts"), [(2, 3), (3, 3)])
def test_a_kernel_that_ends_before_its_first_word_is_started_again(tmp_path, monkeypatch, deaths, starts):
    """Kernels take ports that another program may have taken in between; no cell has run then."""
    import papermill

    begun = []

    def starting(*_, **__):
        begun.append(1)
        if len(begun) <= deaths:
            raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(papermill, "execute_notebook", starting)
    monkeypatch.setattr(execute, "_end_with_parent", lambda: None)
    (tmp_path / "given.json").write_text("{}", "utf-8")
    files = [str(tmp_path / name) for name in ("a.json", "a.ipynb", "given.json")]
    if deaths < starts:
        assert execute._child(*files) == 0
    else:
        with pytest.raises(RuntimeError, match="Kernel died"):
            execute._child(*files)
    assert len(begun) == starts


def test_children_end_with_a_parent_that_is_killed(tmp_path):
    """SIGKILL to the parent alone, which can tell nobody: its child and the kernel find out by themselves."""
    write_notebook(tmp_path / "books", "01_slow", WAIT.replace("NAME", "slow"))
    parent = FORKS.Process(target=_run_and_wait, args=(tmp_path,))
    parent.start()
    assert until((tmp_path / "slow").exists)
    (child,) = processes(str(tmp_path / "executed"))
    kernels = [p for p in processes("ipykernel") if parent_of(p) == child]
    assert len(kernels) == 1
    parent.kill()
    parent.join()
    assert until(lambda: not any(parent_of(p) for p in (child, *kernels)), 3)


def parent_of(process):
    """Id of the parent of a process; 0 where it has ended."""
    try:
        with open(f"/proc/{process}/stat") as file:
            state, parent = file.read().rpartition(")")[2].split()[:2]
    except OSError:
        return 0
    return 0 if state == "Z" else int(parent)
