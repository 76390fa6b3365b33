"""The history of a book: one page of all its reports, with the figures that matter as small lines.

It is made from what reports have stored, anew after each run, and put in place in one step under the lock in which runs
of a book take turns: so it never shows half of anything, whoever runs at the same time.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Sequence
from html import escape
from pathlib import Path

import pandas as pd

from kamlib.look import Col, Spark, spark, table
from kamlib.look.cards import Card, cards
from kamlib.look.clean import clean_text
from kamlib.look.tables import MISSING
from kamlib.report.cache.fingerprint import file_digest
from kamlib.report.cache.turns import alone
from kamlib.report.cache.unchanged import HISTORY, HISTORY_NOTED, reports_digest
from kamlib.report.page.page import html_page
from kamlib.report.past.stored import StoredReport, stored_reports
from kamlib.run import RunError, in_words
from kamlib.run.store import write_json

# What a reader who opens this page wants first; where a report has none of a key, there is a gap.
HEADLINES = (
    "ledger.window_sales", "ledger.window_customers", "ledger.returns_share", "segmentation.key_accounts",
    "segmentation.expected_key_share", "segmentation.largest_share", "churn.rate", "churn.stake",
    "churn.gross_retention",
)  # fmt: skip


def write_history(home: Path) -> Path | None:
    """Write `home`/index.html from the reports in `home`; None where there is none.

    Raises
    ------
    RunError
        It cannot be written.
    """
    try:
        with alone(home):
            for left in home.glob(f".{HISTORY}.*"):  # by a run that was killed while writing
                left.unlink(missing_ok=True)
            past, broken = stored_reports(home)
            if not past:
                return None
            state = reports_digest(home)
            put(home / HISTORY, history_page(past, broken))
            write_json(home / HISTORY_NOTED, {"reports": state, "page": file_digest(home / HISTORY)})
    except OSError as error:
        raise RunError(
            f"The report is written; the history {home / HISTORY} could not be: {error.strerror or error}."
        ) from None
    return home / HISTORY


def put(path: Path, page: str) -> None:
    """Write a page in one step."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        new.write_text(page, "utf-8")
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def history_page(past: Sequence[StoredReport], broken: Sequence[str] = ()) -> str:
    """The page of a book's reports.

    Parameters
    ----------
    past : sequence of StoredReport
        The oldest first; at least one.
    broken : sequence of str
        Days whose reports cannot be read.
    """
    last = past[-1]
    ahead = [k for k in HEADLINES if k in last.findings]
    body = [
        _opening(past, broken),
        cards(*(_card(past, k) for k in ahead))._repr_html_(),
        "<h2>Reports</h2>",
        _reports(past),
        "<h2>All figures</h2>",
        _figures(past, _keys(past)),
    ]
    links = [(HISTORY, "History"), (f"{last.as_of}/index.html", f"Report of {last.as_of}")]
    return html_page("\n".join(body), title="History", book=last.book, links=links, current=HISTORY, facts=_span(past))


def _span(past: Sequence[StoredReport]) -> str:
    first, last = past[0].as_of, past[-1].as_of
    return f"{len(past)} reports, {first} to {last}" if len(past) > 1 else f"One report, as of {last}"


def _opening(past: Sequence[StoredReport], broken: Sequence[str]) -> str:
    last = past[-1].as_of
    lines = [f'The newest: <a href="{last}/index.html">the report of {last}</a>, whose figures are these.']
    if len(past) > 1:
        command = f"kam compare {past[-2].as_of} {last} --book {past[-1].book}"
        lines.append(f"Any two can be compared: <code>{escape(command)}</code>.")
    if broken:
        lines.append(f"Not shown, for they cannot be read: {escape(', '.join(broken))}.")
    return f'<div class="prose"><p>{" ".join(lines)}</p></div>'


def _keys(past: Sequence[StoredReport]) -> list[str]:
    """Keys of figures, those of the newest report first and in its order."""
    numbers = (k for p in reversed(past) for k, f in p.findings.items() if f.unit not in ("day", "word"))
    return list(dict.fromkeys(numbers))


def _card(past: Sequence[StoredReport], key: str) -> Card:
    now = past[-1].findings[key]
    before = past[-2].findings.get(key) if len(past) > 1 else None
    beside = [f"95 % interval {now.interval}" if now.interval else ""]
    if before and before.unit == now.unit:
        beside.append(f"{before.text} on {past[-2].as_of}")
    line = _line(past, key, now.unit)
    drawn = line if sum(v is not None for v in line.values) > 1 else None  # one value is no line
    return Card(now.says, now.text, "; ".join(filter(None, beside)), drawn)


def _line(past: Sequence[StoredReport], key: str, unit: str) -> Spark:
    """The figure over all reports; a month without a report, or without this figure in this unit, is a gap."""
    by_day = dict(zip((p.as_of for p in past), values_of(past, key, unit), strict=True))
    kind, _, currency = unit.partition(" ")
    of = kind if kind in ("money", "share") else "number"
    whole = all(v is None or isinstance(v, int) for v in by_day.values())
    words = currency if kind == "money" else "" if kind == "share" else unit
    days = steps([p.as_of for p in past])
    return spark([by_day.get(d) for d in days], of="whole" if of == "number" and whole else of, unit=words)


def steps(days: Sequence[dt.date]) -> list[dt.date]:
    """Days of reports, and of those that are not there where all are ends of months.

    Examples
    --------
    >>> [f"{d:%d %b}" for d in steps([dt.date(2024, 1, 31), dt.date(2024, 3, 31)])]
    ['31 Jan', '29 Feb', '31 Mar']
    >>> len(steps([dt.date(2024, 1, 30), dt.date(2024, 3, 31)]))
    2
    """
    one = dt.timedelta(days=1)
    if any((d + one).day != 1 for d in days):
        return list(days)
    found, day = [], days[0]
    while day <= days[-1]:
        found.append(day)
        after = (day + one).replace(day=28) + dt.timedelta(days=4)
        day = after.replace(day=1) - one
    return found


def values_of(past: Sequence[StoredReport], key: str, unit: str) -> list[float | None]:
    """A finding's value in each report; None where there is none, or it is in another unit."""
    found = [p.findings.get(key) for p in past]
    values = [f.value if f and f.unit == unit else None for f in found]
    return [v if isinstance(v, (int, float)) else None for v in values]


def _figures(past: Sequence[StoredReport], keys: Sequence[str]) -> str:
    rows = []
    for key in keys:
        newest = next(p.findings[key] for p in reversed(past) if key in p.findings)
        values = values_of(past, key, newest.unit)
        shown = past[-1].findings.get(key)
        row = {"page": newest.page, "says": newest.says, "now": in_words(values[-1], newest.unit) if shown else MISSING,
               "interval": shown.interval if shown else "", "line": _line(past, key, newest.unit)}  # fmt: skip
        if len(past) > 1:
            row["before"] = in_words(values[-2], newest.unit, bare=True) if key in past[-2].findings else MISSING
        rows.append(row)
    return _table(rows, past)


def _table(rows: list[dict], past: Sequence[StoredReport]) -> str:
    columns = {"page": Col("Page", "prose"), "says": Col("Figure", "prose"), "line": Col("All reports", "spark"),
               "now": Col(f"{past[-1].as_of}", "number"), "interval": Col("95 % interval", "interval")}  # fmt: skip
    if len(past) > 1:
        columns["before"] = Col(f"{past[-2].as_of}", "number")
    else:
        del columns["line"]
    frame = pd.DataFrame(rows, columns=list(columns))
    caption = "Figures of the newest report, and over all reports"
    return table(frame, caption=caption, columns=columns, n=len(frame))._repr_html_()


def _reports(past: Sequence[StoredReport]) -> str:
    """The reports as a table of links, the newest first."""
    heads = [("As of", ""), ("Net total of the ledger", "num"), ("Lines", "num"), ("Against the report before", ""),
             ("kamlib", "")]  # fmt: skip
    head = "".join(f'<th scope="col"{_class(kind)}>{escape(words)}</th>' for words, kind in heads)
    body = "".join(_report(past[i], past[i - 1] if i else None) for i in range(len(past) - 1, -1, -1))
    return (
        '<table class="kam"><caption>Reports, the newest first</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"
    )


def _report(one: StoredReport, before: StoredReport | None) -> str:
    totals, day = one.manifest["control_totals"], one.as_of
    cents, lines = totals["net_cents_to_as_of"], totals["lines_to_as_of"]
    cells = [
        f'<td class="date"><a href="{day}/index.html">{day}</a></td>',
        f'<td class="num" data-sort="{int(cents)}">{escape(in_words(cents, f"money {one.currency}"))}</td>',
        f'<td class="num" data-sort="{int(lines)}">{lines:,}</td>',
        f"<td>{escape(', '.join(differences(one, before)) if before else 'the first')}</td>",
        f"<td>{escape(clean_text(one.manifest['code']['version']))}</td>",
    ]
    return f"<tr>{''.join(cells)}</tr>\n"


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def differences(one: StoredReport, before: StoredReport) -> list[str]:
    """In words, whether two reports are of the same data, settings and code."""
    now, then = one.manifest, before.manifest
    names = [k for k in {**then["settings"], **now["settings"]} if now["settings"].get(k) != then["settings"].get(k)]
    return [
        "same data" if now["book"]["digest"] == then["book"]["digest"] else "other data",
        f"other settings: {', '.join(names)}" if names else "same settings",
        "same code" if now["code"]["digest"] == then["code"]["digest"] else "other code",
    ]
