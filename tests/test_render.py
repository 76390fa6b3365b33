"""Pages: self-contained, one script that is ours, nothing hostile, the same bytes."""

import base64
import copy
import datetime as dt
import hashlib
import re

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kamlib.look import spark
from kamlib.report.page.render import LEFT_OUT, output_html, render_page
from kamlib.report.page.sanitise import sanitised

PNG = base64.b64encode(b"\x89PNG not really").decode()
FIGURE = {"image/png": {"alt": 'Two "bars" <b>', "caption": "By class, n < 5", "width": 691, "height": 192}}
TABLE = '<table class="kam"><caption>Accounts &amp; sales</caption><thead><tr><th scope="col">A</th></tr></thead>'
HOSTILE = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/x.png'>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<style>body { display: none }</style>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "<form action='https://evil.example'><button>go</button></form>",
    "<meta http-equiv='refresh' content='0;url=https://evil.example'>",
    "<base href='https://evil.example/'>",
    "<p style='position:fixed' onclick='alert(1)'>x</p>",
    "<!--><script>alert(1)</script>-->",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<scr<script>ipt>alert(1)</script>",
    "</article></main><h1 id='content'>x</h1>",
]


def html_output(html: str):
    return new_output("display_data", data={"text/html": html, "text/plain": "plain"})


def notebook(*cells):
    """Cells of markdown (str) or one output each, with ids that do not change."""
    made = [new_markdown_cell(c) if isinstance(c, str) else new_code_cell("x = 1", outputs=[c]) for c in cells]
    for number, cell in enumerate(made):
        cell.id = f"cell-{number}"
    return new_notebook(cells=made)


def page(*cells, **changed) -> str:
    options = {
        "title": "Key accounts", "book": "Sample", "as_of": dt.date(2011, 12, 9), "current": "b.html",
        "links": [("a.html", "Summary"), ("b.html", "Key accounts")],
    }  # fmt: skip
    one = cells[0] if cells and not isinstance(cells[0], str) and "cells" in cells[0] else notebook(*cells)
    return render_page(one, **options | changed)


def soup(*cells, **changed) -> BeautifulSoup:
    return BeautifulSoup(page(*cells, **changed), "html.parser")


def test_policy_allows_our_two_files_and_nothing_else():
    html = page(html_output("<p>x</p>"))

    def hashed(element):
        (text,) = re.findall(rf"<{element}>(.*?)</{element}>", html, re.DOTALL)
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    policy = BeautifulSoup(html, "html.parser").find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{hashed('style')}'; "
        f"script-src 'sha256-{hashed('script')}'; base-uri 'none'; form-action 'none'"
    )
    assert html.index("Content-Security-Policy") < html.index("<style")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_output_is_rebuilt_from_what_is_allowed(hostile):
    clean = page(html_output("<p>fine</p>"))
    for output in (html_output(hostile), new_output("execute_result", data={"text/markdown": hostile})):
        made = page(output)
        seen = BeautifulSoup(made, "html.parser")
        assert made.count("<script") == made.count("<style") == 1
        for count in ("meta", "h1", "base", "form", "iframe", "svg", "math"):
            assert made.count(f"<{count}") == clean.count(f"<{count}")
        for tag in seen.find_all(True):
            assert not [name for name in tag.attrs if name == "style" or name.startswith("on")]
            assert str(tag.get("src", "data:")).startswith("data:")
            assert tag.get("href") in (None, "#content", "a.html", "b.html", "data:,")


def test_names_of_the_page_are_escaped():
    evil = '"><script>alert(1)</script>'
    made = page("x", title=evil, book=evil, current=evil, links=[(evil, evil)])
    assert made.count("<script") == 1 and made.count("&gt;&lt;script&gt;alert(1)") >= 5


def test_no_svg_but_small_lines():
    line = spark([1, None, 3], of="whole")._repr_html_()
    assert sanitised(line) == str(BeautifulSoup(line, "html.parser"))
    evil = line.replace("<path ", '<path onclick="x()" filter="url(https://evil.example/)" ').replace(
        "</svg>", '<use href="https://evil.example/"></use><a href="javascript:x()"><text>t</text></a></svg>'
    )
    made = sanitised(evil.replace('stroke="currentColor"', 'stroke="url(https://evil.example/)"'))
    assert "evil" not in made and "onclick" not in made and "javascript" not in made and "<use" not in made
    assert sanitised('<svg class="big" onload="x()"><path d="M1 1"></path></svg>') == ""


def test_markdown_of_ours_has_no_styles_or_scripts_either():
    made = page('<p style="color: red" onclick="x()">Text</p>\n\n<script>x()</script>\n\n<style>p {}</style>')
    assert "<p>Text</p>" in made and made.count("<script") == made.count("<style") == 1


def test_nothing_is_loaded():
    made = page("[docs](https://example.org/)", new_output("display_data", data={"image/png": PNG}, metadata=FIGURE))
    for tag in BeautifulSoup(made, "html.parser").find_all(True):
        if tag.name != "a":
            assert not re.match(r"(https?:)?//", tag.get("src") or tag.get("href") or "")
    assert "url(" not in made and "@import" not in made


def test_a_picture_from_elsewhere_is_refused():
    with pytest.raises(ValueError, match=r"'https://example.org/a.png' is not in the notebook"):
        page("![Logo](https://example.org/a.png)")


def test_attached_pictures_are_kept():
    cell = new_markdown_cell("![Logo](attachment:a.png)", attachments={"a.png": {"image/png": PNG}})
    assert soup(new_notebook(cells=[cell])).img["src"] == f"data:image/png;base64,{PNG}"


@pytest.mark.parametrize("tag", sorted(LEFT_OUT))
def test_cells_for_learners_and_of_papermill_are_left_out(tag):
    book = notebook("## Kept", "## Dropped", html_output("<p>dropped output</p>"))
    for cell in book.cells[1:]:
        cell.metadata.tags = [tag]
    before = copy.deepcopy(book)
    made = page(book)
    assert "Kept" in made and "ropped" not in made
    assert book == before


def test_same_notebook_same_bytes():
    cells = ("# T\n\n## A\n\n$x$", html_output(TABLE), new_output("stream", name="stdout", text="1"))
    assert page(*cells) == page(*cells)


def test_figures_keep_alt_and_caption():
    data = {"image/png": PNG + "\n", "text/html": "<figure>other</figure>", "text/plain": "By class"}
    figure = soup(new_output("display_data", data=data, metadata=FIGURE)).figure
    assert figure.img.attrs == {
        "src": f"data:image/png;base64,{PNG}", "alt": 'Two "bars" <b>', "width": "691", "height": "192",
    }  # fmt: skip
    assert figure.figcaption.text == "By class, n < 5"


def test_figure_of_kamlib_goes_through():
    from kamlib.look import style

    ax = style.axes()
    data, metadata = style.figure(ax, caption="Nothing, n = 0.", alt="Empty axes.")._repr_mimebundle_()
    figure = soup(new_output("display_data", data=data, metadata=metadata)).figure
    assert (figure.img["alt"], figure.figcaption.text) == ("Empty axes.", "Nothing, n = 0.")
    assert figure.img["src"].removeprefix("data:image/png;base64,") == data["image/png"]


def test_tables_of_kamlib_go_through_unchanged():
    import pandas as pd

    from kamlib.look import Col, table, verdict

    frame = pd.DataFrame({"name": ["<b>", "x" * 99], "abc": ["A", "?"], "sales_cents": [-1234, 5]})
    columns = {"name": Col(), "abc": Col("Class", "label"), "sales_cents": Col(decimals=2)}
    for shown in (table(frame, caption="C & D", columns=columns, n=1), verdict("cannot tell", "a < b")):
        html = shown._repr_html_()
        assert str(BeautifulSoup(html, "html.parser")) == sanitised(html)


def test_formulas_become_mathml():
    made = soup("Share $s_i < 1$ costs \\$5.\n\n$$\\frac{a}{b}$$\n\n\\begin{align}a&=b\\end{align}")
    assert [formula["display"] for formula in made.find_all("math")] == ["inline", "block", "block"]
    assert "costs $5" in made.text and made.mfrac


@pytest.mark.parametrize("formula", [r"\left( a", r"\unheard{x}", r"\begin{aligned}a&=b\end{aligned}"])
def test_a_formula_that_cannot_be_shown_is_named(formula):
    with pytest.raises(ValueError, match=rf"formula \${re.escape(formula)}\$ cannot be shown"):
        page(f"${formula}$")


def test_stderr_is_hidden_and_stdout_is_text():
    warning = new_output("stream", name="stderr", text="FutureWarning: no")
    assert "FutureWarning" not in page(warning)
    out = new_output("stream", name="stdout", text="\x1b[31m1 < 2\x1b[0m\n")
    assert '<pre class="out">1 &lt; 2</pre>' in page(out)
    assert output_html(new_output("display_data", data={"text/plain": "<b>"})) == '<pre class="out">&lt;b&gt;</pre>'


def test_an_error_output_raises():
    error = new_output("error", ename="KeyError", evalue="'x'", traceback=[])
    book = notebook("fine", error)
    book.cells[1].metadata.tags = ["teaching"]
    with pytest.raises(ValueError, match="cell 2 ended in KeyError: 'x'"):
        page(book)


def test_title_block_and_navigation():
    made = soup("# Key  accounts\n\nWho asks?")
    assert [h.text for h in made.find_all("h1")] == ["Key accounts"]
    assert made.html["lang"] == "en" and made.title.text == "Key accounts · Sample"
    assert made.find("time")["datetime"] == "2011-12-09" and made.find("time").text == "9 December 2011"
    links = made.find("nav", {"aria-label": "Pages of the report"}).find_all("a")
    assert [(a["href"], a.get("aria-current")) for a in links] == [("a.html", None), ("b.html", "page")]
    assert made.body.find("a")["href"] == "#content" and made.main["id"] == "content"
    assert page("x", as_of="2011-12-09") == page("x")


def test_another_first_heading_is_kept_below_the_title():
    made = soup("# Who moves the company?\n\n# More")
    assert len(made.find_all("h1")) == 1
    assert [h.text for h in made.find_all("h2")] == ["Who moves the company?", "More"]


def test_anchors_are_unique_and_listed():
    made = soup("## Łódź & *Sons*", "## Same\n\n### Same\n\n## Content\n\n## ???\n\n#### Not listed")
    ids = [h["id"] for h in made.find_all(["h2", "h3"])]
    assert ids == ["odz-sons", "same", "same-2", "content-2", "section"]
    listed = made.find(id="contents").find_all("a")
    assert [a["href"] for a in listed] == [f"#{x}" for x in ids] and listed[0].text == "Łódź & Sons"
    assert len({t["id"] for t in made.find_all(id=True)}) == len(made.find_all(id=True))


def test_code_is_there_and_hidden_behind_a_checkbox():
    made = soup(new_output("stream", name="stdout", text="1"))
    assert "".join(made.find(class_="code").text.split()) == "x=1"
    box = made.find(id="show-code")
    assert box["type"] == "checkbox" and box["autocomplete"] == "off" and not box.has_attr("checked")
    assert made.find("label", {"for": "show-code"}).text == "Show code"
    style = made.style.text
    assert ".code { display: none; }" in style and "#show-code:checked ~ article .code { display: block" in style
    assert box.find_next_sibling("article")  # what the `~` relies on


def test_wide_things_scroll_by_keyboard():
    made = soup(html_output(TABLE), "| a |\n|---|\n| 1 |")
    first, second = (t.parent for t in made.find_all("table"))
    for region in (first, second, made.find("pre").parent):
        assert region["role"] == "region" and region["tabindex"] == "0"
    assert first["aria-label"] == "Accounts & sales" and second["aria-label"] == "Table"


def test_style_has_print_phone_and_dark():
    css = soup("x").style.text
    for rule in ("@media print", "display: table-header-group", "break-inside: avoid", "(max-width: 40rem)"):
        assert rule in css
    assert "screen and (prefers-color-scheme: dark)" in css  # paper stays white


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(
    "pair",
    [(ink, "ground") for ink in ("ink", "quiet", "accent", "rule")]
    + [(ink, "tint") for ink in ("ink", "quiet", "accent", "keyword", "string", "number")]
    + [(x, f"{x}-tint") for x in ("good", "bad", "open")],
)
def test_contrast_is_aa_in_both_themes(theme, pair):
    css = soup("x").style.text
    block = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[theme]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", block))
    light, dark = sorted((luminance(colours[name]) for name in pair), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
