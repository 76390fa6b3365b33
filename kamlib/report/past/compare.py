"""Two reports of one book side by side: every finding, its change, and in what data, settings and code they differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from kamlib.look import Col, say, table
from kamlib.look.cards import Card, cards
from kamlib.look.clean import clean_text
from kamlib.look.tables import MISSING
from kamlib.money import money
from kamlib.report.cache.unchanged import is_day
from kamlib.report.page.page import html_page
from kamlib.report.past.history import differences, put
from kamlib.report.past.stored import StoredReport, stored_report
from kamlib.run import Finding, InputError, RunError, in_words


def report_folder(name: str, *, out: Path, book: str = "", other: str = "") -> Path:
    """The folder of a report that is named by its path or by its day.

    Parameters
    ----------
    name : str
        A folder, or a day such as 2024-06-30 of a book in `out`.
    out : path
        Where reports are.
    book : str
        Whose day it is; where it is not given, that of the one book that has both days.
    other : str
        The report that it is compared with.

    Raises
    ------
    InputError
        There is no such report, or more than one.
    """
    if (Path(name) / "manifest.json").is_file():
        return Path(name)
    if not is_day(name):
        raise InputError(f"{name} is neither the folder of a report nor a day such as 2024-06-30.")
    wanted = [n for n in (name, other) if is_day(n)]
    homes = [out / book] if book else sorted(p for p in out.glob("*") if p.is_dir())
    found = [h for h in homes if all((h / n / "manifest.json").is_file() for n in wanted)]
    if len(found) == 1:
        return found[0] / name
    if found:
        raise InputError(f"More than one book has reports of {' and '.join(wanted)}: say which, with --book: "
                         f"{', '.join(h.name for h in found)}.")  # fmt: skip
    raise InputError(f"There is no report of {' and '.join(wanted)} in {out / book if book else out}. {_there(homes)}")


def _there(homes: Sequence[Path]) -> str:
    days = {h.name: sorted(p.name for p in h.glob("*") if is_day(p.name)) for h in homes if h.is_dir()}
    said = [f"{book}: {', '.join(found[-6:])}" for book, found in days.items() if found]
    return f"There are {'; '.join(said)}." if said else "There is none at all; --out says where reports are."


def write_comparison(one: Path, two: Path, to: Path | None = None) -> Path:
    """Write the page that compares two reports; returns where.

    Parameters
    ----------
    one, two : path
        Folders of reports.
    to : path, optional
        The page; where it is not given, beside the second report.

    Raises
    ------
    InputError
        One is no report, or they are of different books or currencies.
    RunError
        The page cannot be written.
    """
    a, b = stored_report(one), stored_report(two)
    check_comparable(a, b)
    to = to or two.absolute().parent / _name(a, b)
    try:
        put(to, comparison_page(a, b, near=to.parent))
    except OSError as error:
        raise RunError(f"{to} cannot be written: {error.strerror or error}. Choose another place with --to.") from None
    return to


def _name(a: StoredReport, b: StoredReport) -> str:
    """A name that another pair of reports does not have."""
    if a.folder.absolute().parent == b.folder.absolute().parent:
        return f"compare-{a.folder.name}-{b.folder.name}.html"
    mark = hashlib.sha256(f"{a.folder.resolve()}".encode()).hexdigest()[:6]
    return f"compare-{a.as_of}-{mark}-{b.as_of}.html"


def check_comparable(a: StoredReport, b: StoredReport) -> None:
    """Raise InputError where two reports have nothing to do with each other."""
    if a.book != b.book:
        raise InputError(
            f"These are reports of two books, {a.book} and {b.book}: what one says is no change of the other."
        )
    if a.currency != b.currency:
        raise InputError(
            f"The reports of {a.book} are in different currencies, {a.currency or 'none named'} and "
            f"{b.currency or 'none named'}: their money cannot be compared. Open the book with one [options] currency."
        )


def comparison_page(a: StoredReport, b: StoredReport, *, near: Path) -> str:
    """The page of two reports of one book.

    Parameters
    ----------
    a, b : StoredReport
        The change is from `a` to `b`.
    near : path
        The folder in which the page will stand: reports there are linked.
    """
    rows = [_row(k, a.findings.get(k), b.findings.get(k)) for k in dict.fromkeys([*b.findings, *a.findings])]
    links = [(f"{p.folder.name}/index.html", f"Report of {p.as_of}") for p in (a, b) if _beside(p, near)]
    body = [
        say(f"The second against the first: {', '.join(differences(b, a))}.")._repr_html_(),
        cards(*_cards(rows))._repr_html_(),
        "<h2>Verdicts</h2>", _verdicts(a, b),
        "<h2>Figures</h2>", _figures(rows, a, b),
        "<h2>Settings</h2>", _facts(a, b, "settings", "Settings"),
        "<h2>Data</h2>", _data(a, b),
        "<h2>Code</h2>", _code(a, b),
    ]  # fmt: skip
    home = ("index.html", "History") if (near / "index.html").is_file() and links else None
    facts = f"From {_label(a, b)} to {_label(b, a)}"
    return html_page("\n".join(body), title="Comparison", book=b.book, facts=facts, links=links, home=home)


def _label(one: StoredReport, other: StoredReport) -> str:
    return f"{one.as_of}" if one.as_of != other.as_of else f"{one.as_of} ({clean_text(one.folder)})"


def _beside(one: StoredReport, near: Path) -> bool:
    return one.folder.absolute().parent == near.absolute()


def _row(key: str, a: Finding | None, b: Finding | None) -> dict:
    shown = b or a
    row = {
        "key": key, "says": shown.says, "a": a.text if a else MISSING, "a_interval": a.interval if a else "",
        "b": b.text if b else MISSING, "b_interval": b.interval if b else "", "change": "", "apart": "",
    }  # fmt: skip
    if a is None or b is None:
        return row | {"kind": "new" if a is None else "gone", "change": "new" if a is None else "gone"}
    if a.unit != b.unit:
        return row | {"kind": "unit", "change": f"other unit: {a.unit}, {b.unit}"}
    if a.value == b.value:
        return row | {"kind": "same", "change": "none"}
    return row | {"kind": "changed", "change": _change(a, b), "apart": _apart(a, b)}


def _change(a: Finding, b: Finding) -> str:
    if not all(isinstance(f.value, (int, float)) for f in (a, b)):
        return "changed"
    difference = b.value - a.value
    sign = "+" if difference > 0 else ""
    if a.unit == "share":
        return f"{sign}{in_words(difference, 'share', bare=True)} points"
    return f"{sign}{in_words(difference, a.unit)}"


def _apart(a: Finding, b: Finding) -> str:
    """Whether two intervals have nothing in common: then the change is more than their uncertainty."""
    if None in (a.low, a.high, b.low, b.high):
        return ""
    return "are apart" if a.high < b.low or b.high < a.low else "overlap"


def _cards(rows: Sequence[dict]) -> list[Card]:
    counts = pd.Series([r["kind"] for r in rows], dtype="str").value_counts()
    words = {
        "changed": ("Figures that changed", "of those in both reports"), "same": ("Figures that are the same", ""),
        "new": ("Only in the second", ""), "gone": ("Only in the first", ""),
        "unit": ("In another unit", "not compared"),
    }  # fmt: skip
    return [Card(what, f"{counts[k]}", beside) for k, (what, beside) in words.items() if k in counts]


def _verdicts(a: StoredReport, b: StoredReport) -> str:
    keys = [k for k in b.findings if b.findings[k].verdict and k in a.findings]
    changed = [k for k in keys if a.findings[k].verdict != b.findings[k].verdict]
    if not changed:
        said = (
            f"No verdict changed, of {len(keys)} that both reports have."
            if keys
            else "There is no verdict that both reports have."
        )
        return say(said)._repr_html_()
    was = {k: a.findings[k].verdict or MISSING for k in changed}
    rows = [{"says": b.findings[k].says, "a": was[k], "b": b.findings[k].verdict} for k in changed]
    columns = {"says": Col("Claim", "prose"), "a": Col(_label(a, b), "prose"), "b": Col(_label(b, a), "prose")}
    return _shown(rows, columns, "Verdicts that changed")


def _figures(rows: Sequence[dict], a: StoredReport, b: StoredReport) -> str:
    columns = {"says": Col("Figure", "prose"), "a": Col(_label(a, b), "number"), "b": Col(_label(b, a), "number"),
               "change": Col("Change", "number")}  # fmt: skip
    return _shown(rows, columns, "All figures of both reports") + _intervals([r for r in rows if r["apart"]], a, b)


def _intervals(rows: Sequence[dict], a: StoredReport, b: StoredReport) -> str:
    if not rows:
        return ""
    columns = {
        "says": Col("Figure", "prose"), "a_interval": Col(_label(a, b), "interval"),
        "b_interval": Col(_label(b, a), "interval"), "change": Col("Change", "number"), "apart": Col("They", "prose"),
    }  # fmt: skip
    note = say(
        "Two intervals that are apart speak of a change that is more than chance. Two that overlap can do so too: "
        "both are about the same accounts, and overlap says less than it seems."
    )
    return _shown(rows, columns, "95 % intervals of figures that changed") + note._repr_html_()


def _facts(a: StoredReport, b: StoredReport, part: str, what: str) -> str:
    """Entries of a part of the manifests in which they differ."""
    one, two = a.manifest.get(part, {}), b.manifest.get(part, {})
    names = [k for k in {**one, **two} if one.get(k) != two.get(k)]
    if not names:
        return say(f"{what}: the same in both.")._repr_html_()
    rows = [{"name": k, "a": _plain(one.get(k)), "b": _plain(two.get(k))} for k in names]
    columns = {"name": Col("Name"), "a": Col(_label(a, b), "prose"), "b": Col(_label(b, a), "prose")}
    return _shown(rows, columns, f"{what} that differ")


def _plain(value: object) -> str:
    return MISSING if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _data(a: StoredReport, b: StoredReport) -> str:
    same = a.manifest["book"]["digest"] == b.manifest["book"]["digest"]
    said = (
        "Both reports are of the same file or files, to the byte." if same else "The files of the two reports differ."
    )
    one, two = a.manifest["control_totals"], b.manifest["control_totals"]
    rows = [_total(k, one.get(k), two.get(k), b.currency) for k in {**one, **two}]
    columns = {"name": Col("Total", "prose"), "a": Col(_label(a, b), "number"), "b": Col(_label(b, a), "number"),
               "change": Col("Change", "number")}  # fmt: skip
    return say(said)._repr_html_() + _shown(rows, columns, "Control totals, to the cent")


def _total(name: str, one, two, currency: str) -> dict:
    words = name.replace("_cents", "").replace("_", " ") + (f", {currency or 'money'}" if _is_money(name) else "")
    known = all(isinstance(v, int) for v in (one, two))
    change = _amount(name, two - one) if known else MISSING
    return {"name": words, "a": _amount(name, one), "b": _amount(name, two),
            "change": f"+{change}" if known and two > one else change}  # fmt: skip


def _is_money(name: str) -> bool:
    return "_cents" in name


def _amount(name: str, value) -> str:
    if not isinstance(value, int):
        return MISSING if value is None else str(value)
    return (money(value) if _is_money(name) else f"{value:,}").replace("-", "−")


def _code(a: StoredReport, b: StoredReport) -> str:
    one, two = a.manifest, b.manifest
    said = "Both were made with the same code." if one["code"]["digest"] == two["code"]["digest"] else (
        f"The code differs: kamlib {one['code']['version']} ({one['code']['commit'] or 'no commit'}) and "
        f"{two['code']['version']} ({two['code']['commit'] or 'no commit'}); see Numbers change in CHANGELOG.md."
    )  # fmt: skip
    if one["python"] != two["python"]:
        said += f" Python {one['python']} and {two['python']}."
    return say(said)._repr_html_() + _facts(a, b, "libraries", "Libraries")


def _shown(rows: Sequence[dict], columns: dict[str, Col], caption: str) -> str:
    frame = pd.DataFrame(rows, columns=list(columns))
    return table(frame, caption=caption, columns=columns, n=len(frame))._repr_html_()
