"""What a report says in numbers, small enough to be committed: `python tests/values.py REPORT > values/NAME.json`.

Findings as they are; of each frame its rows, the sum of every column of numbers, and how many different values the
others hold. Who changes a number on purpose makes the file anew, and says so in the changelog.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pandas as pd

from kamlib.report.past.stored import RENAMED_FINDINGS

RENAMED_FRAMES: dict[str, str] = {}  # old name -> new name, since the values were committed


def values_of(report: Path) -> dict:
    """Findings by key, and frames by name."""
    found = json.loads((report / "findings.json").read_text("utf-8"))
    findings = {f["key"]: [f[n] for n in ("value", "low", "high", "n", "verdict")] for of in found.values() for f in of}
    frames = {p.stem: _summary(pd.read_parquet(p)) for p in sorted((report / "frames").glob("*.parquet"))}
    return {"findings": findings, "frames": frames}


def _summary(frame: pd.DataFrame) -> dict:
    flat = frame.reset_index() if frame.index.name else frame
    return {"rows": len(flat), "columns": {str(c): _column(flat[c]) for c in flat}}


def _column(values: pd.Series) -> float | int:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        total = values.sum()
        return int(total) if float(total).is_integer() else float(f"{total:.9g}")
    return int(values.astype(str).nunique())


def differences(old: dict, new: dict, *, relative: float = 1e-6) -> list[str]:
    """Where two reports do not say the same, under the names of today."""
    a = {"findings": {RENAMED_FINDINGS.get(k, k): v for k, v in old["findings"].items()},
         "frames": {RENAMED_FRAMES.get(k, k): v for k, v in old["frames"].items()}}  # fmt: skip
    return list(_differing(a, new, "", relative))


def _differing(a, b, where: str, relative: float):
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted({*a, *b}):
            yield from _differing(a.get(name), b.get(name), f"{where}/{name}", relative)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from _differing(x, y, f"{where}/{i}", relative)
    elif not (a == b or _close(a, b, relative)):
        yield f"{where}: {a} -> {b}"


def _close(a, b, relative: float) -> bool:
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (a, b))
    return numbers and math.isclose(a, b, rel_tol=relative, abs_tol=1e-9)


if __name__ == "__main__":
    print(json.dumps(values_of(Path(sys.argv[1])), indent=1, sort_keys=True, ensure_ascii=False))
