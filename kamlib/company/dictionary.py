"""The data dictionary, made from the contract."""

from __future__ import annotations

from pathlib import Path

from kamlib.tables import TABLES, Column


def data_dictionary() -> str:
    """Markdown: one section per table, one row per column, straight from `kamlib.tables`.

    Examples
    --------
    >>> data_dictionary().splitlines()[0]
    '### ledger'
    """
    return "\n".join(_section(name) for name in TABLES)


def _section(name: str) -> str:
    table = TABLES[name]
    rows = [f"| {c.name} | {c.kind} | {'yes' if c.required else ''} | {_meaning(c)} |" for c in table.columns]
    head = f"### {name}\n\nA row is {table.row}. Adds: {table.adds}.\n\n| column | kind | required | meaning |"
    return "\n".join([head, "|---|---|---|---|", *rows, ""])


def _meaning(column: Column) -> str:
    if column.values:
        return f"{column.meaning}; one of: {', '.join(column.values)}"
    return column.meaning


BEGIN, END = "<!-- data dictionary: made by kamlib.company -->", "<!-- end of the data dictionary -->"


def refresh_dictionary(path: str | Path) -> None:
    """Put the current dictionary between its two marks in a Markdown file."""
    path = Path(path)
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{data_dictionary()}\n{END}{after}", encoding="utf-8")
