"""The sample company beside Online Retail II: one picture and one table of figures.

Usage: KAMLIB_DATA=<folder that holds online_retail_ii/> python benchmarks/company_picture.py
"""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from kamlib.company import DEFAULT_SEED, make_company

HERE = Path(__file__).parent
COLOURS = {"sample company": "#0072B2", "Online Retail II": "#D55E00"}


def online_retail(folder: Path) -> pd.DataFrame:
    """Lines with a customer, the overlap of the two sheets cut at 2010-12-01."""
    first = pd.read_parquet(folder / "year_2009_2010.parquet")
    second = pd.read_parquet(folder / "year_2010_2011.parquet")
    rows = pd.concat([first[first["InvoiceDate"] < "2010-12-01"], second])
    rows = rows[rows["Customer ID"].notna()]
    return pd.DataFrame(
        {
            "customer_id": rows["Customer ID"].astype(int).astype(str),
            "order_id": rows["Invoice"].astype(str),
            "date": rows["InvoiceDate"].dt.normalize(),
            "amount": (rows["Quantity"] * rows["Price"]).round(2),
        }
    )


def gini(x: np.ndarray) -> float:
    """Gini coefficient of positive values."""
    x = np.sort(x)
    return float((2 * np.arange(1, len(x) + 1) - len(x) - 1) @ x / len(x) / x.sum())


def trailing(lines: pd.DataFrame) -> pd.Series:
    """Positive sales of the last twelve months by account, largest first."""
    last = lines[lines["date"] > lines["date"].max() - pd.Timedelta(days=365)]
    total = last.groupby("customer_id")["amount"].sum()
    return total[total > 0].sort_values(ascending=False)


def orders(lines: pd.DataFrame) -> pd.DataFrame:
    """Positive orders: customer, date, value, lines."""
    sold = lines[lines["amount"] > 0]
    return sold.groupby(["customer_id", "order_id"], as_index=False).agg(
        date=("date", "first"), value=("amount", "sum"), lines=("amount", "size")
    )


def gaps(lines: pd.DataFrame) -> pd.DataFrame:
    """Days between purchase days, by account."""
    days = orders(lines).drop_duplicates(["customer_id", "date"]).sort_values(["customer_id", "date"])
    days["gap"] = days.groupby("customer_id")["date"].diff().dt.days
    return days.dropna(subset="gap")


def season(lines: pd.DataFrame) -> pd.Series:
    """Sales by month of the year over the mean month; partial months left out."""
    month = lines["date"].dt.to_period("M")
    whole = lines[month < (lines["date"].max() + pd.Timedelta(days=1)).to_period("M")]
    total = whole.groupby(whole["date"].dt.to_period("M"))["amount"].sum()
    mean = total.groupby(total.index.month).mean()
    return mean / mean.mean()


def figures(lines: pd.DataFrame) -> dict[str, float]:
    """The figures of the table."""
    share = trailing(lines) / trailing(lines).sum()
    order, gap = orders(lines), gaps(lines)
    days = order.groupby("customer_id")["date"].nunique()
    own = gap.groupby("customer_id")["gap"].agg(["mean", "std", "size"])
    own = own[own["size"] >= 5]
    negative = lines["amount"] < 0
    within = np.log(order["value"]).groupby(order["customer_id"]).std()
    return {
        "years": (lines["date"].max() - lines["date"].min()).days / 365.25,
        "customers": lines["customer_id"].nunique(),
        "lines": len(lines),
        "customers active in the last 12 months": len(share),
        "Gini of their sales": gini(share.to_numpy()),
        "largest share, %": 100 * share.iloc[0],
        "second share, %": 100 * share.iloc[1],
        "accounts of 1 % or more": int((share >= 0.01).sum()),
        "their share together, %": 100 * share[share >= 0.01].sum(),
        "share of the top 20 %, %": 100 * share.head(round(len(share) / 5)).sum(),
        "one-time buyers (one purchase day), %": 100 * (days == 1).mean(),
        "purchase days per customer, median": days.median(),
        "purchase days per customer, 90th percentile": days.quantile(0.9),
        "gap, median days": gap["gap"].median(),
        "gap, 90th percentile, days": gap["gap"].quantile(0.9),
        "cv of own gaps (5 or more), median": (own["std"] / own["mean"]).median(),
        "order value, median over mean": order["value"].median() / order["value"].mean(),
        "sd of log order value": np.log(order["value"]).std(),
        "sd of log order value within a customer": within.median(),
        "lines per order, mean": order["lines"].mean(),
        "returns and cancellations, % of gross sales": -100
        * lines.loc[negative, "amount"].sum()
        / lines.loc[~negative, "amount"].sum(),
        "negative lines, %": 100 * negative.mean(),
        "season: best month over mean": season(lines).max(),
        "season: poorest month over mean": season(lines).min(),
    }


def draw(books: dict[str, pd.DataFrame], path: Path) -> None:
    """Six panels, both books in each."""
    plt.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False})
    fig, axes = plt.subplots(2, 3, figsize=(9.5, 5.6), layout="constrained")
    for name, lines in books.items():
        colour = COLOURS[name]
        share = np.cumsum(np.sort(trailing(lines).to_numpy()))
        axes[0, 0].plot(np.linspace(0, 100, len(share)), 100 * share / share[-1], color=colour, label=name)
        width = np.unique(np.geomspace(1, 730, 28).round()) - 0.5
        axes[0, 1].hist(
            gaps(lines)["gap"],
            width,
            density=False,
            histtype="step",
            color=colour,
            weights=np.full(len(gaps(lines)), 100 / len(gaps(lines))),
        )
        axes[0, 2].plot(season(lines).index, season(lines), "o-", ms=3, color=colour)
        value = orders(lines)["value"]
        value = np.log10(value[value > 0] / value[value > 0].median())
        axes[1, 0].hist(
            value,
            np.linspace(-2.5, 2.5, 40),
            histtype="step",
            color=colour,
            weights=np.full(len(value), 100 / len(value)),
        )
        days = orders(lines).groupby("customer_id")["date"].nunique()
        axes[1, 1].hist(
            days,
            np.unique(np.geomspace(1, 400, 26).round()) - 0.5,
            histtype="step",
            color=colour,
            weights=np.full(len(days), 100 / len(days)),
        )
        month = lines["date"].dt.to_period("M")
        back = -lines["amount"].clip(upper=0).groupby(month).sum() / lines["amount"].clip(lower=0).groupby(month).sum()
        axes[1, 2].plot(np.arange(len(back)), 100 * back, color=colour)
    axes[0, 0].plot([0, 100], [0, 100], color="0.7", lw=0.8)
    titles = (
        ("Lorenz curve, last 12 months", "accounts, %", "sales, %"), ("Gaps between purchase days", "days", "gaps, %"),
        ("Season", "month", "sales over mean month"), ("Order value over median", "log10", "orders, %"),
        ("Purchase days per account", "days with a purchase", "accounts, %"),
        ("Returns and cancellations", "month of the ledger", "% of gross sales"),
    )  # fmt: skip
    for ax, (title, x, y) in zip(axes.flat, titles, strict=True):
        ax.set(title=title, xlabel=x, ylabel=y)
    axes[0, 1].set_xscale("log")
    axes[1, 1].set_xscale("log")
    axes[0, 0].legend(frameon=False)
    fig.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(fig)


def main() -> None:
    """Draw the picture and write the table."""
    data = os.environ.get("KAMLIB_DATA")
    if not data:
        raise SystemExit("set KAMLIB_DATA to the folder that holds online_retail_ii/")
    company = make_company(seed=DEFAULT_SEED)
    books = {
        "sample company": company.tables["ledger"],
        "Online Retail II": online_retail(Path(data) / "online_retail_ii"),
    }
    draw(books, HERE / "company_picture.png")
    table = pd.DataFrame({name: figures(lines) for name, lines in books.items()})
    rows = [
        f"| {k} | {a:,.3g} | {b:,.3g} |" if max(a, b) < 1000 else f"| {k} | {a:,.0f} | {b:,.0f} |"
        for k, a, b in table.itertuples()
    ]
    text = "\n".join(["| figure | " + " | ".join(books) + " |", "|---|---:|---:|", *rows])
    head = f"# The sample company (seed {DEFAULT_SEED}) beside Online Retail II\n\n"
    (HERE / "company_picture.md").write_text(
        head + text + "\n\n![side by side](company_picture.png)\n", encoding="utf-8"
    )
    print(text)


if __name__ == "__main__":
    main()
