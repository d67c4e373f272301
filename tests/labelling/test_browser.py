"""The page in a real browser, by keyboard alone.

Needs the package playwright (the extra ``browser``) and a Chromium that is on the machine, such as Debian's package
``chromium``; ``LMMS_ROBUST_CHROMIUM`` names another. Playwright's own download is not used.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lmms_robust.consistency.verdicts import read
from tests.labelling.serving import HOSTILE, cases, serving

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="no package playwright; pip install 'lmms-robust[browser]'"
)
CHROMIUM = os.environ.get("LMMS_ROBUST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("no chromium on this machine; apt-get install chromium", allow_module_level=True)


@pytest.fixture
def page() -> Iterator[sync_api.Page]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 800})
        yield page
        browser.close()


def test_five_verdicts_by_keyboard(page: sync_api.Page, tmp_path: Path) -> None:
    found = cases(tmp_path / "out")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    count, reasoning = page.locator("#count"), page.locator("#reasoning")
    with serving(found) as address:
        page.goto(address)
        for place, key in enumerate(["a", "B", "n", "u", "a"]):
            sync_api.expect(count).to_have_text(f"{place} of 6 labelled · number {place + 1}")
            assert reasoning.text_content() == found[place].about.reasoning
            page.keyboard.press(key)
        sync_api.expect(count).to_have_text("5 of 6 labelled · number 6")
        sync_api.expect(page.locator("#picture")).to_be_hidden()  # it has none
        page.keyboard.press("ArrowLeft")
        sync_api.expect(count).to_have_text("5 of 6 labelled · number 5")
        sync_api.expect(page.locator("button.chosen")).to_have_text("A  red")
        assert page.locator("#picture").evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
        page.keyboard.press("c")  # no option has it
        page.keyboard.press("b")  # another verdict on the same
        sync_api.expect(count).to_have_text("5 of 6 labelled · number 6")
        page.screenshot(path=tmp_path / "page.png", full_page=True)
        if kept := os.environ.get("LMMS_ROBUST_SCREENSHOT"):
            shutil.copy(tmp_path / "page.png", kept)
        page.keyboard.press("a")
        sync_api.expect(page.locator("#message")).to_have_text("All are labelled; thank you. This page can be closed.")
    votes = read(found[0].file).found
    said = [votes[case.vote.key] for case in found]
    assert [vote.conclusion for vote in said] == ["A", "B", None, None, "B", "A"]
    assert [vote.failed for vote in said] == [None, None, None, "unsure", None, None]
    assert faults == []


def test_texts_of_others_stay_texts_and_a_lost_server_is_said(page: sync_api.Page, tmp_path: Path) -> None:
    found = cases(tmp_path / "out")
    with serving(found) as address:
        page.goto(address)
        sync_api.expect(page.locator("#reasoning")).to_contain_text("<script>document.title = 'taken'</script>")
        assert HOSTILE.strip() in (page.locator("#reasoning").text_content() or "")
        assert page.title() == "On which option does the reasoning end?"
    page.keyboard.press("a")
    sync_api.expect(page.locator("#message")).to_contain_text("Not saved")
    assert not found[0].file.exists()
