"""The parameters of a notebook, checked whoever gave them: a report, papermill's `-p`, or a hand in the cell.

papermill puts what it is given into a cell of its own, behind the one tagged `parameters`, whatever the names; to
Python a misspelt one is a new variable, and the notebook runs with the default. IPython keeps the text of each cell
that has run, and there both are seen: the names that are declared, and those that were given.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from kamlib.given import GivenError, short
from kamlib.run.days import parse_day
from kamlib.run.errors import InputError
from kamlib.settings import Settings, checked, nearest

GIVEN = ("run", "book", "as_of")  # what a run gives every notebook that asks for it; all others are settings
INJECTED = "# Parameters"  # the first line of papermill's cell
CALL = "papermill notebooks/01_ledger.ipynb out.ipynb -p as_of 2026-06-30 -p months 12"


def check_parameters(names: Mapping[str, object]) -> None:
    """Stop a notebook whose parameters are unknown, ill-typed or out of bounds.

    Parameters
    ----------
    names : mapping
        `globals()` of the notebook.

    Raises
    ------
    InputError
        With one message, which names the nearest right name, or the bounds.

    Examples
    --------
    >>> check_parameters({"months": 6, "book": "sample"})
    >>> check_parameters({"months": 6, "In": ["months: int = 12", "# Parameters\\nmonhts = 6"]})
    Traceback (most recent call last):
    kamlib.run.errors.InputError: This notebook has no parameter 'monhts'. Did you mean months? ...
    """
    cells = [str(text) for text in names.get("In", ())]
    declared, given = _declared(cells), _injected(cells)
    for name in given:
        if name not in declared:
            raise InputError(
                f"This notebook has no parameter {name!r}.{nearest(name, declared)} Its parameters are: "
                f"{', '.join(declared)}. For example: {CALL}"
            )
    fields = Settings.model_fields
    if unknown := [n for n in declared if n not in fields and n not in GIVEN]:
        raise InputError(f"Parameter {unknown[0]} is no setting.{nearest(unknown[0], fields)} See docs/settings.md.")
    _check_values({n: names[n] for n in (declared or [*GIVEN, *fields]) if n in names})


def _check_values(given: Mapping[str, object]) -> None:
    if not isinstance(run := given.get("run", ""), str):
        raise InputError(f"run is a text, the run folder, and empty where there is none, not {short(run)}.")
    if given.get("as_of", "") != "":
        parse_day(given["as_of"])
    try:
        checked({name: value for name, value in given.items() if name not in GIVEN})
    except GivenError as error:
        raise InputError(f"{error}") from None


def _declared(cells: Sequence[str]) -> list[str]:
    """Names of the parameters cell that ran last: one of annotated lines alone, `name: type = value`."""
    for cell in reversed(cells):
        body = _statements(cell)
        if body and all(isinstance(line, ast.AnnAssign) for line in body):
            return [line.target.id for line in body if isinstance(line.target, ast.Name)]
    return []


def _injected(cells: Sequence[str]) -> list[str]:
    """Names in the cell of papermill that ran last."""
    for cell in reversed(cells):
        if cell.startswith(INJECTED):
            targets = [t for line in _statements(cell) if isinstance(line, ast.Assign) for t in line.targets]
            return [t.id for t in targets if isinstance(t, ast.Name)]
    return []


def _statements(cell: str) -> list[ast.stmt]:
    try:
        return ast.parse(cell).body
    except SyntaxError:  # a line of IPython's own
        return []
