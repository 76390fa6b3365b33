"""A report grouped under customer names: a row that only names one, its lines, a row of totals.

The names are carried down to the lines; the totals, where there are any, are compared with them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from kamlib.book.roles.period_headers import period
from kamlib.book.roles.raw import Raw, listed, money
from kamlib.book.roles.synonyms import of_column, plain
from kamlib.book.roles.total_words import TOTAL_ALONE, TOTAL_END, TOTAL_OF, TOTAL_ROW
from kamlib.book.source.part import Part
from kamlib.book.values.cells import literal

MOST_CELLS = 5  # filled in a row that heads a group: a number, a name, a town ...
NUMBER_AND_NAME = r"^([\p{L}]{0,4}\d[\w./]*)\s*[-–:]?\s+(\S*\p{L}.*)$"


@dataclass
class Group:
    """A row that heads lines, and what was found below it."""

    row: int
    text: str
    name: str
    path: str
    within: Group | None = None
    lines: int = 0
    own: Decimal = Decimal(0)
    all: Decimal = Decimal(0)  # with the groups within it


@dataclass
class Tree:
    """All groups, whose lines follow which row, and what their totals say."""

    groups: list[Group] = field(default_factory=list)
    follows: list[tuple[int, int]] = field(default_factory=list)  # from this row on: position of the group, or -1
    totals: int = 0  # rows of totals of a group
    differing: list[tuple[Decimal, str, int, Decimal, Decimal]] = field(default_factory=list)


def ungrouped(raw: Raw, *, totals: bool) -> Part | None:
    """The part with the customer on each line, without rows that head or sum up; None where it is no such report.

    `totals`: whether any row may say that it is one.
    """
    days, numbers = raw.of("date")[:1], raw.of("amount", "quantity", "unit_price")
    if not days or not numbers or raw.switched_off("customer_id") or raw.names.options.carry_customer is False:
        return None
    if not _may_have_heads(raw, days[0], numbers, totals):
        return None
    try:
        return _ungrouped(raw, days[0], numbers)
    finally:
        raw.con.execute("DROP TABLE IF EXISTS group_rows; DROP TABLE IF EXISTS group_of")


def _may_have_heads(raw: Raw, day: int, numbers: list[int], totals: bool) -> bool:
    """Whether rows without numbers could head lines without customers; quick, since few rows have no number."""
    bare = " AND ".join(raw.blank(i) for i in numbers)
    cells = raw.filled()
    heads = f"count(*) FILTER ({cells} BETWEEN 1 AND {MOST_CELLS} AND ({raw.cell(day)} IS NULL OR {cells} = 1))"
    n = raw.con.execute(f"SELECT {heads} FROM {raw.part.relation} WHERE {bare}").fetchone()[0]
    if not n or totals:
        return n > 0
    who = raw.of("customer_id") or raw.of("customer_name")
    named = " OR ".join(f"NOT {raw.blank(i)}" for i in who) or "false"
    return raw.con.execute(f"SELECT count(*) FROM {raw.part.relation} WHERE {named}").fetchone()[0] <= n


def _ungrouped(raw: Raw, day: int, numbers: list[int]) -> Part | None:
    _classify(raw, day, numbers)
    heads, label = _heads(raw)
    who = raw.of("customer_id") or raw.of("customer_name")
    filled = _filled_on_lines(raw)
    if not heads or any(0 < filled[i] < filled["n"] for i in who) or not filled["n"]:
        return None
    carried = not any(filled[i] for i in who)
    tree = _tree(raw, {r for r, _ in heads}, label)
    named = [g for g in tree.groups if g.lines]
    if not carried and tree.totals < 1:
        return None
    if carried and not (label or tree.totals or len(named) > 1):
        return None  # a single line of text may be anything
    if _starts_without(raw, heads[0][0]):
        return None
    return _made(raw, tree, who, filled, carried)


def _classify(raw: Raw, day: int, numbers: list[int]) -> None:
    """Table group_rows: rows that are no lines: heads, totals, and the header again."""
    con, cells = raw.con, [raw.cell(i) for i in range(raw.width)]
    amounts = raw.of("amount") or numbers
    amount = raw.amount() or "NULL::DECIMAL(38, 10)"
    text = f"coalesce({', '.join(cells)}, NULL)"
    at = "CASE " + " ".join(f"WHEN {c} IS NOT NULL THEN {i}" for i, c in enumerate(cells)) + " END"
    header = " AND ".join(f"{cells[i]} = {literal(raw.part.headers[i])}" for i in (day, amounts[0]))
    con.execute(
        "CREATE TABLE group_rows AS WITH x AS (SELECT rowid AS r,"
        f" {cells[day]} AS d, coalesce({', '.join(cells[i] for i in amounts)}, NULL) AS filled,"
        f" coalesce({', '.join(cells[i] for i in numbers)}, NULL) IS NULL AS bare,"
        f" {text} AS text, {at} AS place, {amount} AS a,"
        f" {' + '.join(f'({c} IS NOT NULL)::INT' for c in cells)} AS cells, coalesce({header}, false) AS again"
        f" FROM {raw.part.relation})"
        " SELECT *, CASE WHEN again THEN 'header again'"
        f" WHEN filled IS NOT NULL AND regexp_matches(d, '\\d') AND NOT ({_says('d')}) THEN 'line'"
        f" WHEN filled IS NOT NULL AND ({_says('text')}) THEN 'total'"
        f" WHEN bare AND cells BETWEEN 1 AND {MOST_CELLS} AND (d IS NULL OR cells = 1) THEN 'head'"
        " ELSE '' END AS kind FROM x"
    )


def _says(cell: str) -> str:
    return " OR ".join(f"regexp_matches({cell}, {literal(p)}, 'i')" for p in (TOTAL_ROW, TOTAL_END))


def _heads(raw: Raw) -> tuple[list[tuple[int, str]], str]:
    """Rows that name a customer, and the label that does so ("Customer: "), where there is one."""
    rows = raw.con.execute("SELECT r, text, place FROM group_rows WHERE kind = 'head' ORDER BY r").fetchall()
    if not rows:
        return [], ""
    names = {plain(c) for c in ("customer_id", "customer_name")} | of_column("ledger", "customer_id")
    names |= of_column("ledger", "customer_name")
    labels = Counter(t.split(":")[0] for _, t, _ in rows if ":" in t and plain(t.split(":")[0]) in names)
    if labels:
        label = labels.most_common(1)[0][0]
        return [(r, t) for r, t, _ in rows if t.startswith(label + ":")], label
    column = Counter(at for *_, at in rows).most_common(1)[0][0]
    heads = [(r, t) for r, t, at in rows if at == column]
    months = sum(period(t) is not None for _, t in heads)
    return ([], "") if 2 * months > len(heads) else (heads, "")


def _filled_on_lines(raw: Raw) -> dict:
    """How many lines there are, and in how many of them each column is filled."""
    counts = ", ".join(f"count({raw.cell(i)})" for i in range(raw.width))
    row = raw.con.execute(
        f"SELECT count(*), {counts} FROM {raw.part.relation}"
        " WHERE rowid IN (SELECT r FROM group_rows WHERE kind = 'line')"
    ).fetchone()
    return {"n": row[0]} | dict(enumerate(row[1:]))


def _starts_without(raw: Raw, head: int) -> bool:
    """Whether lines stand above the first head: then it heads nothing."""
    first = raw.con.execute("SELECT min(r) FROM group_rows WHERE kind = 'line'").fetchone()[0]
    return first is None or first < head


def _tree(raw: Raw, heads: set[int], label: str) -> Tree:
    """Walk through the rows that are no lines; what lies between two of them is counted and summed by the engine."""
    own = f"regexp_replace(regexp_replace(text, {literal(TOTAL_OF)}, '', 'i'), {literal(TOTAL_END)}, '', 'i')"
    events = raw.con.execute(
        "WITH e AS (SELECT * FROM group_rows WHERE kind IN ('head', 'total')), between_ AS (SELECT e.r, count(*) AS n,"
        " coalesce(sum(l.a), 0) AS s FROM (SELECT r, a FROM group_rows WHERE kind = 'line') l ASOF JOIN e ON l.r >= e.r"
        f" GROUP BY e.r) SELECT e.r, kind, text, {own}, regexp_matches(text, {literal(TOTAL_ALONE)}, 'i'), a, cells,"
        " coalesce(n, 0), coalesce(s, 0) FROM e LEFT JOIN between_ USING (r) ORDER BY e.r"
    ).fetchall()
    tree, open_ = Tree(), []
    closing = any(kind == "total" for _, kind, *_ in events)
    grand = Decimal(0)
    for row, kind, text, own, alone, amount, cells, n, s in events:
        target = _named(open_, own, text) if kind == "total" or (cells == 1 and own != text) else None
        if kind == "total" or target is not None:
            _close(tree, open_, target, alone, amount, grand, row)
        elif row in heads:
            if not closing:
                open_.clear()
            name = text.removeprefix(label + ":").strip() if label else text
            above = open_[-1].path if open_ else ""
            path = name if not above or name.startswith(above) else f"{above}:{name}"
            open_.append(Group(row, text, name, path, open_[-1] if open_ else None))
            tree.groups.append(open_[-1])
        tree.follows.append((row, tree.groups.index(open_[-1]) if open_ else -1))
        grand += s
        for group in open_:
            group.all += s
        if open_:
            open_[-1].lines += n
            open_[-1].own += s
    return tree


def _named(open_: list[Group], own: str, text: str) -> int | None:
    """Position of the open group that a row of totals names; the innermost wins."""
    said = own.casefold().strip(" :-–")
    for i in reversed(range(len(open_))):
        if said in (open_[i].name.casefold(), open_[i].text.casefold(), open_[i].path.casefold()):
            return i
    for i in reversed(range(len(open_))):
        if open_[i].name.casefold() in text.casefold():
            return i
    return None


def _close(tree: Tree, open_: list[Group], target: int | None, alone: bool, amount, grand: Decimal, row: int) -> None:
    """A row of totals ends its group; one that names none ends the innermost, unless it sums up all."""
    if target is None:
        if not open_ or (amount is not None and amount == grand and amount != open_[-1].all) or not alone:
            return
        target = len(open_) - 1
    group = open_[target]
    tree.totals += 1
    if amount is not None and all(abs(amount - s) > Decimal("0.005") for s in (group.own, group.all)):
        tree.differing.append((abs(amount - group.all), group.path, row, amount, group.all))
    # A total of the group alone may be followed by one that counts in what lies within it.
    del open_[target:]


def _made(raw: Raw, tree: Tree, who: list[int], filled: dict, carried: bool) -> Part:
    part, con = raw.part, raw.con
    chosen = "SELECT r AS _row FROM group_rows WHERE kind = "
    aside = [
        *raw.aside("group line", chosen + "'head'"), *raw.aside("row of totals", chosen + "'total'"),
        *raw.aside("header again", chosen + "'header again'"),
    ]  # fmt: skip
    notes = _notes(raw, tree, aside, carried)
    columns, headers = {i: f"p.c{i}" for i in range(raw.width)}, list(part.headers)
    if carried:
        _carry(raw, tree, who, filled, columns, headers)
    shown = ", ".join(f"{e} AS c{i}" for i, e in columns.items())
    lines = "(SELECT r, kind FROM group_rows WHERE kind IN ('line', ''))"
    joined = "ASOF LEFT JOIN group_of g ON l.r >= g.r LEFT JOIN {0} h ON h.rowid = g.head" if carried else ""
    select = (
        f"SELECT l.r AS _from, {shown} FROM {lines} l JOIN {part.relation} p ON p.rowid = l.r"
        f" {joined.format(part.relation)} ORDER BY l.r"
    )
    made = raw.rebuilt(select, headers, notes, aside)
    con.execute("DROP TABLE IF EXISTS group_of")
    return made


def _carry(raw: Raw, tree: Tree, who: list[int], filled: dict, columns: dict, headers: list[str]) -> None:
    """Table group_of, and the expressions that take the customer, and what else only heads hold, from it."""
    names = _customers(raw, tree)
    raw.con.execute("CREATE TABLE group_of (r BIGINT, head BIGINT, id VARCHAR, name VARCHAR)")
    rows = [(r, tree.groups[g].row, *names[g]) if g >= 0 else (r, None, None, None) for r, g in tree.follows]
    raw.con.executemany("INSERT INTO group_of VALUES (?, ?, ?, ?)", rows)
    heads = {g.row for g in tree.groups}
    only = [i for i in range(raw.width) if not filled[i] and i not in who]
    for i in only:  # what stands on heads alone goes down, too: a town, a region
        columns[i] = f"CASE WHEN l.kind = 'line' THEN h.c{i} END"
    nameless = [i for i in only if not headers[i] and _holds(raw, i, heads)]
    target = (who or nameless or [raw.width])[0]
    columns[target] = "CASE WHEN l.kind = 'line' THEN g.id END"
    headers[target : target + 1] = [headers[target] if who else "customer_id"]
    if any(name for _, name in names) and not raw.of("customer_name"):
        columns[len(headers)] = "CASE WHEN l.kind = 'line' THEN g.name END"
        headers.append("customer_name")


def _holds(raw: Raw, i: int, heads: set[int]) -> bool:
    rows = f"SELECT r FROM group_rows WHERE kind = 'head' AND place = {i}"
    return any(r in heads for (r,) in raw.con.execute(rows).fetchall())


def _customers(raw: Raw, tree: Tree) -> list[tuple[str, str | None]]:
    """Id and name of each group.

    One within another is called by both names where the other has lines of its own, so is a customer and no region, or
    where two hold one of its name.
    """
    parents: dict[str, set[str]] = {}
    for g in tree.groups:
        parents.setdefault(g.name, set()).add(g.path)
    both = [len(parents[g.name]) > 1 or (g.within is not None and g.within.lines > 0) for g in tree.groups]
    called = [g.path if b else g.name for g, b in zip(tree.groups, both, strict=True)]
    if not called:
        return []
    pairs = raw.con.execute(
        "SELECT regexp_extract(n, $1, 1), regexp_extract(n, $1, 2) FROM (SELECT unnest($2::VARCHAR[]) AS n)",
        [NUMBER_AND_NAME, called],
    ).fetchall()
    if all(a and b for a, b in pairs) and len(set(pairs)) == len({a for a, _ in pairs}):
        return pairs
    return [(c, None) for c in called]


def _notes(raw: Raw, tree: Tree, aside: list, carried: bool) -> list[str]:
    where, n = raw.part.where, {a.cause: a.n for a in aside}
    named = [g for g in tree.groups if g.lines]
    lines = sum(g.lines for g in named)
    said = f"{where}: a report grouped by customer: {n.get('group line', 0):,} rows only head others"
    if carried:
        said += (
            f" ({listed([g.name for g in named], 3)}), and the customer is carried down to the {lines:,} lines below"
        )
    said += f"; {n.get('row of totals', 0):,} rows of totals"
    said += f" and {n['header again']:,} repeated headers" if "header again" in n else ""
    said += " are set aside."
    notes = [said]
    inner = [g.name for g in named if g.within is not None]
    if carried and inner:
        notes.append(
            f"{where}: {len(inner):,} groups stand within another and count as customers of their own"
            f" ({listed(inner, 3)})."
        )
    if tree.totals:
        worst = sorted(tree.differing, key=lambda d: (-d[0], d[2]))[:3]
        at = raw.part.lines([d[2] for d in worst])
        shown = "; ".join(
            f"line {at[r]}, {name[:60]!r}: {money(a)}, its lines {money(s)}" for _, name, r, a, s in worst
        )
        agree = tree.totals - len(tree.differing)
        notes.append(
            f"{where}: {agree:,} of {tree.totals:,} totals of groups are the sum of their lines"
            + (f"; {len(tree.differing):,} differ ({shown})." if worst else ".")
        )
    return notes
