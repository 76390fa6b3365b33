"""Run as a script: load a workbook under a limit of memory and print how large each sheet is.

The library that reads workbooks makes a full grid of each sheet and aborts the process where memory is short; so what
may be too large is tried here first, in a process of its own. Nothing of kamlib is imported: it has to start at once.
"""

from __future__ import annotations

import json
import sys


def main(path: str, memory: int) -> None:
    """Print `[[name, rows, columns], ...]` as JSON; nothing for a file that is no workbook: the reader says why."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):  # Windows has none, others may not allow it
        pass
    from python_calamine import load_workbook

    sizes = []
    try:
        workbook = load_workbook(path)
        for name in workbook.sheet_names:
            end = workbook.get_sheet_by_name(name).end or (-1, -1)
            sizes.append((name, end[0] + 1, end[1] + 1))
    except Exception:  # a panic is none
        sizes = []
    sys.stdout.write(json.dumps(sizes))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
