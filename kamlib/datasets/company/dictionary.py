"""The data dictionary, made from the contract."""

from __future__ import annotations

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
