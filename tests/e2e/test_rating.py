"""Rating in a real Chromium on the demo project: keys alone, mouse alone, phone, accessibility."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.stack import Client, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
# With SCREENSHOTS set the pictures of the README are taken anew.
PICTURES = ROOT / "docs/screenshots" if os.environ.get("SCREENSHOTS") else None
ANSWER = re.compile("Response A")


@pytest.fixture(scope="module")
def project(owner: Client, tmp_path_factory: pytest.TempPathFactory, stack: Stack) -> str:
    """A project with eight pairs and four rankings of four."""
    owner.call("POST", "/projects", {"name": "Tea", "slug": "tea"})
    owner.call("PATCH", "/projects/tea", {"overlap": 4, "guidelines": "# Prefer the true one"})
    rows: list[dict[str, Any]] = [
        {
            "prompt": f"How long should tea number {i} steep?",
            "responses": [{"text": f"**{n + 2}** minutes, says answer {n}."} for n in range(k)],
        }
        for i, k in enumerate([2] * 8 + [4] * 4)
    ]
    file = tmp_path_factory.mktemp("tea") / "tea.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    job = owner.upload("/projects/tea/imports", file)
    path = f"/projects/tea/imports/{job['id']}"
    stack.wait_for(lambda: owner.call("GET", path)["state"] == "done", 60)
    return "tea"


@pytest.fixture
def rater(
    owner: Client, project: str, browser: Browser, stack: Stack
) -> Iterator[tuple[BrowserContext, str]]:
    """A new person's context and the name that managers see."""
    name = f"p-{uuid4().hex[:8]}"
    body = {"name": name, "username": name, "role": "rater"}
    link = owner.call("POST", f"/projects/{project}/people", body)["sign_in_url"]
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_role("region", name=ANSWER)).to_be_visible()
    page.close()
    yield context, name
    context.close()


def open_work(context: BrowserContext, stack: Stack) -> tuple[Page, list[str]]:
    """The work page and the errors that its console shows."""
    errors: list[str] = []
    page = context.new_page()
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto(f"{stack.base}/p/tea/work")
    expect(page.get_by_role("region", name=ANSWER)).to_be_visible()
    return page, errors


def votes_of(owner: Client, name: str) -> list[dict[str, Any]]:
    """The person's newest votes, oldest first."""
    rows = owner.call("GET", "/projects/tea/tasks?status=all")["results"]
    found = []
    for row in rows:
        for vote in owner.call("GET", f"/projects/tea/tasks/{row['id']}")["votes"]:
            if vote["rater"] == name and vote["newest"]:
                found.append(vote)
    return sorted(found, key=lambda vote: str(vote["submitted_at"]))


def to_the_ranking(page: Page) -> None:
    """Answers pairs as ties until a ranking is on the screen."""
    for _ in range(9):
        if "rank" in (page.get_by_role("main").get_attribute("aria-label") or ""):
            return
        task = page.get_by_role("main").get_attribute("aria-label") or ""
        page.keyboard.press("4")
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).not_to_have_attribute("aria-label", task)
    raise AssertionError("no ranking came")


def test_a_pair_is_judged_by_keys_alone_with_skip_and_guidelines(
    rater: tuple[BrowserContext, str], owner: Client, stack: Stack
) -> None:
    context, name = rater
    page, errors = open_work(context, stack)
    page.keyboard.press("g")
    expect(page.get_by_role("heading", name="Prefer the true one")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    task = page.get_by_role("main").get_attribute("aria-label") or ""
    page.keyboard.press("7")
    page.keyboard.press("7")  # the same key again submits
    expect(page.get_by_role("main")).not_to_have_attribute("aria-label", task)
    expect(page.get_by_text("Saved.")).to_be_visible()
    [vote] = votes_of(owner, name)
    assert vote["ranks"][vote["shown"][1]] == 1  # B was much better
    assert vote["strength"] == 3
    assert errors == []


def test_a_pair_is_judged_by_mouse_alone(
    rater: tuple[BrowserContext, str], owner: Client, stack: Stack
) -> None:
    context, name = rater
    page, _ = open_work(context, stack)
    task = page.get_by_role("main").get_attribute("aria-label") or ""
    page.get_by_role("radio", name="Both bad").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("main")).not_to_have_attribute("aria-label", task)
    [vote] = votes_of(owner, name)
    assert vote["ranks"] == [1, 1]
    assert vote["unacceptable"] == [True, True]


def test_four_are_ranked_by_keys_with_a_tie(
    rater: tuple[BrowserContext, str], owner: Client, stack: Stack
) -> None:
    context, name = rater
    page, errors = open_work(context, stack)
    to_the_ranking(page)
    task = page.get_by_role("main").get_attribute("aria-label") or ""
    page.keyboard.press("Enter")  # nothing is placed yet: nothing is sent
    expect(page.get_by_role("main")).to_have_attribute("aria-label", task)
    for key in "2123":
        page.keyboard.press(key)
    expect(page.get_by_role("status", name="Order so far")).to_contain_text("B first")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).not_to_have_attribute("aria-label", task)
    vote = votes_of(owner, name)[-1]
    assert [vote["ranks"][i] for i in vote["shown"]] == [2, 1, 2, 3]
    assert errors == []


def test_a_draft_survives_a_reload(rater: tuple[BrowserContext, str], stack: Stack) -> None:
    context, _ = rater
    page, _ = open_work(context, stack)
    page.keyboard.press("2")
    page.get_by_role("textbox", name="Note").fill("half a thought")
    page.wait_for_timeout(600)
    page.reload()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("half a thought")
    expect(page.get_by_role("radio", name="A better", exact=True)).to_be_checked()


def test_answers_given_offline_are_sent_once_when_the_connection_is_back(
    rater: tuple[BrowserContext, str], owner: Client, stack: Stack
) -> None:
    context, name = rater
    page, _ = open_work(context, stack)
    context.set_offline(True)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Working offline").first).to_be_visible()
    context.set_offline(False)
    stack.wait_for(lambda: len(votes_of(owner, name)) == 1, 40)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_compare_screen_has_no_accessibility_fault(
    rater: tuple[BrowserContext, str], stack: Stack, scheme: Any, width: int
) -> None:
    context, _ = rater
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900 if width > 400 else 844})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{stack.base}/p/tea/work")
    expect(page.get_by_role("region", name=ANSWER)).to_be_visible()
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_managers_pages_have_no_accessibility_fault(
    browser: Browser, owner: Client, stack: Stack
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    for cookie in owner.cookies:
        context.add_cookies([{"name": cookie.name, "value": cookie.value or "", "url": stack.base}])
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    for part in ("", "/tasks", "/people", "/raters", "/agreement", "/policies", "/reward-models",
                 "/rounds", "/data", "/settings"):  # fmt: skip
        page.goto(f"{stack.base}/p/demo/manage{part}")
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert faults_of(page) == [], part
    assert errors == []
    context.close()


def test_the_pictures_of_the_readme(browser: Browser, stack: Stack) -> None:
    """The demo rater's screen; saved where SCREENSHOTS is set."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(stack.links["demo rater"])
    expect(page.get_by_role("region", name=ANSWER)).to_be_visible()
    picture = page.screenshot()
    assert len(picture) > 10_000
    if PICTURES:
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / "compare.png").write_bytes(picture)
    context.close()


def faults_of(page: Page) -> list[str]:
    """Violations of WCAG 2.2 A and AA that axe finds, by rule and element."""
    # evaluate() runs outside the page's policy, which forbids added scripts.
    page.evaluate(AXE.read_text() + ";0")
    result = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [f"{v['id']}: {node['html'][:120]}" for v in result["violations"] for node in v["nodes"]]
