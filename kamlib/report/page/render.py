"""An executed notebook becomes one self-contained page that loads nothing and runs only our script.

Three walls keep a hostile cell harmless: what makes HTML escapes it (`kamlib.look`), the HTML of an
output is rebuilt from a list of allowed elements (`kamlib.report.page.sanitise`), and the page's
content-security-policy allows one style sheet and one script, ours (`kamlib.report.page.page`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from html import escape

from latex2mathml.converter import convert
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from kamlib.report.page.page import html_page
from kamlib.report.page.sanitise import sanitised

# `parameters` goes with the injected ones: alone it would show defaults that were not used.
LEFT_OUT = {"teaching", "exercise", "solution", "parameters", "injected-parameters", "papermill-error-cell-tag"}


def render_page(
    notebook: NotebookNode,
    *,
    title: str,
    book: str,
    as_of: dt.date | str,
    links: Sequence[tuple[str, str]],
    current: str,
    home: tuple[str, str] | None = None,
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
    home : (href, title), optional
        See `kamlib.report.page.page.html_page`.

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
    return html_page(
        notebook_html(notebook), title=title, book=book, as_of=as_of, links=links, current=current, home=home
    )


def notebook_html(notebook: NotebookNode) -> str:
    """The cells of an executed notebook as HTML: what a reader of reports sees of it.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> notebook_html(new_notebook(cells=[new_markdown_cell("One.")]))
    '<div class="prose">\\n<p>One.</p>\\n</div>\\n'
    """
    kept = (c for c in notebook.cells if LEFT_OUT.isdisjoint(c.metadata.get("tags", ())))
    return "".join(_text_cell(c) if c.cell_type == "markdown" else _code_cell(c) for c in kept)


def _text_cell(cell: NotebookNode) -> str:
    return f'<div class="prose">\n{markdown(cell.source, cell.get("attachments"))}</div>\n'


def _code_cell(cell: NotebookNode) -> str:
    if cell.cell_type != "code":
        return ""
    code = f'<div class="code"><pre><code>{_code(cell.source)}</code></pre></div>\n' if cell.source.strip() else ""
    shown = filter(None, map(output_html, cell.outputs))
    return code + "".join(f'<div class="output">{one}</div>\n' for one in shown)


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
        # a figure of kamlib.look.style; other pictures only if there is nothing better
        if kind in data and ("alt" in meta.get(kind, {}) or "text/html" not in data):
            return _figure(kind, data[kind], meta.get(kind, {}))
    if "text/html" in data:
        return sanitised(data["text/html"])
    # Markdown made by code may hold names from a book, and Markdown cannot escape: as it stands
    return _plain(data.get("text/markdown") or data.get("text/plain", ""))


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


def _refuse_errors(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                raise ValueError(f"cell {number} ended in {output.ename}: {output.evalue}; run it before rendering")
