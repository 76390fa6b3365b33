"""What stands around the content of every page: title block, navigation, contents, look, script, policy.

A page loads nothing and runs only our script: its content-security-policy allows one style sheet
and one script, by their hashes, and no address but `data:` pictures.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

from kamlib.given import as_day
from kamlib.report.page.sanitise import PICTURE, without_banned

TEMPLATE = Path(__file__).parent / "template"
_MONTHS = "January February March April May June July August September October November December".split()


def html_page(
    body: str,
    *,
    title: str,
    book: str,
    as_of: dt.date | str | None = None,
    facts: str = "",
    links: Sequence[tuple[str, str]] = (),
    current: str = "",
    home: tuple[str, str] | None = None,
) -> str:
    """Return a whole page around its content; the same content gives the same text.

    Parameters
    ----------
    body : str
        HTML. Words of a book in it have passed `kamlib.look` or `html.escape`; what could run is
        dropped here once more. Headings get anchors and make the table of contents; tables scroll.
    title : str
        Of the page: its only first-level heading. A first heading that repeats it is not shown twice.
    book : str
        What the report is about.
    as_of : date or str, optional
        Last day of what was read; a str in ISO form.
    facts : str
        More words for the line under the title.
    links : sequence of (href, title)
        All pages that belong together, in order.
    current : str
        The href of this page.
    home : (href, title), optional
        The page above all of them, such as the list of all reports.

    Raises
    ------
    ValueError
        If a picture is not in the page itself.

    Examples
    --------
    >>> page = html_page("<h2>Reports</h2><p>Two.</p>", title="History", book="Sample")
    >>> "<h1>History</h1>" in page and "script-src 'sha256-" in page
    True
    """
    css, js = asset("page.css"), asset("page.js")
    finished = finish(body, title)
    return template("page.html.j2").render(
        title=title, book=book, as_of=day_in_words(as_of) if as_of else None, facts=facts, links=links,
        current=current, home=home, body=Markup(finished["html"]), contents=finished["contents"],
        has_code='class="code"' in finished["html"],
        css=Markup(css), js=Markup(js), policy=Markup(policy(css, js)),
    )  # fmt: skip


def finish(body: str, title: str) -> dict[str, object]:
    """Content with anchors and scrolling tables, as `html`; and its table of `contents`."""
    soup = without_banned(body)
    for tag in soup.find_all(True):
        tag.attrs = {k: v for k, v in tag.attrs.items() if k != "style" and not k.startswith("on")}
    _one_title(soup, title)
    for image in soup.find_all("img"):
        if not PICTURE.match(image.get("src", "")):
            raise ValueError(f"picture {image.get('src')!r} is not in the notebook; attach it to the cell")
    for wide in soup.find_all(["table", "pre"]):
        _scrolling(soup, wide)
    contents = _anchors(soup.find_all(["h2", "h3"]))
    return {"html": str(soup), "contents": contents}


def _one_title(soup: BeautifulSoup, title: str) -> None:
    first = soup.find(re.compile("^h[1-6]$"))
    if first and first.name == "h1" and _words(first).casefold() == " ".join(title.split()).casefold():
        first.decompose()
    for heading in soup.find_all("h1"):
        heading.name = "h2"


def _scrolling(soup: BeautifulSoup, wide: Tag) -> None:
    """A wide table or listing scrolls by itself, also by keyboard, so that the page need not."""
    label = _words(wide.caption) if wide.caption else "Table" if wide.name == "table" else "Listing"
    wide.wrap(soup.new_tag("div", attrs={"class": "scroll", "role": "region", "tabindex": "0", "aria-label": label}))


def _anchors(headings: Iterable[Tag]) -> list[dict[str, object]]:
    used, contents = {"content", "contents", "show-code"}, []
    for heading in headings:
        text = _words(heading)
        slug = base = _slug(text)
        number = 1
        while slug in used:
            number += 1
            slug = f"{base}-{number}"
        used.add(slug)
        heading["id"] = slug
        contents.append({"level": int(heading.name[1]), "slug": slug, "text": text})
    return contents


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"


@cache
def template(name: str) -> Template:
    """A page's template; what is put into it is escaped unless it is Markup."""
    return Environment(loader=FileSystemLoader(TEMPLATE), autoescape=True).get_template(name)


@cache
def asset(name: str) -> str:
    """A file of the template folder."""
    return (TEMPLATE / name).read_text("utf-8")


def policy(css: str, js: str = "") -> str:
    """The content-security-policy of a page with one style sheet and at most one script."""
    script = f"script-src '{_sha256(js)}'; " if js else ""
    return f"default-src 'none'; img-src data:; style-src '{_sha256(css)}'; {script}base-uri 'none'; form-action 'none'"


def _sha256(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def day_in_words(as_of: dt.date | str) -> dict[str, str]:
    """A day as `iso` and in `words`."""
    day = as_day(as_of)
    # not strftime: its names depend on the machine's locale
    return {"iso": f"{day:%Y-%m-%d}", "words": f"{day.day} {_MONTHS[day.month - 1]} {day.year}"}
