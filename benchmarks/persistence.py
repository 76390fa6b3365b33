"""Does persistence keep its word? What was said at past month-ends of both books, and what happened.

Writes `persistence.md` beside this file. Run: `python benchmarks/persistence.py` (needs `kam fetch` or KAMLIB_DATA).
"""

from __future__ import annotations

from pathlib import Path

from kamlib.run import open_run
from kamlib.segmentation import persistence

BOOKS = {"sample": "2026-06-30", "online-retail-ii": "2011-11-30"}
AHEAD = (1, 3, 6)


def main() -> None:
    """Try every period ahead on both books and write the tables."""
    text = [
        "# Does persistence keep its word?",
        "",
        "Probability of the same class by sales some months on, said at past month-ends with what was known by then;",
        "`persistence.py`. The simplest rule: how often accounts of the class kept it. Brier score: 0 is perfect.",
        "",
        "| book | months ahead | past predictions | month-ends | mean error | Brier | Brier, simplest rule |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    tables = []
    for book, as_of in BOOKS.items():
        panel = open_run(book=book, as_of=as_of).panel
        for ahead in AHEAD:
            told = persistence(panel, ahead=ahead)
            text.append(
                f"| {book} | {ahead} | {told.tried:,} | {told.origins} | {told.error:.3f} | {told.brier:.3f} | "
                f"{told.brier_class:.3f} |"
            )
            if ahead == 3:
                tables += ["", f"{book}, three months ahead:", "", "| said | how many | mean said | came true |",
                           "|---|--:|--:|--:|"]  # fmt: skip
                tables += [
                    f"| {100 * r.low:.0f} to {100 * r.high:.0f} % | {r.n:,} | {100 * r.predicted:.1f} % | "
                    f"{100 * r.observed:.1f} % |" for r in told.reliability.itertuples() if r.n
                ]  # fmt: skip
    Path(__file__).with_suffix(".md").write_text("\n".join(text + tables) + "\n", "utf-8")


if __name__ == "__main__":
    main()
