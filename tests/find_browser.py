"""Finds the Chromium that drives the browser tests. Stdlib only, for it runs before any set-up.

Run as a script it installs Debian's when there is none and it may, else says what to do.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHOICE = "ECONOME_TEST_BROWSER"


def find_browser() -> str | None:
    """The path of a Chromium, or None."""
    return os.environ.get(CHOICE) or next((path for name in NAMES if (path := shutil.which(name))), None)


def _install() -> None:
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *arguments], env=quiet, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    if not find_browser():
        _install()
    if not find_browser():
        sys.exit(
            "The browser tests need Chromium, and none is on the path. Install it (on Debian: "
            f"apt-get install chromium), or set {CHOICE} to where it is."
        )
