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

from kamlib.report.fingerprint import file_digest
from kamlib.report.folder import alone
from kamlib.report.past import Past, past_reports
from kamlib.report.unchanged import HISTORY, HISTORY_NOTED, reports_digest
from kamlib.run import RunError, in_words, write_json
from kamlib.show import clean_text

# What a reader who opens this page wants first; where a report has none of a key, there is a gap.
HEADLINES = (
    "ledger.window_sales", "ledger.window_customers", "segmentation.key_accounts", "segmentation.firm",
    "segmentation.key_share", "segmentation.expected_key_share", "segmentation.largest_share", "ledger.returns_share",
    "ledger.no_customer_share",
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
            past, broken = past_reports(home)
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


def history_page(past: Sequence[Past], broken: Sequence[str] = ()) -> str:
    """The page of a book's reports.

    Parameters
    ----------
    past : sequence of Past
        The oldest first; at least one.
    broken : sequence of str
        Days whose reports cannot be read.
    """
    from kamlib.report.sheet import sheet

    last = past[-1]
    ahead = [k for k in HEADLINES if any(k in p.findings for p in past)]
    others = [k for k in _keys(past) if k not in ahead]
    parts = [
        ("", [_opening(past, broken)]),
        ("Headline figures", [_lines(past, ahead, "Headline figures")]),
        ("All reports", [_runs(past)]),
        ("All figures", [_lines(past, others, "All other figures of the newest report, over all reports")]),
    ]
    links = [(HISTORY, "History"), (f"{last.as_of}/index.html", f"Report of {last.as_of}")]
    return sheet(parts, title="History", book=last.book, as_of=last.as_of, links=links, current=HISTORY)


def _opening(past: Sequence[Past], broken: Sequence[str]) -> str:
    first, last = past[0].as_of, past[-1].as_of
    many = f"{len(past)} reports, from {first} to {last}" if len(past) > 1 else f"One report, as of {last}"
    lines = [
        f'<p>{many}. The newest: <a href="{last}/index.html">the report of {last}</a>. Any two of them '
        f"can be compared: <code>kam compare {first} {last} --book {escape(past[-1].book)}</code>.</p>"
    ]
    if broken:
        lines.append(f"<p>Not shown, for they cannot be read: {escape(', '.join(broken))}.</p>")
    return "".join(lines)


def _keys(past: Sequence[Past]) -> list[str]:
    """Keys of figures, those of the newest report first and in its order."""
    return list(
        dict.fromkeys(k for p in reversed(past) for k, f in p.findings.items() if f.unit not in ("day", "word"))
    )


def _lines(past: Sequence[Past], keys: Sequence[str], caption: str) -> str:
    from kamlib.report.sheet import Cell, figure, small_line, table, text

    days = [p.as_of for p in past]
    rows = []
    for key in keys:
        newest = next(p.findings[key] for p in reversed(past) if key in p.findings)
        values = values_of(past, key, newest.unit)
        known = [(d, v) for d, v in zip(days, values, strict=True) if v is not None]
        lowest, highest = (_extreme(known, pick, newest.unit) for pick in (min, max))
        now, before = values[-1], values[-2] if len(values) > 1 else None
        alt = f"{len(known)} values of {len(days)} reports, from {lowest.html} to {highest.html}"
        line = small_line(days, values, alt=clean_text(alt))
        shown = past[-1].findings.get(key)
        rows.append(
            [text(newest.says), figure(in_words(now, newest.unit), now), text(shown.interval if shown else ""),
             figure(in_words(before, newest.unit) if before is not None else "", before), Cell(line), lowest, highest]
        )  # fmt: skip
    heads = ["Figure", f"{days[-1]}", "95 % interval", "Report before", "Over all reports", "Lowest", "Highest"]
    note = "A gap in a line: that report has no such figure, or not in this unit." if len(past) > 2 else ""
    return table(caption, heads, rows, note)


def values_of(past: Sequence[Past], key: str, unit: str) -> list[float | None]:
    """A finding's value in each report; None where there is none, or it is in another unit."""
    found = [p.findings.get(key) for p in past]
    values = [f.value if f and f.unit == unit else None for f in found]
    return [v if isinstance(v, (int, float)) else None for v in values]


def _extreme(known: Sequence[tuple[dt.date, float]], pick, unit: str):
    from kamlib.report.sheet import figure

    if not known:
        return figure("")
    value = pick(v for _, v in known)
    return figure(in_words(value, unit), value)


def _runs(past: Sequence[Past]) -> str:
    from kamlib.report.sheet import figure, link, table, text

    rows = []
    for i in range(len(past) - 1, -1, -1):
        one, before = past[i], past[i - 1] if i else None
        totals, unit = one.manifest["control_totals"], f"money {one.currency}"
        cents, lines = totals["net_cents_to_as_of"], totals["lines_to_as_of"]
        rows.append(
            [link(f"{one.as_of}/index.html", f"{one.as_of}"), figure(in_words(cents, unit), cents),
             figure(f"{lines:,}", lines), figure(f"{len(one.manifest['pages'])}", len(one.manifest["pages"])),
             text(", ".join(_differs(one, before)) if before else "the first"), text(one.manifest["code"]["version"])]
        )  # fmt: skip
    heads = ["As of", "Net total of the ledger", "Lines", "Pages", "Against the report before", "kamlib"]
    return table("Reports, the newest first", heads, rows)


def _differs(one: Past, before: Past) -> list[str]:
    now, then = one.manifest, before.manifest
    names = [k for k in {**then["settings"], **now["settings"]} if now["settings"].get(k) != then["settings"].get(k)]
    return [
        "same data" if now["book"]["digest"] == then["book"]["digest"] else "other data",
        f"other settings: {', '.join(names)}" if names else "same settings",
        "same code" if now["code"]["digest"] == then["code"]["digest"] else "other code",
    ]
