"""An executed notebook becomes one self-contained page that loads nothing and runs only our script.

Three walls keep a hostile cell harmless: what makes HTML escapes it (`kamlib.show`), the HTML of an
output is rebuilt here from a list of allowed elements, and the page's content-security-policy
allows one style sheet and one script, by their hashes, and no address but `data:` pictures.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Comment, Tag
from jinja2 import FileSystemLoader
from latex2mathml.converter import convert
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets.config import Config

TEMPLATE = Path(__file__).parent / "template"

# `parameters` goes with the injected ones: alone it would show defaults that were not used.
LEFT_OUT = {"teaching", "exercise", "solution", "parameters", "injected-parameters", "papermill-error-cell-tag"}

# What the HTML of an output may hold; an element that is not here leaves its text behind.
ELEMENTS = set(
    "a abbr b bdi blockquote br caption code dd div dl dt em figcaption figure hr i img li mark ol p pre "
    "s small span strong sub sup table tbody td tfoot th thead tr u ul".split()
)
ATTRIBUTES = set("alt class colspan data-sort dir height href lang rowspan scope src title width".split())
# These go with all that is in them.
BANNED = [
    "applet", "audio", "base", "button", "embed", "form", "frame", "frameset", "iframe", "input", "link", "meta",
    "noembed", "noframes", "noscript", "object", "script", "select", "style", "template", "textarea", "title", "video",
]  # fmt: skip
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[\w+/=]*", re.ASCII)
_LINK = re.compile(r"(https?:|mailto:|#|[\w./-]+($|[#?]))", re.ASCII | re.IGNORECASE)
_MONTHS = "January February March April May June July August September October November December".split()


def render_page(
    notebook: NotebookNode,
    *,
    title: str,
    book: str,
    as_of: dt.date | str,
    links: Sequence[tuple[str, str]],
    current: str,
) -> str:
    """Return the HTML page of an executed notebook; the same notebook gives the same text.

    Parameters
    ----------
    notebook : NotebookNode
        Executed, version 4. It is not changed. Cells tagged as in `LEFT_OUT` are not shown, nor is
        what was written to stderr. A first heading that repeats `title` is not shown twice.
    title : str
        Of the page: its only first-level heading.
    book : str
        What the report is about.
    as_of : date or str
        Last day of what was read; a str in ISO form.
    links : sequence of (href, title)
        All pages of the report, in order.
    current : str
        The href of this page.

    Raises
    ------
    ValueError
        If a cell ended in an error, a formula cannot be shown, or a picture is not in the notebook.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> notebook = new_notebook(cells=[new_markdown_cell("## Who\\n\\nA share is $s_i$.")])
    >>> page = render_page(notebook, title="Summary", book="Sample", as_of="2011-12-09",
    ...                    links=[("index.html", "Summary")], current="index.html")
    >>> "<math" in page and "script-src 'sha256-" in page
    True
    """
    _refuse_errors(notebook)
    config = Config()
    config.TagRemovePreprocessor.remove_cell_tags = LEFT_OUT
    exporter = TemplateExporter(
        config=config,
        # first in line: nbconvert also looks in the user's own template folders
        extra_loaders=[FileSystemLoader(TEMPLATE)],
        template_file="page.html.j2",
        filters={"markdown": markdown, "code": _code, "output": output_html, "finish": _finish},
    )
    css, js = _asset("page.css"), _asset("page.js")
    # escaped here, since nbconvert's Jinja does not
    shown = {
        "title": escape(title), "book": escape(book), "current": escape(current), "as_of": _day(as_of),
        "links": [(escape(href), escape(text)) for href, text in links],
        "css": css, "js": js, "policy": _policy(css, js),
    }  # fmt: skip
    return exporter.from_notebook_node(notebook, resources={"page": shown})[0]


def markdown(source: str, attachments: dict | None = None) -> str:
    """Return the HTML of a markdown cell, its formulas as MathML.

    Examples
    --------
    >>> markdown("**Bold**")
    '<p><strong>Bold</strong></p>\\n'
    """
    renderer = _Renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)


def output_html(output: NotebookNode) -> str:
    """Return the HTML of one output of a cell; empty for what a report does not show.

    Examples
    --------
    >>> output_html(NotebookNode(output_type="stream", name="stdout", text="1 < 2"))
    '<pre class="out">1 &lt; 2</pre>'
    """
    if output.output_type == "stream":
        return _plain(output.text) if output.name == "stdout" else ""
    data, meta = output.data, output.metadata
    for kind in ("image/png", "image/jpeg"):
        # a figure of kamlib.style; other pictures only if there is nothing better
        if kind in data and ("alt" in meta.get(kind, {}) or "text/html" not in data):
            return _figure(kind, data[kind], meta.get(kind, {}))
    if "text/html" in data:
        return sanitised(data["text/html"])
    # Markdown made by code may hold names from a book, and Markdown cannot escape: as it stands
    return _plain(data.get("text/markdown") or data.get("text/plain", ""))


def sanitised(html: str) -> str:
    """Return HTML rebuilt from the allowed elements and attributes alone.

    Examples
    --------
    >>> sanitised('<p onclick="x()" class="a">1<script>x()</script><blink>2</blink></p>')
    '<p class="a">12</p>'
    """
    soup = _without_banned(html)
    for tag in soup.find_all(True):
        if tag.name not in ELEMENTS:
            tag.unwrap()
            continue
        tag.attrs = {k: v for k, v in tag.attrs.items() if k in ATTRIBUTES and _allowed(k, v)}
        if tag.name == "img" and "src" not in tag.attrs:
            tag.decompose()
    return str(soup)


def _allowed(name: str, value: str | list[str]) -> bool:
    pattern = {"src": _PICTURE, "href": _LINK}.get(name)
    return pattern is None or bool(pattern.match(str(value)))


def _without_banned(html: str) -> BeautifulSoup:
    soup = BeautifulSoup(html, "html.parser")
    for text in soup.find_all(string=lambda s: isinstance(s, Comment)):
        text.extract()
    for tag in soup.find_all(BANNED):
        tag.decompose()
    return soup


class _Renderer(IPythonRenderer):
    """nbconvert's markdown, with formulas as MathML instead of text for MathJax."""

    def inline_math(self, body: str) -> str:
        return _mathml(body, "inline")

    def block_math(self, body: str) -> str:
        return _mathml(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return _mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


def _mathml(latex: str, display: str) -> str:
    try:
        result = convert(latex.strip(), display=display)
    except Exception as error:  # the converter has no common base for its errors
        raise ValueError(f"formula ${latex}$ cannot be shown: {error!r}") from error
    if unknown := re.search(r"<mi>(\\\w*|&)</mi>", result):
        raise ValueError(f"formula ${latex}$ cannot be shown: {unknown[1]} is not known to latex2mathml")
    return result


def _code(source: str) -> str:
    return highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))


def _plain(text: str) -> str:
    return f'<pre class="out">{escape(strip_ansi(text).rstrip())}</pre>' if text.strip() else ""


def _figure(kind: str, data: str, meta: dict) -> str:
    size = "".join(f' {k}="{int(meta[k])}"' for k in ("width", "height") if k in meta)
    alt = escape(meta.get("alt", "Picture without a description"))
    caption = f"<figcaption>{escape(meta['caption'])}</figcaption>" if meta.get("caption") else ""
    source = f"data:{kind};base64,{''.join(data.split())}"
    return f'<figure><img src="{escape(source)}" alt="{alt}"{size}>{caption}</figure>'


def _finish(body: str, title: str) -> dict[str, object]:
    """Body of the page, with anchors and scrolling tables; and its table of contents."""
    soup = _without_banned(body)
    for tag in soup.find_all(True):
        tag.attrs = {k: v for k, v in tag.attrs.items() if k != "style" and not k.startswith("on")}
    _one_title(soup, title)
    for image in soup.find_all("img"):
        if not _PICTURE.match(image.get("src", "")):
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
        contents.append({"level": int(heading.name[1]), "slug": slug, "text": escape(text)})
    return contents


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"


def _refuse_errors(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                raise ValueError(f"cell {number} ended in {output.ename}: {output.evalue}; run it before rendering")


@cache
def _asset(name: str) -> str:
    return (TEMPLATE / name).read_text("utf-8")


def _policy(css: str, js: str) -> str:
    return (
        f"default-src 'none'; img-src data:; style-src '{_sha256(css)}'; script-src '{_sha256(js)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _sha256(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _day(as_of: dt.date | str) -> dict[str, str]:
    day = dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    # not strftime: its names depend on the machine's locale
    return {"iso": f"{day:%Y-%m-%d}", "words": f"{day.day} {_MONTHS[day.month - 1]} {day.year}"}
