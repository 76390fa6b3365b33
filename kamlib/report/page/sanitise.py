"""HTML from a notebook, cleaned by nh3 (Ammonia, the browsers' own way of parsing) down to what a report may hold."""

from __future__ import annotations

import re

import nh3
from bs4 import BeautifulSoup, Comment, Tag

# What the HTML of an output may hold; an element that is not here leaves its text behind.
ELEMENTS = set(
    "a abbr b bdi blockquote br caption code dd div dl dt em figcaption figure hr i img li mark ol p pre "
    "s small span strong sub sup table tbody td tfoot th thead tr u ul".split()
)
ATTRIBUTES = set("class colspan data-sort dir height lang rowspan scope title width".split())  # of any element
# The one SVG there is: a small line of kamlib.look.sparkline. Which values its attributes may have.
LINE = {
    "svg": {"class": "spark", "viewBox": r"[\d .]+", "width": r"\d+", "height": r"\d+", "role": "img",
            "aria-label": ".*"},
    "path": {"d": r"[MLh\d .-]+", "fill": "none", "stroke": "currentColor", "stroke-width": r"[\d.]+",
             "stroke-linecap": "round", "stroke-linejoin": "round"},
    "circle": {"cx": r"[\d.-]+", "cy": r"[\d.-]+", "r": r"[\d.]+"},
}  # fmt: skip
# These go with all that is in them.
BANNED = [
    "applet", "audio", "base", "button", "embed", "form", "frame", "frameset", "iframe", "input", "link", "meta",
    "noembed", "noframes", "noscript", "object", "script", "select", "style", "template", "textarea", "title", "video",
]  # fmt: skip
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[\w+/=]*", re.ASCII)
# An address with its scheme, a place on this page, or a page beside it; never //host, which browsers also read in \\.
_LINK = re.compile(
    r"https?://[^\s/\\][^\s\\]*|mailto:[^\s\\]+|#[^\s\\]*|[\w.-][\w./-]*([#?][^\s\\]*)?", re.ASCII | re.IGNORECASE
)


def sanitised(html: str) -> str:
    """Return HTML with the allowed elements, attributes and addresses alone.

    Examples
    --------
    >>> sanitised('<p onclick="x()" class="a">1<script>x()</script><blink>2</blink></p>')
    '<p class="a">12</p>'
    >>> sanitised('<a href="//host/x">1</a><a href="https://host/x">2</a>')
    '<a>1</a><a href="https://host/x">2</a>'
    """
    soup = BeautifulSoup(_CLEANER.clean(html), "html.parser")
    for tag in soup.find_all(["img", *LINE]):
        if tag.name == "img" and "src" not in tag.attrs:
            tag.decompose()
        elif tag.name in LINE and not _of_a_line(tag):
            tag.unwrap()
    return str(soup)


def _of_a_line(tag: Tag) -> bool:
    svg = tag if tag.name == "svg" else tag.parent
    return svg.name == "svg" and svg.get("class") == ["spark"]


def _allowed(element: str, attribute: str, value: str) -> str | None:
    """An attribute's value, or None where it may not stand."""
    if element in LINE:
        return value if re.fullmatch(LINE[element].get(attribute, "(?!)"), value, re.DOTALL) else None
    pattern = {"src": PICTURE, "href": _LINK}.get(attribute)
    return value if pattern is None or pattern.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=ELEMENTS | set(LINE),
    clean_content_tags=set(BANNED),
    attributes={"*": ATTRIBUTES, "a": {"href"}, "img": {"src", "alt"}, **{e: set(a) for e, a in LINE.items()}},
    attribute_filter=_allowed,
    url_schemes={"http", "https", "mailto", "data"},  # data: for pictures; `_allowed` says where
    link_rel=None,
)


def without_banned(html: str) -> BeautifulSoup:
    soup = BeautifulSoup(html, "html.parser")
    for text in soup.find_all(string=lambda s: isinstance(s, Comment)):
        text.extract()
    for tag in soup.find_all(BANNED):
        tag.decompose()
    return soup
