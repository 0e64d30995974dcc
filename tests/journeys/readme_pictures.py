"""The two pictures of the README, from the furnished bureau: `make pictures` writes them to docs/pictures."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from engine.store.vault import Vault
from tests.journeys.conftest import CHROMIUM, FLAGS, Clock, running
from tests.journeys.furnished import HANDLER, furnish

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
COLOURS = 256
TYPED = {
    "survey_on": "2026-09-22",
    "surveyor_1": "王建国",
    "surveyor_2": "赵敏",
    "site_opinion": "用地范围与勘测定界成果一致，地类为旱地和其他草地，周边无永久性建筑物，具备复垦条件。",
}
MOST = 150_000  # bytes


def keep(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    small = (
        Image.open(BytesIO(page.screenshot()))
        .convert("RGB")
        .quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    )
    file = FOLDER / f"{name}.png"
    small.save(file, optimize=True)
    size = file.stat().st_size
    if size > MOST:
        raise SystemExit(f"{file} has {size} bytes, more than {MOST}")
    print(f"{file} {size} bytes")


def take() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder, clock = Path(place), Clock()
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        with running(browser, folder, f"sqlite:///{folder / 'chengban.db'}", clock) as desk:
            made = furnish(desk.bureau, Vault(folder / "files"), clock)
            case = made.names["soon"]
            with desk.signed_in(HANDLER) as page:
                keep(page, "inbox")
                page.goto(f"{desk.url}/cases/{case}/items/{made.items(case)['survey']}")
                for name, text in TYPED.items():
                    page.fill(f"#f-{name}", text)
                page.evaluate("document.activeElement.blur()")
                keep(page, "step")
        browser.close()


if __name__ == "__main__":
    take()
