"""Pictures of every public page at every size, to be looked at: `python -m tests.browser.pictures FOLDER [NAME…]`."""

import sys
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.stage import chromium, served
from tests.web.gallery import gallery

SIZES = {"390": (390, 844), "320": (320, 568), "1440": (1440, 900)}


def take_pictures(browser: Browser, address: str, names: list[str], folder: Path) -> list[Path]:
    """Writes the first screen at each size, and the whole page on a phone, of each of `names`; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    for label, (width, height) in SIZES.items():
        page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
        for name in names:
            page.goto(f"{address}/{name}")
            stem = f"{name.replace('/', '-')}-{label}"
            taken.append(folder / f"{stem}.png")
            page.screenshot(path=taken[-1])
            if label == "390":
                taken.append(folder / f"{stem}-whole.png")
                page.screenshot(path=taken[-1], full_page=True)
        page.close()
    return taken


if __name__ == "__main__":
    with chromium() as running, served() as where:
        for file in take_pictures(running, where, sys.argv[2:] or sorted(gallery()), Path(sys.argv[1])):
            print(file)
