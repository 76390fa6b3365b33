"""Every page of a report in a real browser, and the report is of a book that is out to do harm.

What is asked of each page: it is quiet (no request, no error, nothing hostile runs), it fits a phone, it prints,
axe-core finds nothing grave, its tables sort and filter, its code switch works, and all of it by keyboard.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import threading
from pathlib import Path

import hostile
import pandas as pd
import pytest
from browser import AXE, ENTER, SPACE, TAB, Browser, browser, needs_browser
from conftest import REPETITIONS

from kamlib.book import open_book
from kamlib.look import table
from kamlib.report.make.report import FRONT, make_report
from kamlib.report.page.mail import MAIL
from kamlib.report.page.page import html_page
from kamlib.report.past.compare import write_comparison
from kamlib.report.past.history import write_history
from kamlib.run.notebooks import load_notebooks
from kamlib.settings import Settings

pytestmark = needs_browser

NOTEBOOKS = ["index.html" if n.name == FRONT else f"{n.name}.html" for n in load_notebooks()]
OVER_ALL = ["../index.html", "../compare-2024-05-31-2024-06-30.html"]  # history and comparison, of a book's reports
LIVING = [*NOTEBOOKS, *OVER_ALL]  # pages that have a script
PAGES = [*LIVING, MAIL]
DESKTOP, PHONE, SMALLEST, PAPER = 1280, 375, 320, 673  # CSS pixels; paper: A4 less its margins


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The report of the hostile book, from every notebook; beside it one of a month before, and both compared."""
    book = open_book(hostile.write_book(tmp_path_factory.mktemp("hostile")))
    out = tmp_path_factory.mktemp("reports")
    made = make_report(book, as_of=hostile.END, out=out, settings=Settings(repetitions=REPETITIONS))
    assert made.skipped == []
    one = made.index.parent
    write_comparison(as_of_before(one), one)
    write_history(one.parent)
    return one


def at(folder: Path, name: str) -> Path:
    """A page by its path from a report."""
    return Path(os.path.normpath(folder / name))


def as_of_before(folder: Path) -> Path:
    """A copy of a report that says it is of the month before, and has other numbers."""
    earlier = folder.with_name("2024-05-31")
    shutil.copytree(folder, earlier)
    manifest = json.loads((earlier / "manifest.json").read_text("utf-8"))
    (earlier / "manifest.json").write_text(json.dumps(manifest | {"as_of": earlier.name}), "utf-8")
    found = json.loads((earlier / "findings.json").read_text("utf-8"))
    for finding in (f for room in found.values() for f in room):
        if isinstance(finding["value"], int | float):
            finding |= {name: finding[name] * 0.9 for name in ("value", "low", "high") if finding[name] is not None}
    (earlier / "findings.json").write_text(json.dumps(found), "utf-8")
    return earlier


class Network:
    """A port that stands in for the whole network: the browser is told to fetch everything through it."""

    def __init__(self):
        self.asked: list[str] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:  # closed
                return
            with connection:
                connection.settimeout(2)
                with contextlib.suppress(OSError):
                    line = connection.recv(1000).decode("latin-1").split("\r\n")[0]
                    # a browser opens connections ahead of need, says nothing, closes them; and it has its own hosts
                    if line and not re.search(r"google|gvt1|duckduckgo", line):
                        self.asked.append(line)


@pytest.fixture(scope="module")
def network():
    network = Network()
    yield network
    network.server.close()


@pytest.fixture(scope="module")
def window(network):
    with browser(f"--proxy-server=127.0.0.1:{network.port}") as opened:
        yield opened


@pytest.fixture
def desk(window: Browser):
    """The window as on a desk: light, on a screen, nothing left in the console."""
    window.size(DESKTOP)
    window.devtools("Emulation.setEmulatedMedia", media="", features=[])
    window.console()
    return window


@pytest.fixture(params=PAGES)
def page(request, folder, desk):
    """The window with one of the pages open."""
    desk.open(at(folder, request.param))
    desk.name = request.param
    return desk


@pytest.fixture(params=LIVING)
def living(request, folder, desk):
    """The window with one of the pages open that have a script."""
    desk.open(at(folder, request.param))
    return desk


# Wakes whatever waits for a reader: every element is pointed at, focused and told of errors.
WAKE = """
for (const element of document.querySelectorAll("*")) {
  for (const kind of ["mouseover", "pointerenter", "focus", "error", "load", "toggle", "animationstart"])
    element.dispatchEvent(new Event(kind));
}
const all = [...document.querySelectorAll("*")];
return {
  pwned: window.pwned ?? null, title: document.title, headings: document.querySelectorAll("h1").length,
  handlers: all.flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith("on")),
  foreign: all.map((e) => e.localName).filter((n) => ["iframe", "object", "embed", "form", "base"].includes(n)),
  ahead: [...document.querySelectorAll("link")].map((e) => e.href).filter((href) => !href.startsWith("data:")),
  scripts: document.scripts.length,
  links: [...document.links].map((a) => a.getAttribute("href")),
  words: document.querySelector("main, .mail").innerText,
};"""


def test_a_page_is_quiet_and_nothing_hostile_runs(page, network, folder):
    seen = page.run(WAKE)
    assert page.console() == []
    assert network.asked == []
    assert seen["pwned"] is None and "owned" not in seen["title"].split(" · ")[0]
    assert seen["title"].endswith(" · acme-script-window-pwned-1-script-con-1-1")
    assert (seen["headings"], seen["handlers"], seen["foreign"], seen["ahead"]) == (1, [], [], [])
    assert seen["scripts"] == (page.name != MAIL)
    for link in seen["links"]:
        there = at(folder, f"{page.name}/../{link.partition('#')[0]}")
        assert re.fullmatch(r"#[\w-]*|https://.*", link) or there.is_file()
    assert len(seen["words"]) > 500


@pytest.mark.parametrize("place", ["</article>", "<article>"])
def test_the_policy_alone_would_do(place, folder, desk, tmp_path, network):
    """StoredReport the other walls; and without the policy the trap does snap, so that the test above can fail."""
    text = (folder / "index.html").read_text("utf-8").replace(place, "".join(hostile.TEXTS[:5]) + place, 1)
    trap, bare = tmp_path / "trap.html", tmp_path / "bare.html"
    trap.write_text(text, "utf-8")
    bare.write_text(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text), "utf-8")
    desk.open(trap)
    assert desk.run("return window.pwned ?? null") is None
    assert any("Content Security Policy" in line for line in desk.console())
    desk.open(bare)
    assert desk.run("return window.pwned ?? null") == 1
    desk.console()


def test_a_request_would_have_been_seen(desk, network, tmp_path):
    path = tmp_path / "page.html"
    path.write_text('<img src="http://example.org/a.png">', "utf-8")
    desk.open(path)
    assert network.asked == ["GET http://example.org/a.png HTTP/1.1"]
    network.asked.clear()
    desk.console()


def test_a_usual_report_is_quiet_and_fits_too(report, desk, network):
    pages = sorted(report.glob("*.html"))
    assert len(pages) >= 4
    for path in pages:
        desk.size(PHONE, phone=True)
        desk.open(path)
        assert (desk.console(), network.asked, path.name) == ([], [], path.name)
        assert desk.run(WIDEST) == [], path.name


# What stands out of the page to the right, but for what scrolls by itself.
WIDEST = """
const wide = document.documentElement.scrollWidth > innerWidth;
if (!wide) return [];
return [...document.querySelectorAll("body *")].filter((e) => !e.closest(".scroll"))
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 200));"""


def test_a_page_fits_a_phone(page):
    for width in (PHONE, SMALLEST):
        page.size(width, phone=True)
        assert page.run("return innerWidth") == width
        assert page.run(WIDEST) == []
        assert page.run("return document.documentElement.scrollWidth <= innerWidth")


AXE_RUN = """
const done = arguments[arguments.length - 1];
const node = (n) => n.html.slice(0, 200) + " " + n.failureSummary;
const rules = arguments[0].length ? { runOnly: arguments[0] } : {};
axe.run(document, { resultTypes: ["violations"], ...rules }).then((found) =>
  done(found.violations.map((v) => [v.impact, v.id, v.help, ...v.nodes.slice(0, 3).map(node)])));"""


# What width and theme can change; the rest is asked once.
OF_A_PHONE = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]


@pytest.mark.parametrize(("width", "theme", "rules"), [(DESKTOP, "light", []), (PHONE, "dark", OF_A_PHONE)])
def test_axe_finds_nothing_grave(width, theme, rules, folder, desk):
    """Serious and critical is what is promised; at the moment it finds nothing at all."""
    desk.size(width, phone=width == PHONE)
    desk.devtools("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": theme}])
    found = {}
    for name in PAGES:
        desk.open(at(folder, name))
        desk.run(AXE.read_text("utf-8"))
        found[name] = desk.wait(AXE_RUN, rules)
    assert found == {name: [] for name in PAGES}


PRINTED = """
const shown = (s) => [...document.querySelectorAll(s)].filter((e) => e.checkVisibility()).length;
return {
  tools: shown(".pages, .skip, .contents, .filter, #show-code, #show-code + label, .code"),
  heads: [...document.querySelectorAll("thead")].map((e) => getComputedStyle(e).display),
  ground: getComputedStyle(document.body).backgroundColor,
  cut: [...document.querySelectorAll("article > *, .mail > *")].filter((e) => e.scrollWidth > PAPER + 1)
    .map((e) => [e.scrollWidth, e.outerHTML.slice(0, 300)]),
};""".replace("PAPER", str(PAPER))


def test_heads_are_repeated_on_paper_with_their_words(desk, tmp_path):
    """Chromium repeats heads that hold buttons without their text: in print the buttons are none."""
    long = pd.DataFrame({"name": [f"Account {i}" for i in range(150)], "sales_cents": range(150)})
    path = tmp_path / "long.html"
    path.write_text(html_page(table(long, caption="c", n=150)._repr_html_(), title="T", book="B"), "utf-8")
    desk.open(path)
    sheets = desk.printed()
    assert len(sheets) > 2 and all("Sales" in text for text in sheets)


def test_a_page_prints(page):
    page.size(PAPER)
    page.devtools(
        "Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}]
    )
    seen = page.run(PRINTED)
    assert seen["tools"] == 0 and seen["cut"] == []
    assert set(seen["heads"]) <= {"table-header-group"}
    assert seen["ground"] in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")  # paper stays white
    sheets = page.printed()
    assert sheets and all(text.strip() for text in sheets)
    assert "Show code" not in sheets[0] and "Skip to" not in sheets[0]


# Sorts every table by every column, twice, and returns what came of it.
SORT = """
const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const wrong = [];
let clicks = 0;
for (const table of document.querySelectorAll("table.kam")) {
  const rows = table.tBodies[0].rows.length;
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    for (let time = 0; time < 2; time++) {
      heading.querySelector("button").click();
      clicks++;
      const down = heading.getAttribute("aria-sort") === "descending";
      const values = [...table.tBodies[0].rows].map((r) => r.cells[column].dataset.sort ?? r.cells[column].textContent);
      const known = values.filter((v) => v !== "" && v !== "–");
      const numeric = heading.classList.contains("num");
      const order = (a, b) => (numeric ? Number(a) - Number(b) : words.compare(a, b)) * (down ? -1 : 1);
      const sorted = known.every((v, i) => i === 0 || !(order(known[i - 1], v) > 0));
      const last = values.slice(0, known.length).every((v) => v !== "" && v !== "–");
      const alone = table.querySelectorAll("[aria-sort]").length === 1;
      if (!sorted || !last || !alone || values.length !== rows)
        wrong.push([table.caption.textContent, heading.textContent, values]);
    }
  });
}
return { clicks, wrong };"""


def test_tables_sort_and_filter(living):
    seen = living.run(SORT)
    assert seen["wrong"] == [] and seen["clicks"] > 0
    boxes = living.run("return document.querySelectorAll('.filter input').length")
    for number in range(boxes):
        living.run("document.querySelectorAll('.filter input')[arguments[0]].focus()", number)
        living.keys(*"wind", *"zzz")
        seen = living.run(
            "const box = document.activeElement, tools = box.closest('.filter');"
            "const rows = tools.nextElementSibling.querySelectorAll('tbody tr');"
            "return [box.value, tools.querySelector('[role=status]').textContent, box.labels[0].textContent,"
            "        [...rows].filter((r) => r.checkVisibility()).length, rows.length]"
        )
        assert seen[:2] == ["windzzz", f"0 of {seen[4]} rows"] and seen[3] == 0
        assert seen[2].startswith(f"Filter these {seen[4]} rows")
    assert living.console() == []


def test_a_page_by_keyboard_alone(folder, desk):
    """Enter sorts, letters filter, Space shows the code."""
    desk.open(folder / "02_segmentation.html")
    desk.run("document.querySelector('th button').focus()")
    desk.keys(ENTER)
    first = "const t = document.querySelector('table.kam'); return [t.querySelector('[aria-sort]')?.ariaSort, "
    assert desk.run(first + "document.activeElement.closest('th').cellIndex]") == ["ascending", 0]
    desk.keys(ENTER)
    assert desk.run(first + "0]") == ["descending", 0]
    desk.run("document.getElementById('show-code').focus()")
    code = "return [...document.querySelectorAll('.code')].map((e) => e.checkVisibility())"
    assert set(desk.run(code)) == {False}
    desk.keys(SPACE)
    assert set(desk.run(code)) == {True}
    desk.keys(SPACE)
    assert set(desk.run(code)) == {False}


STOPS = """
window.stops = [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")]
  .filter((e) => e.checkVisibility());
window.reached = [];
document.addEventListener("focusin", (event) => {
  const { outlineStyle, outlineWidth } = getComputedStyle(event.target);
  window.reached.push([window.stops.indexOf(event.target), outlineStyle !== "none" && parseFloat(outlineWidth) >= 2]);
});
return window.stops.length;"""


def test_every_stop_is_reached_by_tab_in_order_and_seen(page):
    stops = page.run(STOPS)
    page.keys(*[TAB] * stops)
    assert page.run("return window.reached") == [[n, True] for n in range(stops)]
    if page.name != MAIL:
        page.run("document.activeElement.blur(); document.querySelector('.skip').focus()")
        assert page.run("return document.activeElement.getBoundingClientRect().left >= 0")
        page.keys(ENTER)
        assert page.run("return location.hash + document.activeElement.id") == "#contentcontent"


def test_the_hostile_book_is_whole(folder):
    """Its accounts are all there, as text, and nothing of it has left the report's folder."""
    home = folder.parents[1]
    assert {p.name for p in home.iterdir()} <= {"acme-script-window-pwned-1-script-con-1-1", ".cache"}
    names = [p.name for p in home.rglob("*") if p.is_file() or p.is_dir()]
    assert [n for n in names if not re.fullmatch(r"[\w.-]+", n, re.ASCII)] == []
    text = "".join(at(folder, page).read_text("utf-8") for page in PAGES)
    for shown in ("&lt;script&gt;window.pwned=1", "株式会社 日本", "شركة النور", "🦊 Fox", "N" * 59 + "…"):
        assert shown in text
    assert not set(text) & {chr(c) for c in [*range(9), *range(14, 32), 127, 0x202E, 0x2066]}
