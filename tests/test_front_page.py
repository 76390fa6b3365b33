"""The first page of odd ledgers: nothing on it is untrue, or otherwise than on the pages that it tells of."""

import json
import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from conftest import REPETITIONS, made_once

from kamlib.book import open_book
from kamlib.datasets import open_source
from kamlib.report.make.report import make_report
from kamlib.run.findings import read_finding
from kamlib.run.notebooks import NOTEBOOKS
from kamlib.settings import Settings

pytestmark = pytest.mark.acceptance  # a whole report for each

END = pd.Timestamp("2025-12-31")
STATES = {"churn.late": "late", "churn.lost": "lost", "churn.returned": "active"}  # of a line, and on page 04
BRIDGED = ("summary.new", "summary.returned", "summary.new_or_returned", "summary.lost")


def ledger(accounts=30, months=30, *, even=False, monthly=False, profit=True, seed=3):
    """Accounts that buy every one to six weeks; every sixth stops some time before the end, every ninth comes back."""
    draw, rows = np.random.default_rng(seed), []
    for i in range(accounts):
        gap, day = int(draw.integers(7, 40)), END - pd.DateOffset(months=months) + pd.Timedelta(days=i % 40 + 1)
        stops = END - pd.Timedelta(days=int(draw.integers(20, 200))) if i % 6 == 0 else END
        while day <= stops:
            rows.append((f"k{i:03}", day, round(float(draw.lognormal(4 if even else 3 + i / 10, 0.3)), 2)))
            day += pd.Timedelta(days=1 + int(draw.gamma(6, gap / 6)))
        if i % 9 == 3:
            rows = [r for r in rows if r[0] != f"k{i:03}" or r[1] < END - pd.Timedelta(days=150)]
            rows.append((f"k{i:03}", END - pd.Timedelta(days=3), 17.88))
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    if monthly:
        frame["date"] = frame["date"].dt.to_period("M").dt.start_time
        frame = frame.groupby(["customer_id", "date"], as_index=False).agg(amount=("amount", "sum"))
    return frame.assign(profit=(frame["amount"] * 0.3).round(2)) if profit else frame


def large(share):
    """One account beside others, with a share of the last year's sales."""
    small = ledger(accounts=30, even=True)
    year = small[small["date"] > END - pd.DateOffset(months=12)]["amount"].sum()
    months = pd.date_range(END - pd.DateOffset(months=30), END, freq="MS") + pd.Timedelta(days=9)
    each = round(year * share / (1 - share) / 12, 2)
    return pd.concat([small, pd.DataFrame({"customer_id": "big", "date": months, "amount": each, "profit": each / 4})])


def once():
    """Accounts that bought one time each."""
    days = pd.date_range("2024-01-09", "2025-12-20", periods=40).normalize()
    return pd.DataFrame({"customer_id": [f"o{i:02}" for i in range(40)], "date": days, "amount": 50.0 + np.arange(40)})


LEDGERS = {
    "7 months": lambda: ledger(months=7),
    "12 months": lambda: ledger(months=12),
    "13 months": lambda: ledger(months=13),
    "dated monthly": lambda: ledger(monthly=True),
    "no key account": lambda: ledger(accounts=48, months=24, even=True),
    "no profit": lambda: ledger(profit=False),
    "one purchase each": once,
    "an account of 80 %": lambda: large(0.8),
    "three customers": lambda: ledger(accounts=3, profit=False),
}
SETTINGS = {"no key account": {"key_share": 0.2}}
RATES = {"late_alarm_rate": 0.0005, "lost_alarm_rate": 0.0001}  # so rare that nobody is late who was not before


def sample():
    """Every sixth account of the sample, and its tables."""
    book = open_source("sample")
    lines = book.ledger.df()
    kept = sorted(lines["customer_id"].dropna().unique())[::6]
    lines = lines[lines["customer_id"].isin(kept)].assign(amount=lambda t: t["cents"] / 100)
    return lines[["customer_id", "date", "amount"]].assign(profit=lines["profit_cents"] / 100)


@dataclass(frozen=True)
class Read:
    """A report as a test reads it."""

    folder: Path
    profit: bool

    @property
    def page(self):
        return BeautifulSoup((self.folder / "index.html").read_text("utf-8"), "html.parser")

    @property
    def text(self):
        page = self.page
        for tag in page.select("script, style, pre, .code, code"):
            tag.decompose()
        for image in page.find_all("img", alt=True):
            image.replace_with(image["alt"])
        return re.sub(r"\s+", " ", unescape(page.get_text(" ")))

    def frame(self, name):
        return pd.read_parquet(self.folder / "frames" / f"{name}.parquet")

    def stored(self, name):
        held = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        return [read_finding(f) for notebook in sorted(held) for f in held[notebook]]

    @property
    def facts(self):
        return {f.key: f for f in self.stored("findings")}

    def section(self, heading):
        """The words from a heading to the next one."""
        start = next(h for h in self.page.find_all(["h2", "h3"]) if h.get_text(" ", strip=True).startswith(heading))
        parts = []
        for tag in start.find_all_next():
            if tag.name in ("h2", "h3"):
                break
            if tag.name in ("p", "td", "caption") and not tag.find_parent(class_="code"):
                parts.append(tag.get_text())
        return re.sub(r"\s+", " ", " ".join(parts)).strip()


def made(factory, name, lines, settings):
    def make(out):
        book = open_book({"ledger": lines()}, name="odd")
        day = date(2026, 6, 30) if "sample" in name else END.date()
        make_report(book, as_of=day, out=out, settings=Settings(repetitions=REPETITIONS, **settings), jobs=1)

    folder = made_once(factory, f"front-{re.sub('[^a-z0-9]', '', name)}", make)
    (index,) = folder.glob("odd/*/manifest.json")
    return Read(index.parent, not {"no profit", "one purchase each", "three customers"} & {name})


@pytest.fixture(params=[*LEDGERS, "every sixth of the sample"])
def read(request, tmp_path_factory):
    name = request.param
    if name in LEDGERS:
        return made(tmp_path_factory, name, LEDGERS[name], SETTINGS.get(name, {}))
    return made(tmp_path_factory, name, sample, RATES)


def test_the_first_page_of_an_odd_ledger(read):
    """One test, so that each report is made by one process."""
    nothing_empty(read)
    windows(read)
    money_of_changes(read)
    headlines(read)
    states(read)
    key_accounts(read)
    words_are_those_of_the_findings(read)


def nothing_empty(read):
    for table in read.page.find_all("table"):
        assert table.select("tbody tr"), table.find("caption")
    for words in (r"none of 0\b", r"\(0 to 0\b", r"\b0 to 0 [A-Z]{3}", r"\b(nan|NaT|None)\b"):
        assert not (hit := re.search(rf".{{0,60}}{words}.{{0,30}}", read.text)), hit[0]
    for found in read.stored("findings"):
        assert not (found.unit.startswith("money") and found.low == found.high == 0), found.key
    if not read.profit:
        told = [read.text, *(f.says for f in read.stored("findings")), *(c.cause for c in read.stored("changes"))]
        assert not [t for t in told if "of profit" in t or "net profit" in t]


def windows(read):
    """Only windows of equal length are compared; a ledger too young for two is told month by month."""
    said, young = read.section("What changed"), "7months" in str(read.folder) or "12months" in str(read.folder)
    assert young == ("Too young to compare" in said) == ("summary.comparable_from" in read.facts)
    if young:
        compares = ("sales_change", "bridge_", "expected_change", "retention", "top_share_before")
        assert not [k for k in read.facts if k.startswith("summary.") and any(c in k for c in compares)]
        assert not [k for k in read.facts if "retention" in k and read.facts[k].value is not None]
        assert not re.search(r"more than chance|may be chance|equally long|[+−][\d.,]+ %", said)
        (months,) = [t for t in read.page.find_all("table") if "month by month" in t.caption.get_text()]
        assert len(months.select("tbody tr")) >= 7
    else:
        assert ("summary.sales_change" in read.facts) == ("Net sales of the window" in said)


def money_of_changes(read):
    """An account has one figure of change, that of the bridge, or an order that is called one."""
    changes, bridge = read.stored("changes"), read.frame("bridge") if "summary.sales_change" in read.facts else None
    table = read.frame("changes")
    assert len(table) == len(changes)
    for change in changes:
        if change.cents is not None and change.account:
            assert change.probability == 1, change
            if change.key == "churn.returned":
                assert "order" in change.says and change.cause.startswith("ordered on ")
            else:
                assert change.key in BRIDGED and change.cents == bridge.loc[change.account, "change"], change
    stakes = {(c.account, c.stake_cents) for c in changes if c.stake_cents is not None}
    assert len(stakes) == len({account for account, _ in stakes})  # and one stake


def headlines(read):
    """Sums on top are those of the bridge, or of orders; what is at stake is in none of them."""
    if "summary.sales_change" not in read.facts:
        return
    bridge, changes = read.frame("bridge"), read.stored("changes")
    (said,) = re.findall(r"Since [\d-]+: \d+ changes?\. (.*?) Net sales", read.text) or [""]
    counted = [c for c in changes if c.cents and c.account]
    sums = re.findall(r"([A-Z][^;(]*?) (\d+) \((first orders: )?([+−]?[\d,]+)", said)
    assert bool(sums) == bool(counted)
    for sort, n, orders, cents in sums:
        rows = [c for c in changes if c.says.partition(":")[0] == sort.strip()]
        assert len(rows) == int(n), sort
        if orders:
            assert {c.key for c in rows} == {"churn.returned"}
            real = sum(c.cents for c in rows)
        elif rows[0].account:
            real = bridge.loc[[c.account for c in rows], "change"].sum()
        else:
            real = rows[0].cents
        assert abs(int(cents.replace(",", "").replace("−", "-").replace("+", "")) - real / 100) <= 0.51, sort
    assert bridge["change"].sum() == read.facts["summary.sales_change"].value


def states(read):
    """Who is said to be late, lost or back is so on the page on losses."""
    frame = read.frame("churn_states")
    for change in read.stored("changes"):
        if change.key in STATES:
            assert frame.loc[change.account, "state"] == STATES[change.key] == change.value, change
            assert change.stake_cents == frame.loc[change.account, "stake_cents"]
    for state in ("active", "late", "lost"):
        assert read.facts[f"churn.{state}"].value == (frame["state"] == state).sum()
    listed = read.frame("changes")
    said = listed[listed["what"].str.contains("Lost|Late|Bought again", regex=True)]
    assert len(said) == sum(c.key in STATES for c in read.stored("changes"))


def key_accounts(read):
    keys = read.frame("key_accounts").query("key")
    words, rows = read.section("Key accounts: bottom line"), [
        [td.get_text(strip=True) for td in tr.find_all("td")]
        for table in read.page.find_all("table") if "Key accounts by net" in table.caption.get_text()
        for tr in table.select("tbody tr")
    ]  # fmt: skip
    assert [r[0] for r in rows] == [str(k) for k in keys.reset_index()["customer_id"].head(40)]
    if keys.empty:
        assert "There is no key account: none reaches" in words and "The largest account holds" in words
        assert read.facts["segmentation.largest_share"].value is not None
    else:
        assert words.startswith(f"{read.facts['segmentation.key_accounts']} held at least")
    if not keys.empty and "expected" in keys:
        assert read.facts["segmentation.largest_share"].value == pytest.approx(keys["share"].max())


def words_are_those_of_the_findings(read):
    said = read.section("Who is being lost")
    frame = read.frame("churn_states")
    if frame["state"].isin(["active", "late", "lost"]).any():
        assert f"{(frame['state'] == 'lost').sum()} account" in said
    else:
        assert "Who is late or lost cannot be told: too few accounts" in said and "none late" not in said
    assert "bought 0" not in said
    assert f"{'profit' if read.profit else 'sales'} or more:" in read.section("What types they are")
    assert "is no part of this report" not in read.text


def test_the_rates_of_the_run_are_those_of_the_first_page(tmp_path_factory):
    """With rates so low the page on losses calls nobody late; the first page had asked at others, and lost two."""
    read = made(tmp_path_factory, "every sixth of the sample", sample, RATES)
    frame = read.frame("churn_states")
    lost = {c.account for c in read.stored("changes") if c.key == "churn.lost"}
    assert lost <= set(frame.index[frame["state"] == "lost"])


def test_a_run_without_two_rooms_names_the_pages_that_are_missing(tmp_path):
    """It knows nothing of key accounts or of losses then, and makes nothing up."""
    folder, left_out = tmp_path / "notebooks", {"02_segmentation", "04_churn"}
    folder.mkdir()
    for path in sorted(NOTEBOOKS.glob("0*.ipynb")):
        content = json.loads(path.read_text("utf-8"))
        content["metadata"]["kam"]["after"] = sorted(set(content["metadata"]["kam"]["after"]) - left_out)
        if path.stem not in left_out:
            (folder / path.name).write_text(json.dumps(content), "utf-8")
    book, settings = open_book({"ledger": ledger(months=14)}, name="odd"), Settings(repetitions=REPETITIONS)
    report = make_report(book, as_of=END.date(), out=tmp_path, settings=settings, notebooks=folder, jobs=1)
    read = Read(report.index.parent, profit=True)
    for page, heading in {"segmentation": "Key accounts: bottom line", "losses": "Who is being lost"}.items():
        assert f"The page on {page} is no part of this report." in read.section("What changed")
        assert f"The page on {page} is no part of this report." in read.section(heading)
    assert {c.key.partition(".")[0] for c in read.stored("changes")} <= {"summary", "client_types"}
    assert not (read.folder / "frames" / "churn_states.parquet").exists()


def test_what_of_the_summary_runs_in_a_report_computes_nothing_of_a_room():
    cells = json.loads((NOTEBOOKS / "00_summary.ipynb").read_text("utf-8"))["cells"]
    told = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"
            and not {"teaching", "exercise", "solution"} & set(c["metadata"].get("tags", []))]  # fmt: skip
    imports = [line for source in told for line in source.splitlines() if line.startswith(("from kamlib", "import"))]
    rooms = [i for i in imports if re.search("churn|segmentation|client_types|ledger", i)]
    assert rooms == ["from kamlib.segmentation import cells", "from kamlib.segmentation.figures import cells_figure"]
    assert not [source for source in told if re.search(r"\.frame\(|purchase_days|churn\.|segmentation\.\w+\(", source)]
