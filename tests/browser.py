"""A browser that tests drive: Chromium over the W3C WebDriver protocol, spoken by Debian's chromedriver.

The protocol is JSON over HTTP, and the tests need ten of its commands: the standard library is enough.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
AXE = ROOT / ".cache" / "axe" / "axe.min.js"  # put there by `make browser`
LACKING = "no chromium, chromedriver or pdftotext on the PATH, or no axe-core: see `make browser`"
READER = shutil.which("pdftotext")
WHOLE = bool(CHROMIUM and DRIVER and READER and AXE.exists())
# In CI the browser is not a matter of luck: what can install it must have done so.
MUST = bool(os.environ.get("CI")) and hasattr(os, "geteuid") and os.geteuid() == 0
needs_browser = pytest.mark.skipif(not WHOLE and not MUST, reason=LACKING)

SWITCHES = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-default-apps --disable-extensions --hide-scrollbars "
    "--force-color-profile=srgb --disable-features=PreconnectToSearch,OptimizationHints,MediaRouter"
).split()
TAB, ENTER, SPACE, SHIFT = "\ue004", "\ue007", " ", "\ue008"


class Browser:
    """One window of a browser; made by `browser`."""

    def __init__(self, address: str, session: str):
        self._session = f"{address}/session/{session}"

    def ask(self, method: str, path: str, **body) -> object:
        """The answer to one command of the protocol."""
        return _ask(method, f"{self._session}/{path}", body)

    def open(self, page: Path | str) -> None:
        """Open a file or an address."""
        self.ask("POST", "url", url=page if isinstance(page, str) else page.as_uri())

    def run(self, script: str, *given) -> object:
        """What a script of ours returns; the page's policy does not apply to it."""
        return self.ask("POST", "execute/sync", script=script, args=list(given))

    def wait(self, script: str, *given) -> object:
        """What a script hands to its last argument, a function."""
        return self.ask("POST", "execute/async", script=script, args=list(given))

    def keys(self, *pressed: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        steps = [{"type": kind, "value": key} for key in pressed for kind in ("keyDown", "keyUp")]
        self.ask("POST", "actions", actions=[{"type": "key", "id": "keys", "actions": steps}])

    def size(self, width: int, height: int = 900, *, phone: bool = False) -> None:
        """The window as a desktop's or a phone's."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )

    def devtools(self, command: str, **given) -> object:
        """The answer to a command of Chromium's own protocol."""
        return self.ask("POST", "goog/cdp/execute", cmd=command, params=given)

    def console(self) -> list[str]:
        """What the console has said since it was last asked: errors, refusals of the policy, our own lines."""
        return [entry["message"] for entry in self.ask("POST", "se/log", type="browser")]

    def printed(self) -> list[str]:
        """The words on each sheet of A4 that the page prints on."""
        pdf = base64.b64decode(self.ask("POST", "print", page={"width": 21.0, "height": 29.7}))
        done = subprocess.run([READER, "-", "-"], input=pdf, capture_output=True, check=True)
        return done.stdout.decode("utf-8").split("\f")[:-1]

    def screenshot(self, path: Path) -> None:
        """The whole page as a picture."""
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextlib.contextmanager
def browser(*switches: str) -> Iterator[Browser]:
    """A browser of its own profile; closed at the end."""
    if not WHOLE:
        pytest.fail(f"this is CI, as root, and there is {LACKING}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            address = f"http://127.0.0.1:{_port(driver)}"
            options = {"binary": CHROMIUM, "args": [*SWITCHES, f"--user-data-dir={profile}", *switches]}
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            made = _ask("POST", f"{address}/session", {"capabilities": {"alwaysMatch": wanted}})
            window = Browser(address, made["sessionId"])
            yield window
            window.ask("DELETE", "")
        finally:
            driver.terminate()
            driver.wait(timeout=20)


def _port(driver: subprocess.Popen) -> int:
    for line in driver.stdout:
        if found := re.search(r"started successfully on port (\d+)", line):
            return int(found[1])
    raise RuntimeError("chromedriver did not start")


def _ask(method: str, address: str, body: dict) -> object:
    content = json.dumps(body).encode() if method == "POST" else None
    request = urllib.request.Request(address.rstrip("/"), content, {"Content-Type": "application/json"}, method=method)
    try:
        # not through a proxy that the machine may have set
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise RuntimeError(json.load(error)["value"]["message"]) from None
