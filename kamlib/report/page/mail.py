"""The first page as one small file to mail: no script, nothing to load, figures packed.

A reader may open it from the mail, or paste it as the mail's own text: what mail programs drop
(scripts, inline SVG, sometimes the style sheet) is not needed to read it.
"""

from __future__ import annotations

import base64
import datetime as dt
import io

from bs4 import BeautifulSoup, Tag
from markupsafe import Markup
from nbformat import NotebookNode
from PIL import Image

from kamlib.report.page.page import asset, day_in_words, finish, policy, template
from kamlib.report.page.render import notebook_html

MAIL = "summary.html"
MOST_BYTES = 300_000
# Pixels across and colours of a figure; the first with which the file is small enough. None: words instead.
PACKING = ((1040, 64), (690, 32), None)
_CONTROLS = ["button", "input", "label", "nav"]


def mail_page(notebook: NotebookNode, *, title: str, book: str, as_of: dt.date | str) -> str:
    """Return the page of an executed notebook for mail, below `MOST_BYTES` where leaving figures out gets it there.

    Parameters
    ----------
    notebook, title, book, as_of
        As for `kamlib.report.page.render.render_page`.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> notebook = new_notebook(cells=[new_markdown_cell("One.")])
    >>> page = mail_page(notebook, title="Summary", book="acme", as_of="2024-06-30")
    >>> "<script" in page, "index.html in acme/2024-06-30" in page
    (False, True)
    """
    content = finish(notebook_html(notebook), title)["html"]
    css = asset("mail.css")
    around = {"title": title, "book": book, "as_of": day_in_words(as_of), "css": Markup(css)}
    around["policy"] = Markup(policy(css))
    for packing in PACKING:
        page = template("mail.html.j2").render(around, body=Markup(_packed(content, packing)))
        if len(page.encode()) < MOST_BYTES:
            break
    return page


def _packed(content: str, packing: tuple[int, int] | None) -> str:
    soup = BeautifulSoup(content, "html.parser")
    for tag in [*soup.select(".code"), *soup.find_all(_CONTROLS)]:
        tag.decompose()
    for link in soup.find_all("a", href=lambda href: href and "://" not in href):
        link.unwrap()  # leads to a page that the mail does not hold
    for image in soup.find_all("img"):
        _pack(image, packing)
    return str(soup)


def _pack(image: Tag, packing: tuple[int, int] | None) -> None:
    if packing is None:
        image.replace_with(BeautifulSoup(f"<p>{Markup.escape(image.get('alt', ''))}</p>", "html.parser"))
        return
    width, colours = packing
    kind, _, data = image["src"].partition(",")
    if "png" in kind:
        image["src"] = f"{kind},{base64.b64encode(small_png(base64.b64decode(data), width, colours)).decode()}"


def small_png(png: bytes, width: int, colours: int) -> bytes:
    """A figure with fewer pixels and colours: drawings have few, and are a third as large with them alone."""
    with Image.open(io.BytesIO(png)) as drawn:
        picture = drawn.convert("RGB")
    if picture.width > width:
        picture = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    packed = io.BytesIO()
    picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        packed, format="PNG", optimize=True
    )
    return min(packed.getvalue(), png, key=len)
