"""What each notebook of a run is made from: its key in the cache, and why it has to run.

A key is a hash of the book's content, the day, the settings the notebook takes and those of the panel, its own cells
(those of a report), the code of this library that it reaches, Python and libraries, the keys of the notebooks it comes
after, and, where it reads it, what the report of one period before has stored.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter

from kamlib.report.cache.entries import FORMAT
from kamlib.report.cache.fingerprint import SHORT, code_digests, digest, environment
from kamlib.run.notebooks import Notebook, for_report
from kamlib.run.parameters import GIVEN
from kamlib.settings import Settings

PANEL_SETTINGS = ("months", "leave_out", "burn_in_days")
# What prepares a notebook's run folder and executes it, whatever the notebook itself imports.
EVERYWHERE = "import kamlib.run, kamlib.panel, kamlib.book"
PLAN = "kamlib.run.notebooks"  # who imports it may tell of all notebooks


def notebook_inputs(
    notebooks: Sequence[Notebook],
    *,
    content: str,
    book: str,
    as_of: dt.date,
    settings: Settings,
    previous: str = "",
    everyone: Sequence[Notebook] = (),
) -> dict:
    """The inputs of every notebook of a run.

    Parameters
    ----------
    notebooks : sequence of Notebook
        Those that would run, each `after` others among them.
    content, book : str
        Hash of the checked book; its name.
    as_of : datetime.date
    settings : Settings
    previous : str
        Hash of what the report before has stored; empty where there is none.
    everyone : sequence of Notebook
        All notebooks of the folder: a page may list them.

    Returns
    -------
    dict
        For the manifest: book, as_of, environment, code (module -> hash), notebooks (name -> key and its parts).
    """
    shared = {"format": FORMAT, "book": [book, content], "as_of": f"{as_of}", "environment": environment()}
    listed = digest([[n.name, n.title, n.question, n.needs, n.uses, n.after] for n in everyone or notebooks])
    given = settings.model_dump()
    by_name = {n.name: n for n in notebooks}
    code: dict[str, str] = {}
    found: dict[str, dict] = {}
    for name in _ordered(by_name):
        notebook = by_name[name]
        cells = _cells(notebook)
        compared = notebook.previous and previous  # it is told in which settings the report before differs
        reached = code_digests([EVERYWHERE, *(c["source"] for c in cells if c["cell_type"] == "code")])
        code |= reached
        parts = {
            "source": _short(cells),
            "settings": {k: given[k] for k in given if k in PANEL_SETTINGS or k in _names(notebook) or compared},
            "code": _short(reached),
            "listed": listed[:SHORT] if PLAN in reached else "",
            "previous": previous[:SHORT] if notebook.previous else "",
        }
        after = {a: found[a]["key"] for a in sorted(notebook.after) if a in by_name}
        key = digest([shared, parts, after, reached])
        found[name] = parts | {"after": list(after), "key": key, "modules": sorted(reached)}
    modules = {n: f.pop("modules") for n, f in found.items()}
    code = {m: h[:SHORT] for m, h in sorted(code.items())}
    # A module that every notebook reaches need not be named with each.
    common = set.intersection(*map(set, modules.values())) if modules else set()
    for name, parts in found.items():
        parts["modules"] = [m for m in modules[name] if m not in common]
    kinds = {k: v[:SHORT] if k in ("lock", "installed") else v for k, v in shared["environment"].items()}
    return {"book": content[:SHORT], "as_of": f"{as_of}", "environment": kinds, "code": code, "notebooks": found}


def _ordered(notebooks: Mapping[str, Notebook]) -> list[str]:
    graph = {n.name: sorted(a for a in n.after if a in notebooks) for n in notebooks.values()}
    return list(TopologicalSorter(dict(sorted(graph.items()))).static_order())


def _cells(notebook: Notebook) -> list[dict]:
    """The cells of a report, without what a former run left in them."""
    kept = for_report(notebook.path)["cells"]
    cells = [{k: v for k, v in c.items() if k not in ("outputs", "execution_count", "id")} for c in kept]
    return [c | {"source": "".join(c["source"])} for c in cells]


def _names(notebook: Notebook) -> set[str]:
    return {p.name for p in notebook.parameters} - set(GIVEN)


def _short(content) -> str:
    return digest(content)[:SHORT]


def why(name: str, now: Mapping, before: Mapping | None) -> str:
    """In what a notebook's inputs differ from those of the report that stands.

    Parameters
    ----------
    name : str
        A notebook of `now`.
    now, before : mapping
        From `notebook_inputs`; `before` None where there is no report.

    Returns
    -------
    str
        Empty where they do not differ.
    """
    try:
        return _why(name, now, before)
    except (LookupError, TypeError, AttributeError):  # a manifest of another version, or edited
        return "first run with this version"


def _why(name: str, now: Mapping, before: Mapping | None) -> str:
    if before is None:
        return "first run"
    mine, old = now["notebooks"][name], before["notebooks"].get(name)
    if old is None:
        return "first run of this notebook"
    if mine["key"] == old["key"]:
        return ""
    settings = _changed(mine["settings"], old["settings"])
    reasons = [
        "data changed" if now["book"] != before["book"] else "",
        f"settings changed: {settings}" if settings else "",
        "notebook changed" if mine["source"] != old["source"] else "",
        f"code changed: {_modules(name, now, before)}" if mine["code"] != old["code"] else "",
        f"{_libraries(now, before)} changed" if now["environment"] != before["environment"] else "",
        "the list of notebooks changed" if mine["listed"] != old["listed"] else "",
        "the report of one period before changed" if mine["previous"] != old["previous"] else "",
    ]
    reasons = [r for r in reasons if r]
    behind = [a for a in mine["after"] if why(a, now, before)]
    if behind and not reasons:
        reasons = [f"after {', '.join(behind)}"]
    if mine["after"] != old["after"]:
        reasons.append("it comes after other notebooks than before")
    return "; ".join(reasons) or "the cache's format changed"


def _changed(now: Mapping, before: Mapping) -> str:
    names = [k for k in {**before, **now} if now.get(k) != before.get(k)]
    return ", ".join(f"{k} {_value(before, k)} -> {_value(now, k)}" for k in names)


def _value(settings: Mapping, name: str) -> str:
    return json.dumps(settings[name], ensure_ascii=False) if name in settings else "(not taken)"


def _modules(name: str, now: Mapping, before: Mapping) -> str:
    elsewhere = {m for n, parts in now["notebooks"].items() if n != name for m in parts["modules"]}
    mine = {m for m in now["code"] if m in now["notebooks"][name]["modules"] or m not in elsewhere}
    changed = [m for m in sorted(mine) if now["code"][m] != before["code"].get(m)]
    return ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "") or "what it imports"


def _libraries(now: Mapping, before: Mapping) -> str:
    names = {"python": "Python", "machine": "the machine", "lock": "requirements.lock", "installed": "the libraries"}
    changed = [names[k] for k in names if now["environment"].get(k) != before["environment"].get(k)]
    return ", ".join(changed) or "the environment"
