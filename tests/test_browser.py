"""In a real browser: our script runs, theirs does not."""

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from kamlib import style
from kamlib.report.render import render_page
from kamlib.show import table

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="chromium is not on PATH")

OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --virtual-time-budget=1000 --dump-dom"
).split()
EVIL = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
# Clicks where a reader would, once our script has run.
CLICKS = """
<script>
const buttons = document.querySelectorAll("th button");
buttons[1].click(); buttons[0].click(); buttons[1].click();
const box = document.querySelector("input[type=search]");
box.value = "ACCOUNT 1"; box.dispatchEvent(new Event("input"));
</script>"""


@pytest.fixture(scope="module")
def page() -> str:
    frame = pd.DataFrame({"account": [f"Account {i}" for i in range(12)] + [EVIL]})
    frame["sales_cents"] = [900, 1000, None, *range(2000, 3000, 100)]
    shown = table(frame, caption="Accounts")._repr_html_()
    picture, meta = style.figure(style.axes(), caption="Nothing.", alt="Empty axes.")._repr_mimebundle_()
    outputs = [
        new_output("display_data", data={"text/html": shown}),
        new_output("display_data", data=picture, metadata=meta),
        new_output("display_data", data={"text/html": EVIL}),
    ]
    book = new_notebook(cells=[new_code_cell("", outputs=outputs)])
    return render_page(book, title="Title", book="B", as_of="2011-12-09", links=[], current="")


def dom(html: str, folder: Path) -> str:
    """The document after its scripts have run."""
    path = folder / "page.html"
    path.write_text(html, "utf-8")
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={folder / 'profile'}", path.as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C.UTF-8"})
    return done.stdout.decode("utf-8")


def test_our_script_runs_and_theirs_does_not(page, tmp_path):
    # past the other two walls, so that the policy alone stands in the way
    raw = page.replace("</article>", EVIL + '<p style="color: red">x</p></article>')
    seen = dom(raw, tmp_path)
    assert "<title>Title · B</title>" in seen
    assert seen.count('<button type="button">') == 2
    assert "Filter these 13 rows" in seen


def test_the_trap_would_have_shown_it(page, tmp_path):
    """Without the policy the hostile script does run: the test above is able to fail."""
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert "<title>owned</title>" in dom(open_page.replace("</article>", EVIL + "</article>"), tmp_path)


def test_sorting_and_filtering(page, tmp_path):
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    seen = dom(open_page.replace("</body>", CLICKS + "</body>"), tmp_path)
    sorted_by = re.findall(r'aria-sort="(\w+)"[^>]*><button type="button">([^<]*)', seen)
    assert sorted_by == [("descending", "Sales")]
    rows = re.findall(r"<tr([^>]*)><td><bdi>([^<]*)", seen)
    assert [name for _, name in rows][-3:] == ["Account 1", "Account 0", "Account 2"]  # the empty one last
    assert [name for hidden, name in rows if not hidden] == ["Account 11", "Account 10", "Account 1"]
    assert "3 of 13 rows" in seen


@pytest.fixture
def listener():
    """A port that stands in for the whole network: the browser is told to fetch everything through it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def requests_of(path: Path, listener: socket.socket, folder: Path) -> list[str]:
    """First lines of what a browser asked of the network while it had a page open."""
    proxy = f"--proxy-server=127.0.0.1:{listener.getsockname()[1]}"
    command = [CHROMIUM, *OPTIONS, proxy, f"--user-data-dir={folder / 'profile'}", path.as_uri()]
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    asked = []
    while browser.poll() is None:
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        with connection:
            connection.settimeout(2)
            asked.append(connection.recv(1000).decode("latin-1").split("\r\n")[0])
    return [line for line in asked if "google" not in line and "gvt1" not in line]  # the browser's own


def test_no_request_leaves_a_page(report, listener, tmp_path):
    pages = sorted(report[0].glob("*.html"))
    assert len(pages) >= 4
    assert [requests_of(page, listener, tmp_path) for page in pages] == [[]] * len(pages)


def test_a_request_would_have_been_seen(listener, tmp_path):
    path = tmp_path / "page.html"
    path.write_text('<img src="http://example.org/a.png">', "utf-8")
    assert requests_of(path, listener, tmp_path) == ["GET http://example.org/a.png HTTP/1.1"]
