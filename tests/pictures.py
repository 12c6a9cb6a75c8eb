"""The pictures of the README: a fresh trial site, opened in Chromium. `python -m tests.pictures`.

Needs Debian's chromium and the `dev` extra. Everything listens on loopback; the site lives in a
temporary folder and is stopped and removed at the end.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".pictures"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def take(browser: Browser, base: str, user: str, password: str) -> None:
    """The three pictures, each at the width of the device it is of."""
    phone = browser.new_page(viewport={"width": 390, "height": 780}, device_scale_factor=2)
    phone.goto(f"{base}/dev/mail/")
    # An issue's mail is longer than a confirmation: the first page of the list shows both.
    links = phone.locator("main a[href^='/dev/mail/']").all()
    phone.goto(base + str(links[0].get_attribute("href")) + "html/")
    phone.screenshot(path=FOLDER / "mail.png")
    desk = browser.new_page(viewport={"width": 1100, "height": 1000})
    desk.goto(f"{base}/sample-en/")
    desk.locator("main a[href^='/sample-en/2']").first.click()
    desk.screenshot(path=FOLDER / "site.png")
    desk.goto(f"{base}/admin/login/?next=/admin/newsletter/issue/")
    desk.fill("input[name=username]", user)
    desk.fill("input[name=password]", password)
    desk.press("input[name=password]", "Enter")
    desk.wait_for_load_state()
    href = desk.locator("a[href*='/newsletter/issue/']:has-text('Sample')").first
    href.click()
    desk.locator("a:has-text('Audience')").first.click()
    desk.wait_for_load_state()
    desk.screenshot(path=FOLDER / "plan.png")


def main() -> None:
    """Make the site, take the pictures, stop it."""
    FOLDER.mkdir(exist_ok=True)
    folder = tempfile.mkdtemp(prefix="sudi-pictures-")
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    env = {**os.environ, "DATA_DIR": folder, "BASE_URL": base, "DEBUG": "1"}
    for name in ("DATABASE_URL", "SMTP_URL"):
        env.pop(name, None)
    made = subprocess.run(
        [sys.executable, "manage.py", "quickstart", "--no-serve"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    found = re.search(r"Sign in as (\S+) with the password (\S+)", made.stdout)
    assert found is not None, made.stdout
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "newsletter.config.wsgi", "--threads", "4",
         "--bind", f"127.0.0.1:{port}", "--log-level", "error"],
        cwd=ROOT, env=env,
    )  # fmt: skip
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{base}/healthz", timeout=2).read()
                break
            except OSError:
                time.sleep(0.2)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
            )
            take(browser, base, *found.groups())
            browser.close()
    finally:
        web.terminate()
        web.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
