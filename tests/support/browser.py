"""A real browser, and the canvas built for it."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, Playwright, ViewportSize

ROOT = Path(__file__).resolve().parents[2]
CANVAS = ROOT / "services" / "canvas"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PUBLIC_NAME = "groove.test"
"""A name that leads to this machine, and is no localhost: to the browser it is as far away as any other."""
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    f"--host-resolver-rules=MAP {PUBLIC_NAME} 127.0.0.1",
)
WINDOW: ViewportSize = {"width": 1280, "height": 720}
MISSING = "There is no Chromium on PATH. `make chromium` installs it where it may; see also ALLOW_NO_BROWSER."
_MAKE_VARIABLES = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")


def chromium() -> str | None:
    """The path of a browser, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def launched(playwright: Playwright) -> Browser:
    path = chromium()
    assert path, MISSING
    return playwright.chromium.launch(executable_path=path, args=list(ARGS))


def build_canvas(place: Path) -> None:
    """Put the canvas there as its sources are now; quick when they have not changed since the last time."""
    env = {name: value for name, value in os.environ.items() if name not in _MAKE_VARIABLES} | {"NO_COLOR": "1"}
    make = ["make", "--silent", "canvas"]
    with (CANVAS / ".building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other test processes build it, too
        made = subprocess.run(make, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout + made.stderr
        shutil.copytree(CANVAS / "dist", place)
