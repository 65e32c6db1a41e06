"""A Chromium that somebody drives: what it shows, what it asks for, what it complains about."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
LONG = 30  # seconds for a page to come

# Without the last option, one load of a file in ten sees an empty local storage, on a page of one
# line too (Chromium 156, measured): what was ticked before the load would seem lost.
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--lang=fr", "--window-size=1200,900",
    "--disable-features=RenderDocument",
)  # fmt: skip

CONTRASTS = """
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
function rgba(css) {
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
  return canvas.getImageData(0, 0, 1, 1).data;
}
function light(c) {
  const [r, g, b] = [c[0], c[1], c[2]].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function behind(node) {
  for (let one = node; one; one = one.parentElement) {
    const c = rgba(getComputedStyle(one).backgroundColor);
    if (c[3] > 250) return c;
  }
  return rgba('white');
}
const poor = [];
for (const node of document.body.querySelectorAll('*')) {
  const own = [...node.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own || !node.checkVisibility({visibilityProperty: true})) continue;
  const a = light(rgba(getComputedStyle(node).color)), b = light(behind(node));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) poor.push([node.textContent.trim().slice(0, 60), Math.round(ratio * 100) / 100]);
}
return poor;
"""
"""The texts whose contrast with what is behind them is under 4.5 (WCAG 2.2, 1.4.3)."""


AXE = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
# Of 4.4: native radios count as what a radiogroup holds in later versions, which see no fault here.
RUN_AXE = """
const rules = {'aria-required-children': {enabled: false}};
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations'], rules}).then(
  told => done(told.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.target.join(' ')} ${node.html.slice(0, 120)}`))),
  fault => done([`axe-core failed: ${fault}`]));
"""


class Person:
    """Somebody at a browser of their own. `home` is the wiki that they visit."""

    def __init__(self, profile: Path, home: str = "") -> None:
        """Open the browser, with a fresh profile in this folder."""
        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for option in (*_OPTIONS, f"--user-data-dir={profile}"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        self.home = home
        self.asked: set[str] = set()
        self.complaints: list[str] = []

    def close(self) -> None:
        """Close the browser."""
        self.driver.quit()

    # -- going about ----------------------------------------------------------------------------

    def open(self, address: str) -> Person:
        """Go to a page of the wiki, or to a whole address."""
        whole = address if "://" in address else f"{self.home}?{address}"
        self.driver.get(whole)
        self.listen()
        return self

    def _log(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call] # selenium's
        return found

    def listen(self) -> None:
        """Note what the page asked the network for, and what the console says."""
        for entry in self._log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = str(message["params"]["request"]["url"])
                if not url.startswith("chrome"):  # Chromium's own first tab
                    self.asked.add(url)
        for entry in self._log("browser"):
            if entry["level"] in ("SEVERE", "WARNING"):
                self.complaints.append(entry["message"])

    def one(self, css: str) -> WebElement:
        """The first element."""
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def all(self, css: str) -> list[WebElement]:
        """Every element."""
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def follow(self, words: str, within: str = "main") -> None:
        """Click the link or button that says these words."""
        wanted = f"//{within}//*[self::a or self::button][normalize-space()='{words}']"
        self._leave_by(self.driver.find_element(By.XPATH, wanted))

    def fill(self, values: Mapping[str, str], within: str = "main") -> None:
        """Write in inputs, by their name."""
        for name, value in values.items():
            control = self.one(f'{within} [name="{name}"]')
            control.clear()
            control.send_keys(value)

    def choose(self, name: str, value: str) -> None:
        """Choose an answer of a question."""
        self.one(f'main [name="{name}"][value="{value}"]').click()

    def send(self, css: str) -> None:
        """Press the button of a form."""
        self._leave_by(self.one(css))

    def _leave_by(self, element: WebElement) -> None:
        """Click what leads to another page, and be there: a click ends before the page changes."""
        page = self.one("html")
        try:
            element.click()
        except WebDriverException as gone:  # the page went while the driver looked at it again
            if "does not belong to the document" not in str(gone.msg):
                raise
        WebDriverWait(self.driver, LONG).until(staleness_of(page))
        self.listen()

    # -- what is seen ---------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """All that the page shows."""
        return str(self.one("body").text)

    @property
    def main(self) -> str:
        """What the page shows between its menu and its footer."""
        return str(self.one("main").text)

    @property
    def source(self) -> str:
        """The page as it is in memory, shown or not."""
        return str(self.driver.page_source)

    def width(self, pixels: int, height: int = 800) -> None:
        """Take a screen of this width."""
        size = {"width": pixels, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def media(self, kind: str = "", **features: str) -> None:
        """Look as on paper, or with a preference (`prefers_color_scheme="dark"`)."""
        wanted = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        command = {"media": kind, "features": wanted}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", command)

    def overflows(self) -> bool:
        """Whether one has to scroll sideways."""
        script = "return document.documentElement.scrollWidth > window.innerWidth"
        return bool(self.driver.execute_script(script))

    def poor_contrasts(self) -> list[list[object]]:
        """Texts hard to read, with their ratio."""
        return list(self.driver.execute_script(CONTRASTS))

    def axe_faults(self) -> list[str]:
        """What axe-core says is wrong: the rule, and where. Its source runs in the page's own
        world, and asks nobody anything."""
        self.driver.execute_script(AXE)
        told: list[str] = self.driver.execute_async_script(RUN_AXE)
        return told

    def picture(self, path: Path, height: int) -> None:
        """Save the top of the page as a PNG."""
        width = self.driver.execute_script("return window.innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        command = {"clip": clip, "captureBeyondViewport": True}
        data = self.driver.execute_cdp_cmd("Page.captureScreenshot", command)["data"]
        path.write_bytes(base64.b64decode(data))

    # -- the wiki -------------------------------------------------------------------------------

    def forget(self) -> Person:
        """Become a passer-by: a private window."""
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        return self

    def sign_up(self, name: str, email: str, password: str) -> None:
        """Create an account on the page of settings."""
        self.fill({"name": name, "email": email, "password": password, "confpassword": password})
        self.send('main form:has([name="confpassword"]) [type="submit"]')

    def log_in(self, name: str, password: str) -> Person:
        """Log in from the page of log in."""
        self.forget().open("PageLogin")
        self.fill({"name": name, "password": password})
        self.send('main form:has([name="password"]) [type="submit"]')
        return self

    def introduce(self, first_name: str, email: str, town: str, words: str) -> None:
        """Fill in the form of the participants, which is open, and send it."""
        texts = {"bf_prenom": first_name, "bf_presentation": words, "bf_mail": email,
                 "bf_ville": town}  # fmt: skip
        self.fill(texts)
        for end in ("bf_consent_carte", "bf_charte"):
            self.one(f'main [name$="{end}"][value="oui"]').click()
        self.send('main form#formulaire [type="submit"]')
