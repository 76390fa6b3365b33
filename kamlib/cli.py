"""The command `kam`: thin over the library.

Commands import what they need when they run: all of it takes seconds to load, and `--help` needs none.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from kamlib.look.clean import visible
from kamlib.money import money

if TYPE_CHECKING:
    from kamlib.book import Book
    from kamlib.report.cache.entries import Cache
    from kamlib.report.make.report import Report

SHOWN_CUSTOMERS = 5  # by kam check
EXIT_FAILED, EXIT_INPUT, EXIT_STOPPED = 1, 2, 130

app = typer.Typer(
    help="Key-account analysis: a sales ledger in, a folder of offline reports out.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
out, err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)

BookArgument = Annotated[
    str, typer.Argument(metavar="BOOK", help="A file, a folder, or a data set: sample, online-retail-ii.")
]
MappingOption = Annotated[Path | None, typer.Option("--mapping", help="TOML that names columns; see README.")]
FormatsOption = Annotated[
    Path | None, typer.Option("--formats", help="A folder of formats of your own, TOML; see docs/ledgers.md.")
]
NameOption = Annotated[str, typer.Option("--name", help="What to call the book; default: as its file or folder.")]


@app.command()
def report(
    book: BookArgument = "sample",
    as_of: Annotated[
        str, typer.Option("--as-of", help="Last day that counts, YYYY-MM-DD. Default: last complete month's end.")
    ] = "",
    to: Annotated[Path, typer.Option("--out", help="Where reports go.")] = Path("reports"),
    settings: Annotated[Path | None, typer.Option("--settings", help="A kam.toml of settings; see kam init.")] = None,
    assign: Annotated[list[str] | None, typer.Option("--set", help="One setting, name=value; may be repeated.")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Run this notebook (and what it needs), into <as of>-part; may be repeated."),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Make nothing: say what would run, and why.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Make everything anew, and keep nothing.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="Notebooks at once; 0: one a processor.")] = 0,
    mapping: MappingOption = None,
    formats: FormatsOption = None,
    name: NameOption = "",
) -> None:
    """Make the report of a book: reports/<book>/<as of>/index.html. What has not changed is not made again."""
    from kamlib.report.cache.entries import FOLDER, Cache
    from kamlib.report.cache.unchanged import request_of, standing_report

    asked = {"mapping": mapping, "formats": formats, "name": name, "as_of": as_of, "settings": settings}
    asked |= {"assign": assign or [], "only": only or []}
    cache = Cache(None if no_cache else to / FOLDER)
    before = request_of(book, **asked)
    if plan:
        _say_plan(book, to, cache, asked)
    elif facts := standing_report(cache, before.key, to):
        _tidy((to / facts["index"]).parents[1])
        out.print(_text(facts["skipped"] + f"{to / facts['index']}  (unchanged: the report stands as it was made)"))
    else:
        made = _make(book, to, cache, jobs, asked)
        after = request_of(book, **asked)
        if before.became(after):
            _remember(cache, after.key, to, made)
        _say_report(made)


def _tidy(home: Path) -> None:
    """What a run that was killed has left undone, also where there is nothing else to do."""
    from kamlib.report.cache.unchanged import has_leftovers, history_stands

    if has_leftovers(home):
        from kamlib.report.make.folder import clean

        clean(home)
    if not history_stands(home):
        from kamlib.report.past.history import write_history

        write_history(home)


def _make(book: str, to: Path, cache: Cache, jobs: int, asked: dict) -> Report:
    # jsonschema would load a grammar of addresses, which no notebook needs, for more than a second.
    sys.modules.setdefault("rfc3987_syntax", None)
    from kamlib import datasets
    from kamlib.report.cache.books import opened_book
    from kamlib.report.make.report import make_report
    from kamlib.run.notebooks import load_notebooks

    options = _options(asked) | {"out": to, "jobs": jobs, "cache": cache.folder is not None}
    names = [n.name for n in load_notebooks(only=asked["only"])]
    source = "" if asked["name"] else book if book in datasets.NAMES else str(Path(book).resolve())
    found = {n: asked[n] for n in ("mapping", "formats", "name")} | {"cache": cache}
    with _progress(len(names)) as told, opened_book(book, **found) as (opened, key):
        return make_report(opened, source=source, book_key=key, told=told, **options)


def _options(asked: dict) -> dict:
    """What was typed, as the library takes it; a mistake is found before anything else is done."""
    from kamlib.run import parse_day
    from kamlib.settings import load_settings

    settings = load_settings(asked["settings"], asked["assign"])
    return {"settings": settings, "as_of": parse_day(asked["as_of"]) if asked["as_of"] else None, "only": asked["only"]}


def _say_plan(book: str, to: Path, cache: Cache, asked: dict) -> None:
    from kamlib.report.cache.books import opened_book
    from kamlib.report.make.plan import RUNS, plan_report
    from kamlib.run.notebooks import load_notebooks

    options = _options(asked)
    load_notebooks(only=asked["only"])
    found = {n: asked[n] for n in ("mapping", "formats", "name")} | {"cache": cache}
    with opened_book(book, **found) as (opened, key):
        target, steps = plan_report(opened, cache=cache, out=to, book_key=key, **options)
    table = _table(f"What a report at {target} would do", "notebook", "what", "why")
    for step in steps:
        table.add_row(*(_text(v) for v in (step.name, step.what, step.why)))
    out.print(table)
    out.print(f"{sum(s.what == RUNS for s in steps)} of {len(steps)} notebooks would run.")


def _remember(cache: Cache, key: str, to: Path, made: Report) -> None:
    from kamlib.report.cache.unchanged import remember

    facts = {"target": made.index.parent, "index": made.index, "previous": made.previous}
    paths = {name: path.relative_to(to).as_posix() for name, path in facts.items() if path}
    remember(cache, key, to, paths | {"skipped": _left_out(made)})


def _left_out(made: Report) -> str:
    return "".join(f"Left out: {name}, which needs the table {missing}.\n" for name, missing in made.skipped)


def _say_report(made: Report) -> None:
    cached = f", {len(made.cached)} from the cache" if made.cached else ""
    facts = f"{len(made.pages)} pages{cached}, as of {made.as_of}, {made.seconds:.0f} s"
    out.print(_text(f"{_left_out(made)}{made.index}  ({facts})"))


class _progress:
    """A bar that names what runs, on a terminal; a line an event, elsewhere."""

    def __init__(self, steps: int):
        self.bar = None
        self.running: list[str] = []
        if err.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self.bar = Progress(*columns, console=err, transient=True)
            self.task = self.bar.add_task("opening the book", total=steps)

    def __enter__(self) -> Callable[[str, str], None]:
        if self.bar:
            self.bar.start()
        return self.told

    def __exit__(self, *_) -> None:
        if self.bar:
            self.bar.stop()

    def told(self, event: str, name: str) -> None:
        """Take note of an event of the run: `book`, `cached`, `started` or `done`, and whose."""
        if event == "book":
            err.print(_text(f"Book: {name}"))
        elif event == "started":
            self.running.append(name)
        elif event == "done":
            self.running.remove(name)
        ended = event in ("done", "cached")
        if self.bar:
            resting = "adding up" if event == "book" else "pages"
            self.bar.update(self.task, description=", ".join(self.running) or resting, advance=ended)
        elif ended:
            err.print(_text(f"{name}: {'from the cache' if event == 'cached' else 'done'}"))


@app.command()
def check(
    book: BookArgument = "sample",
    as_of: Annotated[str, typer.Option("--as-of", help="Last day that counts, YYYY-MM-DD.")] = "",
    mapping: MappingOption = None,
    formats: FormatsOption = None,
    fix: Annotated[Path | None, typer.Option("--fix", help="Write the mapping it uses here, to be edited.")] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask what the file does not say, and write the mapping.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over the file of --fix.")] = False,
) -> None:
    """Say what was read, what was set aside, the totals, and what this book can support."""
    from kamlib.run import last_complete_month, parse_day

    day = parse_day(as_of) if as_of else None
    given = {"mapping": mapping, "formats": formats}
    opened = _asked(book, given, fix, force) if ask else _opened(book, given, fix, force)
    _say_read(opened)
    _say_not_sold(opened)
    _say_problems(opened)
    _say_totals(opened, day or last_complete_month(opened))
    _say_customers(opened)
    _say_support(opened)


def _opened(book: str, given: dict, fix: Path | None, force: bool) -> Book:
    """The book; its mapping is written whether it can be read or not: one that is refused needs the file most."""
    from kamlib.book import BookError
    from kamlib.datasets import open_source

    try:
        opened = open_source(book, **given)
    except BookError as refused:
        if fix:
            _write_mapping(book, given, fix, force, refused)
        raise
    if fix:
        _write_mapping(book, given, fix, force)
    return opened


def _write_mapping(book: str, given: dict, to: Path, force: bool, refused=None) -> None:
    from kamlib.book.skeleton import mapping_text, write_mapping

    write_mapping(to, mapping_text(_source(book), refused=refused, **given), force=force)
    says = "what is a guess, or is to be chosen, is marked" if refused else "the mapping this book is read with"
    out.print(_text(f"Wrote {to}: {says}. Edit it, and pass it with --mapping {to}.\n"))


def _source(book: str):
    from kamlib import datasets

    return datasets.load(book) if book in datasets.NAMES else book


def _asked(book: str, given: dict, fix: Path | None, force: bool) -> Book:
    """The book after some questions on the terminal, whose answers are kept in a file."""
    from kamlib.book import BookError
    from kamlib.book.skeleton import ask_for

    to = fix or Path("mapping.toml")
    if to.exists() and not force:
        raise BookError(f"{to} is there already. Give another name with --fix, or --force to write over it.")
    if not sys.stdin.isatty():
        raise BookError("--ask needs a terminal to ask on. Use --fix FILE, and edit what it writes.")
    opened, answered = ask_for(_source(book), _answer, **given)
    _write_mapping(book, given | {"mapping": answered}, to, force)
    return opened


def _answer(stopped, question):
    """One answer from the terminal: the number of a choice, or a value of its own."""
    from kamlib.book.errors import toml

    out.print(_text(f"\n{stopped.why}"))
    if stopped.shown:
        out.print(_text(stopped.shown))
    out.print(_text(f"\n{question.key}: {question.asks}?"))
    for number, (value, why) in enumerate(question.choices, start=1):
        out.print(_text(f"  {number}  {toml(value)}" + (f"   {why}" if why else "")))
    said = typer.prompt("A number, or the column's name" if question.section != "options" else "A number, or a value",
                        default="1" if question.choices else None)  # fmt: skip
    chosen = said.isdecimal() and 1 <= int(said) <= len(question.choices)
    if question.key == "year" and said.isdecimal():
        return int(said)
    return question.choices[int(said) - 1][0] if chosen else {"true": True, "false": False}.get(said, said)


def _table(title: str, *columns: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table


def _say_read(book: Book) -> None:
    """Formats, what the amounts are; columns that had another name one by one; of the rest, how many."""
    for seen in book.formats:
        out.print(_text(f"Format: {seen}"))
    for amounts in book.amounts:
        out.print(_text(f"Amounts: {amounts}."))
    table = _table("Recognised", "table", "column", "taken from", "in")
    for name, rows in book.recognised.groupby("table", sort=False):
        renamed = rows[rows["column"] != rows["taken_from"]]
        for (column, foreign), where in renamed.groupby(["column", "taken_from"], sort=False)["file"]:
            table.add_row(*(_text(v) for v in (name, column, foreign, _files(where))))
        same = rows.loc[rows["column"] == rows["taken_from"], "column"].nunique()
        if same:
            table.add_row(*(_text(v) for v in (name, f"{same} columns", "the same names", _files(rows["file"]))))
    out.print(table)
    for note in book.notes[len(book.formats) + len(book.amounts) :]:
        out.print(_text(f"Note: {note}"))


def _say_not_sold(book: Book) -> None:
    """Lines that are no sale, or were paid back, by the state that says so."""
    from kamlib.money import money

    if book.not_sold.empty:
        return
    table = _table("Not sold", "file", "state", "what becomes of it", "lines", "net", right=("lines", "net"))
    for file, state, treatment, lines, cents in book.not_sold.itertuples(index=False):
        table.add_row(*(_text(c) for c in (file, state, treatment, f"{lines:,}", money(cents))))
    out.print(table)


def _files(names) -> str:
    found = sorted(set(names))
    return found[0] if len(found) == 1 else f"{len(found)} files"


def _say_problems(book: Book) -> None:
    if book.problems.empty:
        out.print("\nNothing was set aside.\n")
        return
    table = _table(
        "\nSet aside or emptied", "table", "column", "cause", "treatment", "rows", "for example", right=("rows",)
    )
    causes = book.problems.groupby(["table", "file", "column", "cause", "treatment"], sort=False)
    for (name, file, column, cause, treatment), rows in causes:
        examples = "; ".join(f"line {r.line}: {str(r.value)[:40]!r}" for r in rows.head(3).itertuples())
        cells = (name, column, cause, treatment, f"{rows['n'].iloc[0]:,}", f"{file}: {examples}")
        table.add_row(*(_text(c) for c in cells))
    out.print(table)


def _say_totals(book: Book, day) -> None:
    from kamlib.book import control_totals, profit_in_words, rows_in_words

    totals = control_totals(book, as_of=day)
    first, last, customers = book.ledger.aggregate("min(date), max(date), count(DISTINCT customer_id)").fetchall()[0]
    unit = f" {book.currency}" if book.currency else ""
    table = _table("Ledger", "what", "lines", "net", right=("lines", "net"))
    rows = [
        ("all lines, net total", "lines", "net_cents"),
        (f"up to {day}", "lines_to_as_of", "net_cents_to_as_of"),
        ("  of identified customers", "identified_lines_to_as_of", "identified_cents_to_as_of"),
        ("  analysed: identified, trade", "analysed_lines", "analysed_cents"),
        ("  no customer", "no_customer_lines", "no_customer_cents"),
        ("  not trade (fees, bad debt ...)", "not_trade_lines", "not_trade_cents"),
        (f"after {day}", "after_as_of_lines", "after_as_of_cents"),
    ]  # fmt: skip
    for what, lines, cents in rows:
        table.add_row(what, f"{totals[lines]:,}", f"{money(totals[cents])}{unit}")
    out.print(table)
    out.print(f"{rows_in_words(book)} First line {first}, last line {last}; {customers:,} identified customers.")
    out.print(_text(f"{profit_in_words(book, totals)}\n"))


def _say_customers(book: Book) -> None:
    """The largest few, with their names: whether the right column was taken is seen at once."""
    from kamlib.money import money

    names = book.names(book.ledger.aggregate("max(date)").fetchall()[0][0])
    rows = book.ledger.filter("customer_id IS NOT NULL").aggregate(
        "customer_id, count(*) AS n, sum(cents)::BIGINT AS cents, min(date) AS first, max(date) AS last", "customer_id"
    )
    table = _table("Largest customers", "customer", "name", "lines", "net", "first", "last", right=("lines", "net"))
    for customer, n, cents, first, last in rows.order("cents DESC, customer_id").limit(SHOWN_CUSTOMERS).fetchall():
        shown = (customer, names.get(customer, ""), f"{n:,}", money(cents), f"{first}", f"{last}")
        table.add_row(*(_text(c) for c in shown))
    if table.row_count:
        out.print(table)


def _say_support(book: Book) -> None:
    from kamlib.run.notebooks import load_notebooks, support

    notebooks = load_notebooks()
    questions = {n.name: n.question for n in notebooks}
    table = _table("What this book supports", "notebook", "supported", "would add", "question")
    for name, verdict, missing in support(notebooks, book.has):
        table.add_row(name, verdict, missing, questions[name])
    out.print(table)


@app.command()
def compare(
    one: Annotated[str, typer.Argument(metavar="A", help="A report: its folder, or its day, YYYY-MM-DD.")],
    two: Annotated[str, typer.Argument(metavar="B", help="The report to compare it with, likewise.")],
    book: Annotated[
        str, typer.Option("--book", help="Whose days these are; default: the one book that has both.")
    ] = "",
    reports: Annotated[Path, typer.Option("--out", help="Where reports are.")] = Path("reports"),
    to: Annotated[Path | None, typer.Option("--to", help="The page to write; default: beside report B.")] = None,
) -> None:
    """Compare two reports of a book: a page of all findings, settings and data side by side."""
    from kamlib.report.past.compare import report_folder, write_comparison

    first, second = (report_folder(a, out=reports, book=book, other=b) for a, b in ((one, two), (two, one)))
    out.print(_text(f"{write_comparison(first, second, to)}"))


@app.command()
def init(
    to: Annotated[Path, typer.Option("--to", help="The file to write; one that is there is left alone.")] = Path(
        "kam.toml"
    ),
) -> None:
    """Write a commented file of all settings, to start from."""
    from kamlib.report.page.settings_page import write_settings

    write_settings(to)
    out.print(_text(f"Wrote {to}: all settings and their defaults. Next: kam report BOOK --settings {to}"))


@app.command()
def fetch(name: Annotated[str, typer.Argument(help="online-retail-ii")] = "online-retail-ii") -> None:
    """Download a public data set, check its content and keep it."""
    from kamlib import datasets
    from kamlib.book import BookError

    if name != "online-retail-ii":
        raise BookError(f"There is nothing to fetch under the name {name!r}; there is online-retail-ii.")
    with err.status("Online Retail II: fetching, checking (once; 45 MB from UCI)"):
        ledger = datasets.fetch_online_retail_ii()
    out.print(
        f"online-retail-ii: {len(ledger):,} lines in {datasets.cache_folder()}. Next: kam report online-retail-ii"
    )


def main() -> None:
    """Run the command; what goes wrong ends in one message and an exit code, never a traceback."""
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    try:
        # typer turns Ctrl-C within a command, and typer.Exit, into a code that it returns.
        code = app(standalone_mode=False) or 0
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_STOPPED
    except Exception as error:
        _fail(*_ending(error))
    if code == EXIT_STOPPED:
        _fail("Stopped. The previous report is untouched.", EXIT_STOPPED)
    sys.exit(code)


def _ending(error: Exception) -> tuple[str, int]:
    """The message and exit code of an error that was foreseen; any other is raised again."""
    if hasattr(error, "format_message"):  # a mistake in the command itself, found by typer
        return error.format_message(), EXIT_INPUT
    from kamlib.book import BookError
    from kamlib.datasets import DatasetError
    from kamlib.given import GivenError
    from kamlib.run import InputError, RunError

    if isinstance(error, (BookError, GivenError, DatasetError, InputError)):
        return str(error), EXIT_INPUT
    if isinstance(error, RunError):
        return str(error), EXIT_FAILED
    raise error


def _text(words: object) -> Text:
    """Words for the terminal, which nothing of a book can steer."""
    return Text(visible(str(words)))


def _fail(message: str, code: int) -> None:
    if message:  # none where typer has shown the help instead
        err.print(_text(f"kam: {message}"))
    sys.exit(code)


if __name__ == "__main__":
    main()
