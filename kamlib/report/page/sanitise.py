"""HTML from a notebook, rebuilt from the elements and attributes that a report may hold."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Comment, Tag

# What the HTML of an output may hold; an element that is not here leaves its text behind.
ELEMENTS = set(
    "a abbr b bdi blockquote br caption code dd div dl dt em figcaption figure hr i img li mark ol p pre "
    "s small span strong sub sup table tbody td tfoot th thead tr u ul".split()
)
ATTRIBUTES = set("alt class colspan data-sort dir height href lang rowspan scope src title width".split())
# The one SVG there is: a small line of kamlib.look.sparkline. Which values its attributes may have.
LINE = {
    "svg": {"class": "spark", "viewbox": r"[\d .]+", "width": r"\d+", "height": r"\d+", "role": "img",
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
_LINK = re.compile(r"(https?:|mailto:|#|[\w./-]+($|[#?]))", re.ASCII | re.IGNORECASE)


def sanitised(html: str) -> str:
    """Return HTML rebuilt from the allowed elements and attributes alone.

    Examples
    --------
    >>> sanitised('<p onclick="x()" class="a">1<script>x()</script><blink>2</blink></p>')
    '<p class="a">12</p>'
    """
    soup = without_banned(html)
    for tag in soup.find_all(True):
        if _of_a_line(tag):
            values = {k: " ".join(v) if isinstance(v, list) else v for k, v in tag.attrs.items()}
            tag.attrs = {k: v for k, v in values.items() if re.fullmatch(LINE[tag.name].get(k, "(?!)"), v, re.DOTALL)}
            continue
        if tag.name not in ELEMENTS:
            tag.unwrap()
            continue
        tag.attrs = {k: v for k, v in tag.attrs.items() if k in ATTRIBUTES and _allowed(k, v)}
        if tag.name == "img" and "src" not in tag.attrs:
            tag.decompose()
    return str(soup)


def _of_a_line(tag: Tag) -> bool:
    svg = tag if tag.name == "svg" else tag.parent
    return tag.name in LINE and svg.name == "svg" and svg.get("class") in ("spark", ["spark"])


def _allowed(name: str, value: str | list[str]) -> bool:
    pattern = {"src": PICTURE, "href": _LINK}.get(name)
    return pattern is None or bool(pattern.match(str(value)))


def without_banned(html: str) -> BeautifulSoup:
    soup = BeautifulSoup(html, "html.parser")
    for text in soup.find_all(string=lambda s: isinstance(s, Comment)):
        text.extract()
    for tag in soup.find_all(BANNED):
        tag.decompose()
    return soup
