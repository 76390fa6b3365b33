"""What a run consists of: the notebooks, what each needs, and in which order they can go.

The one source is each notebook's own metadata (`metadata.kam`) and its parameters cell.
"""

from __future__ import annotations

import ast
import difflib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from kamlib.datasets.places import PROJECT
from kamlib.run.errors import InputError, RunError

NOTEBOOKS = PROJECT / "notebooks"
NOT_RUN = {"teaching", "exercise", "solution"}
_PARAMETER = re.compile(r"^(\w+): (\w+(?:\[\w+\])?) = (.+?)  # (.+)$")


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: `name: type = default  # meaning`."""

    name: str
    type: str
    default: object
    meaning: str


@dataclass(frozen=True)
class Notebook:
    """A notebook as the plan sees it.

    Attributes
    ----------
    name : str
        File name without `.ipynb`.
    title, question : str
        For the navigation, and for `kam check`.
    heading : str
        The notebook's first heading: the title of its page.
    needs, uses : tuple of str
        Tables without which it says nothing, and tables that add to it.
    after : tuple of str
        Notebooks whose findings or frames it reads.
    parameters : tuple of Parameter
    previous : bool
        Whether it reads what the report of one period before has stored (`Run.previous`).
    """

    name: str
    path: Path
    title: str
    question: str
    heading: str
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    after: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    previous: bool = False


def load_notebooks(folder: Path = NOTEBOOKS, *, only: Sequence[str] = ()) -> list[Notebook]:
    """The notebooks of a folder, in order of name.

    Parameters
    ----------
    folder : path
    only : sequence of str
        Names, or unmistakable beginnings of names (`02`); with what they come after.

    Raises
    ------
    InputError
        No such notebook.
    RunError
        One whose metadata or parameters cell is not in the agreed form.
    """
    found = {p.stem: read_notebook(p) for p in sorted(folder.glob("[0-9][0-9]_*.ipynb"))}
    if not found:
        raise RunError(f"There is no notebook in {folder}.")
    check_order(found)
    wanted = set(found) if not only else set()
    queue = [_named(name, found) for name in only]
    while queue:
        name = queue.pop()
        wanted.add(name)
        queue += [a for a in found[name].after if a not in wanted]
    return [found[n] for n in found if n in wanted]


def _named(name: str, found: dict[str, Notebook]) -> str:
    hits = [n for n in found if n == name or n.startswith(name)]
    if len(hits) == 1:
        return hits[0]
    near = difflib.get_close_matches(name, found, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise InputError(f"There is no notebook {name!r}.{hint} The notebooks are: {', '.join(found)}.")


def read_notebook(path: Path) -> Notebook:
    """One notebook's metadata and parameters."""
    content = _content(path)
    kam = content["metadata"].get("kam")
    if kam is None or not {"title", "question", "needs", "uses", "after"} <= set(kam):
        raise RunError(f"{path.name}: metadata.kam needs title, question, needs, uses and after.")
    cells = [c for c in content["cells"] if "parameters" in c["metadata"].get("tags", [])]
    if len(cells) != 1:
        raise RunError(f"{path.name}: there must be one cell tagged parameters, not {len(cells)}.")
    lists = {k: tuple(kam[k]) for k in ("needs", "uses", "after")}
    heading = "".join(content["cells"][0]["source"]).partition("\n")[0]
    if not heading.startswith("# "):
        raise RunError(f"{path.name}: the first cell must begin with the title, `# ...`.")
    parameters = _parameters("".join(cells[0]["source"]), path)
    return Notebook(path.stem, path, kam["title"], kam["question"], heading[2:], **lists, parameters=parameters,
                    previous=bool(kam.get("previous")))  # fmt: skip


def for_report(path: Path) -> dict:
    """The notebook without the cells that only teach."""
    content = json.loads(path.read_text("utf-8"))
    kept = [c for c in content["cells"] if NOT_RUN.isdisjoint(c["metadata"].get("tags", []))]
    return content | {"cells": kept}


def _content(path: Path) -> dict:
    # As JSON: importing nbformat takes longer than all the rest of a plan.
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["nbformat"] == 4 and content["cells"]:
            return content
    except (ValueError, LookupError, TypeError):
        pass
    raise RunError(f"{path.name} is not a notebook of version 4, or an empty one.")


def _parameters(source: str, path: Path) -> tuple[Parameter, ...]:
    found = []
    for line in source.splitlines():
        try:
            name, kind, value, meaning = _PARAMETER.match(line).groups()
            found.append(Parameter(name, kind, ast.literal_eval(value), meaning))
        except (AttributeError, ValueError, SyntaxError):
            raise RunError(
                f"{path.name}: the parameters cell has {line!r}; a line is `name: type = value  # meaning`, "
                "its value a number, a text or a list of these."
            ) from None
    return tuple(found)


def check_order(notebooks: dict[str, Notebook]) -> None:
    """Raise RunError where notebooks wait for each other, or for one that is not there."""
    for notebook in notebooks.values():
        for name in notebook.after:
            if name not in notebooks:
                raise RunError(f"{notebook.name} comes after {name!r}, and there is no such notebook.")
    try:
        TopologicalSorter({n.name: n.after for n in notebooks.values()}).prepare()
    except CycleError as error:
        raise RunError(f"Notebooks wait for each other: {' -> '.join(error.args[1])}.") from None


def support(notebooks: Sequence[Notebook], has: Sequence[str]) -> list[tuple[str, str, str]]:
    """What a book with certain tables supports.

    Returns
    -------
    list of (notebook, verdict, missing)
        verdict: `full`, `in part` or `no`; missing: the tables that would add to it, or that it needs.
    """
    rows = []
    for notebook in notebooks:
        lacking = [t for t in notebook.needs if t not in has]
        adding = [t for t in notebook.uses if t not in has]
        verdict = "no" if lacking else "in part" if adding else "full"
        rows.append((notebook.name, verdict, ", ".join(lacking or adding)))
    return rows
