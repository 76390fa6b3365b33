"""The first page as a file to mail: small, whole, without script or address, figures packed."""

import base64
import io
import re

import pandas as pd
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from kamlib.look import style, table
from kamlib.report.page import mail
from kamlib.report.page.mail import mail_page, small_png


def shown(thing):
    data, meta = thing._repr_mimebundle_() if hasattr(thing, "_repr_mimebundle_") else ({}, {})
    if not data:
        data = {"text/html": thing._repr_html_()}
    return new_code_cell("x = 1", outputs=[new_output("display_data", data=data, metadata=meta)])


def drawing():
    ax = style.axes()
    ax.plot([1, 2, 3], [3, 1, 2])
    return style.figure(ax, caption="Three values, n = 3.", alt="A line that falls and rises.")


def page(*cells, **changed):
    options = {"title": "Summary", "book": "acme", "as_of": "2024-06-30"} | changed
    return mail_page(new_notebook(cells=list(cells)), **options)


def test_nothing_runs_and_nothing_is_loaded_or_led_to():
    frame = pd.DataFrame({"name": ["<script>x()</script>"] * 12, "line": [[1, 2]] * 12})
    made = page(new_markdown_cell("## More\n\nSee [the ledger](01_ledger.html) and [why](https://example.org/)."),
                shown(table(frame, caption="c", columns={"name": "Name"})))  # fmt: skip
    seen = BeautifulSoup(made, "html.parser")
    assert seen.find_all(["script", "button", "input", "link", "nav"]) == [] and "x = 1" not in made
    assert [a["href"] for a in seen.find_all("a")] == ["https://example.org/"]
    assert "See the ledger and why" in " ".join(seen.text.split())
    policy = seen.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-") and "script-src" not in policy
    assert "<script>x()" not in made and "&lt;script&gt;x()" in made


def test_it_says_where_the_whole_report_is():
    seen = BeautifulSoup(page(new_markdown_cell("# Summary\n\nOne.")), "html.parser")
    where = "The whole report is index.html in acme/2024-06-30, among the reports."
    assert seen.find(class_="facts").text == f"As of 30 June 2024. {where}"
    assert [h.text for h in seen.find_all("h1")] == ["Summary"]


def test_figures_are_packed_and_keep_their_words():
    figure = drawing()
    image = BeautifulSoup(page(shown(figure)), "html.parser").figure.img
    data = base64.b64decode(image["src"].partition(",")[2])
    assert len(data) < len(figure.png) / 1.5
    assert Image.open(io.BytesIO(data)).width == mail.PACKING[0][0]
    assert (image["alt"], image["width"]) == ("A line that falls and rises.", "691")


def test_a_page_of_many_figures_stays_small_enough_to_mail(monkeypatch):
    figure = drawing()
    whole = len(page(shown(figure)).encode())
    monkeypatch.setattr(mail, "PACKING", (mail.PACKING[0], None))
    monkeypatch.setattr(mail, "MOST_BYTES", whole)
    made = page(shown(figure))
    assert len(made.encode()) < whole and "<img" not in made
    assert made.count("<p>A line that falls and rises.</p>") == made.count("Three values, n = 3.") == 1


def test_packing_never_makes_a_picture_larger():
    tiny = io.BytesIO()
    Image.new("P", (4, 4)).save(tiny, format="PNG", optimize=True)
    assert len(small_png(tiny.getvalue(), 1040, 64)) <= len(tiny.getvalue())


def test_styles_are_ones_that_mail_programs_know():
    css = re.search("<style>(.*?)</style>", page(), re.DOTALL)[1]
    for unknown in ("var(", "grid", "flex", ":has", "clamp", "@import", "url("):
        assert unknown not in css
    assert page() == page()
