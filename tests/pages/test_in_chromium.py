"""The page in a real browser, from a file: filters, search, keys, links, and that nothing leaves it or runs in it.

Needs the package playwright (the extra ``browser``) and a Chromium that is on the machine, such as Debian's package
``chromium``; ``LMMS_ROBUST_CHROMIUM`` names another. Playwright's own download is not used.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lmms_robust.consistency.verdicts import Vote, path_for, response_digest, write
from tests.pages.made import lmms_robust
from tests.report.samples import line, log, record

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="no package playwright; pip install 'lmms-robust[browser]'"
)
CHROMIUM = os.environ.get("LMMS_ROBUST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("no chromium on this machine; apt-get install chromium", allow_module_level=True)

HOSTILE = (
    "<think>It is <script>window.ran = 1</script><img src=https://example.invalid/x onerror='window.ran = 2'>"
    "{{constructor}} ${window.ran = 3} red.</think><answer>A</answer>"
)
ITEMS, WRONG = 40, 13
"""Of one model, this many items fall under wrong_think; the other keeps all."""


def lines(model: str) -> Iterator[str]:
    for number in range(ITEMS):
        changes = {
            "digest": f"d{number}",
            "category": "shape" if number % 2 else "color",
            "question": f"Which {number}?",
        }
        yield line(record(f"i{number}", "base", "A", True, conclusion="A", **changes), HOSTILE if number == 7 else "")
        answer = "B" if model == "weak" and number < WRONG else "A"
        yield line(record(f"i{number}", "wrong_think", answer, True, injection="prefill", **changes))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models; a judge has an opinion on one response."""
    place = tmp_path_factory.mktemp("chromium")
    for model in ("strong", "weak"):
        logged = log(place / "runs" / model, "d1", "robustness_scenes", *lines(model))
    said = Vote("i7", "d7", "base", 0, response_digest(HOSTILE), "qwen", "A", model="Qwen")
    write(path_for(logged, "qwen"), [said])
    lmms_robust("report", place / "runs", "--output", place / "page", "--no-pictures")
    return place / "page"


@pytest.fixture
def page(report: Path) -> Iterator[sync_api.Page]:
    faults: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: None if request.url.startswith("file:") else faults.append(request.url))
        page.goto((report / "index.html").as_uri())
        page.wait_for_selector("body[data-ready]")
        yield page
        assert page.evaluate("window.ran") is None
        browser.close()
    assert faults == []


def told(page: sync_api.Page, count: int) -> None:
    sync_api.expect(page.locator("#told")).to_contain_text(f"{count} of {4 * ITEMS} samples.")


def pick(page: sync_api.Page, field: str, value: str) -> None:
    page.locator("#filters label", has_text=field).first.locator("select").select_option(value)


def sample(page: sync_api.Page) -> str:
    found: str = page.evaluate("new URLSearchParams(location.hash.slice(1)).get('sample')")
    return found


def test_every_figure_is_drawn(page: sync_api.Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for figure in page.locator("figure").all():
        figure.scroll_into_view_if_needed()
        sync_api.expect(figure).to_have_attribute("data-drawn", "yes")
        assert figure.locator("svg path, svg rect").count() > 2


def test_filters_narrow_the_list_and_stand_in_the_address(page: sync_api.Page, report: Path) -> None:
    told(page, 4 * ITEMS)
    pick(page, "condition", "wrong_think")
    told(page, 2 * ITEMS)
    pick(page, "answer here", "planted")
    told(page, WRONG)
    pick(page, "category", "shape")
    told(page, WRONG // 2)
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    told(page, WRONG // 2)


def test_disagreement_of_two_models_shows_both(page: sync_api.Page) -> None:
    pick(page, "right: this model", "strong")
    pick(page, "and not this one", "weak")
    told(page, WRONG)
    heads = page.locator("#detail .pane h4")
    sync_api.expect(heads).to_have_text(["strong · base", "strong · wrong think", "weak · wrong think"])


def test_search_reads_the_replies(page: sync_api.Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("EXAMPLE.invalid")
    told(page, 2)
    sync_api.expect(page.locator("#detail .pane .text").first).to_have_text(HOSTILE)
    assert page.locator("#detail script, #detail img").count() == 0


def test_what_the_reasoning_ends_on_is_marked_beside_it(page: sync_api.Page) -> None:
    found = page.locator("#detail .pane").first.locator(".reasoning")
    sync_api.expect(found).to_have_attribute("data-ends", "ends on A. red")


def test_a_long_option_that_reasoning_ends_on_stays_in_its_pane(page: sync_api.Page) -> None:
    sync_api.expect(page.locator("#detail .pane .reasoning").first).to_be_visible()
    for text in ("ends on A. " + "a long option " * 20, "ends on A. " + "x" * 300):
        page.evaluate("text => { document.querySelector('#detail .pane [data-ends]').dataset.ends = text; }", text)
        inside = (
            "one => one.scrollWidth <= one.clientWidth && one.querySelector('.text').scrollWidth <= one.clientWidth"
        )
        assert page.locator("#detail .pane").first.evaluate(inside)


def test_keys_go_through_samples_and_conditions(page: sync_api.Page) -> None:
    first = sample(page)
    page.keyboard.press("j")
    second = sample(page)
    assert first != second
    page.keyboard.press("k")
    assert sample(page) == first
    page.keyboard.press("]")
    assert sample(page) == first.replace("/base/", "/wrong_think/")
    page.keyboard.press("[")
    assert sample(page) == first


def test_a_link_leads_to_its_sample_where_votes_are_said(page: sync_api.Page, report: Path) -> None:
    page.goto("about:blank")
    page.goto((report / "index.html").as_uri() + "#sample=weak%2Frobustness_scenes%2Fi7%2Fbase%2F0")
    page.wait_for_selector("body[data-ready]")
    sync_api.expect(page.locator("#detail h3")).to_contain_text("i7")
    sync_api.expect(page.locator("#detail .vote")).to_have_text("vote of qwen: A")
    page.locator("#detail h3 a").click()
    sync_api.expect(page.locator("#detail h3")).to_contain_text("i7")


def test_a_phone_shows_it_without_scrolling_sideways(page: sync_api.Page) -> None:
    page.set_viewport_size({"width": 380, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
