"""A run folder for each notebook, with what it may know and nothing else.

It holds the book, the panel, and what the notebooks it comes after have saved; whatever else is there when the notebook
has ended is what it made. So results depend on nothing but declared inputs, and can be kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from kamlib.run import RunError
from kamlib.run.notebooks import Notebook
from kamlib.run.store import FRAMES, NOTEBOOKS, WORK, write_json

EXECUTED = "notebook.ipynb"  # among a notebook's results


class Workspaces:
    """The run folders of one run, below its work folder.

    Parameters
    ----------
    work : path
    notebooks : iterable of Notebook
        Those of the run.
    """

    def __init__(self, work: Path, notebooks: Iterable[Notebook]):
        self.book, self.panel, self.previous = (work / n for n in ("book", "panel", "previous"))
        self.executed = work / "executed"
        self._workspaces, self._results = work / "workspaces", work / "results"
        self._notebooks = {n.name: n for n in notebooks}
        self._given: dict[str, dict[str, tuple[int, int]]] = {}

    @property
    def compared(self) -> bool:
        """Whether any notebook reads what the report of one period before has stored."""
        return any(n.previous for n in self._notebooks.values())

    def of(self, name: str) -> Path:
        """The run folder of a notebook."""
        return self._workspaces / name

    def results(self, name: str) -> Path:
        """Where a notebook's results are, by the names they have in a run folder."""
        return self._results / name

    def prepare(self, name: str) -> None:
        """Furnish the run folder of a notebook: everything it comes after is done."""
        workspace = self.of(name)
        sources = [self.book, self.panel, *(self.results(a) for a in self._before(name))]
        for source in sources:
            for part in (FRAMES, WORK):
                _share(source / part, workspace / part)
        if self._notebooks[name].previous:
            _share(self.previous / WORK, workspace / WORK)
        (workspace / FRAMES).mkdir(parents=True, exist_ok=True)
        write_json(workspace / WORK / NOTEBOOKS, self._before(name))
        self._given[name] = {n: _mark(p) for n, p in _files(workspace).items()}

    def _before(self, name: str) -> list[str]:
        """All that a notebook comes after, directly or not, in order of name."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            after = {a for a in self._notebooks[waiting.pop()].after if a in self._notebooks} - found
            found |= after
            waiting += after
        return sorted(found)

    def collect(self, name: str) -> dict[str, Path]:
        """What a notebook has made, moved to its results; by name.

        Raises
        ------
        RunError
            It has written over what was given to it.
        """
        given, now = self._given[name], _files(self.of(name))
        for file, mark in given.items():
            if file not in now or _mark(now[file]) != mark:
                raise RunError(
                    f"Notebook {name} saves {file}, which the run or a notebook before it has saved already. "
                    "Give it another name."
                )
        write_json(self.results(name) / EXECUTED, plain(_json(self.executed / f"{name}.ipynb")))
        for file in now.keys() - given.keys():
            to = self.results(name) / file
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(now[file], to)
        shutil.rmtree(self.of(name), ignore_errors=True)
        return _files(self.results(name))

    def gather(self, folder: Path) -> None:
        """Bring the panel and all results together, as one run folder.

        Raises
        ------
        RunError
            Two notebooks have saved something under one name.
        """
        owner: dict[str, str] = {}
        for name in self._notebooks:
            for file, path in _files(self.results(name)).items():
                if file == EXECUTED:
                    continue
                if file in owner:
                    raise RunError(f"Notebooks {owner[file]} and {name} both save {file}. Give one another name.")
                owner[file] = name
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, folder / file)
        shutil.copytree(self.panel / FRAMES, folder / FRAMES, dirs_exist_ok=True)


def plain(notebook: Mapping) -> dict:
    """An executed notebook without times and places: the same results give the same bytes."""
    cells = [_plain_cell(c) for c in notebook["cells"]]
    return dict(notebook) | {"cells": cells, "metadata": _without(notebook["metadata"], "papermill")}


def _plain_cell(cell: Mapping) -> dict:
    metadata = _without(cell["metadata"], "papermill", "execution")
    if "injected-parameters" in metadata.get("tags", []):
        return dict(cell) | {"metadata": metadata, "source": "", "id": "injected"}
    return dict(cell) | {"metadata": metadata}


def _without(metadata: Mapping, *names: str) -> dict:
    return {k: v for k, v in metadata.items() if k not in names}


def _json(path: Path) -> dict:
    return json.loads(path.read_text("utf-8"))


def _files(folder: Path) -> dict[str, Path]:
    """All files below a folder by name; of a run folder, only what is shared with others."""
    return {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}


def _mark(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_ino, facts.st_mtime_ns


def _share(source: Path, target: Path) -> None:
    """Put a folder's files also there: linked, for nobody writes into a file; copied where links are refused."""
    for path in source.rglob("*") if source.is_dir() else ():
        if path.is_file():
            to = target / path.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            if not to.exists():
                _link(path, to)


def _link(path: Path, to: Path) -> None:
    with contextlib.suppress(OSError):
        os.link(path, to)
        return
    shutil.copyfile(path, to)
