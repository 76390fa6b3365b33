"""What pages 03 and 04 of reports say first: their findings with intervals, and the sentences made from them.

    python benchmarks/headlines.py REPORT [REPORT ...] > benchmarks/headlines.md

REPORT is the folder of a report. Printed to be read: no sentence may claim what its interval does not.
"""

import json
import sys
from pathlib import Path

from bs4 import BeautifulSoup

from kamlib.report.past.stored import StoredReport, stored_report

PAGES = ("03_client_types", "04_churn")
MARKS = ("verdict", "trend", "forecast", "silent", "next", "list", "lost", "kind", "type")


def main(folders: list[str]) -> None:
    """Print each report's two pages."""
    print("# What pages 03 and 04 say first\n\n`python benchmarks/headlines.py REPORT ...`, of eight ledgers.\n")
    for folder in map(Path, folders):
        report = stored_report(folder)
        print(f"## {report.book}, as of {report.as_of}\n")
        for page in PAGES:
            print(f"### {page}\n")
            print("\n".join([*findings(report, page), "", *sentences(folder / f"{page}.html")]))


def findings(report: StoredReport, page: str) -> list[str]:
    """The page's findings, each with interval, what it rests on, and the verdict."""
    stored = json.loads((report.folder / "findings.json").read_text("utf-8"))[page]
    found = [report.findings[f["key"]] for f in stored]
    return [f"- {f.says}: {f.text}" + (f" ({f.interval})" if f.interval else "") + (f", n {f.n:,}" if f.n else "")
            + (f" [{f.verdict}]" if f.verdict else "") for f in found]  # fmt: skip


def sentences(page: Path) -> list[str]:
    """Paragraphs that the page's code has made, without those of lessons."""
    main = BeautifulSoup(page.read_text("utf-8"), "html.parser").find("main")
    made = [" ".join(p.get_text(" ").split()) for p in main.find_all("p") if "output" in (p.parent.get("class") or ())]
    return [f"> {text}\n" for text in made if any(m in text.lower() for m in MARKS) and not text.startswith("Showing")]


if __name__ == "__main__":
    main(sys.argv[1:])
