"""Projects that ask one kind of question each, raters at a browser in them, and what arrived.

It knows the HTTP API and where a work screen has its parts; what a test does there, it doesn't.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.stack import Client, Stack

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
# With SHOTS set, a folder, the screens are saved there to be looked at.
SHOTS = Path(os.environ["SHOTS"]) if os.environ.get("SHOTS") else None
SIZES = {1440: 900, 390: 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TABS = 40

PUMP = (
    "A heat pump moves heat that is already there. Even air at −10 °C holds some.\n\n"
    "1. A cold fluid takes up heat outside and boils.\n2. A compressor squeezes the vapour, which "
    "makes it hot.\n3. Inside it gives the heat to the radiators and becomes liquid again.\n\n"
    "So one kilowatt-hour of electricity brings about **three** of heat."
)
HEATER = (
    "It works like an electric heater. The current warms a coil, and a fan blows the warm air "
    "into the rooms.\n\nIn winter it needs more current, since the house loses more heat."
)
TEAS = [
    "Green tea: 80 °C and two minutes. It turns bitter when the water boils.",
    "Black tea: boiling water, four minutes, and a lid on the pot.",
    "White tea: 75 °C, and as long as you like.",
    "Any tea: hot water, until it looks right.",
]
LISBON = (
    "🌞🙂 Lisbon is the capital of Portugal. It lies at the mouth of the Tagus. "
    "About nine million people live in the city itself. The trams are a hundred years old, and "
    "the oldest line still climbs to the castle."
)
PORTO = (
    "Porto is the second city of Portugal. It gave port wine its name. "
    "You should go there at once, you lazy person."
)
PROOF = (
    "We solve $x^2 - 5x + 6 = 0$.",
    "First we look for two numbers with the sum $5$ and the product $6$.",
    "These are $2$ and $3$, since $2 + 3 = 5$ and $2 \\cdot 3 = 6$.",
    "Hence $x^2 - 5x + 6 = (x - 2)(x - 3)$.",
    "A product is zero if and only if one of its factors is.",
    "So $x - 2 = 0$ or $x - 3 = 0$.",
    "From the first we get $x = -2$.",
    "From the second we get $x = 3$.",
    "We check the second: $9 - 15 + 6 = 0$, as it should be.",
    "The sum of the solutions is therefore $1$.",
    "This contradicts the sum of $5$ that we began with, so we made a mistake.",
    "The equation has no solution.",
)
MINUTES = (
    "The meeting was about the budget. Everybody talked a lot. Anna said that the heating is "
    "expensive and Bert said that it isn't. In the end they decided to ask for two offers until "
    "the first of March.\n\nThe next meeting is soon."
)


@dataclass(frozen=True)
class Asked:
    """A question as the API takes it, and the responses of its tasks."""

    kind: str
    spec: dict[str, Any]
    prompt: str
    responses: list[str]


ASKED = {
    "criteria": Asked(
        "comparison",
        {"prompt": "Which answer is better?", "criteria": ["Correctness", "Style"],
         "reasons": ["Too long", "Wrong facts"]},
        "How does a heat pump heat a house in winter?",
        [PUMP, HEATER],
    ),
    "top": Asked(
        "comparison",
        {"prompt": "Which answers are the best?", "place": "top", "top_m": 2, "k_max": 4},
        "How do I make good tea?",
        TEAS,
    ),
    "marks": Asked(
        "rating",
        {"prompt": "How good is each answer?", "low": "poor", "high": "excellent",
         "minimum": 1, "maximum": 5, "marks": ["Wrong", "Rude"],
         "criteria": [{"name": "Helpful", "about": "Does it answer what was asked?"},
                      {"name": "True", "about": "Are its statements right?"}]},
        "Tell me about a city in Portugal.",
        [LISBON, PORTO],
    ),
    "slider": Asked(
        "rating",
        {"prompt": "How good is this answer?", "low": "useless", "high": "perfect",
         "minimum": 0, "maximum": 100, "slider": True,
         "criteria": [{"name": "Helpful", "about": "Does it answer what was asked?"},
                      {"name": "True", "about": ""}]},
        "How does a heat pump heat a house in winter?",
        [PUMP],
    ),
    "steps": Asked(
        "steps",
        {"prompt": "Which is the first wrong step?", "first_error": True, "neutral": False},
        "Solve $x^2 - 5x + 6 = 0$.",
        ["\n\n".join(PROOF)],
    ),
    "revision": Asked(
        "revision",
        {"prompt": "What is wrong with these minutes? Write better ones.",
         "principles": ["Be brief.", "Name who does what, and until when."]},
        "Write the minutes of our meeting.",
        [MINUTES],
    ),
}  # fmt: skip


@dataclass
class Seat:
    """A rater at the work page of a project."""

    page: Page
    slug: str
    name: str
    person: int
    errors: list[str] = field(default_factory=list)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, stop: Locator) -> None:
        """Goes on by Tab until the focus is there."""
        for _ in range(TABS):
            if stop.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab doesn't reach {stop}")

    def go(self, part: str) -> None:
        """To another page of the project, as its address is written."""
        base = self.page.url.partition("/p/")[0]
        self.page.goto(f"{base}/p/{self.slug}/{part}")

    def letters(self, texts: list[str]) -> list[str]:
        """The letter under which the screen shows each text."""
        shown = {
            letter: self.page.get_by_role("group", name=f"Text of Response {letter}", exact=True)
            for letter in "ABCD"[: len(texts)]
        }
        begins = {letter: group.text_content() or "" for letter, group in shown.items()}
        return [next(x for x, own in begins.items() if own.startswith(t[:20])) for t in texts]

    def sent(self, send: str | Locator) -> None:
        """Submits by a key or a button, and waits until another task stands there."""
        before = self.main.get_attribute("aria-label") or ""
        if isinstance(send, str):
            self.page.keyboard.press(send)
        else:
            send.click()
        expect(self.main).not_to_have_attribute("aria-label", before)


class Room:
    """What every test needs: the running system, its owner and a browser."""

    def __init__(self, browser: Browser, owner: Client, stack: Stack, folder: Path) -> None:
        self.browser, self.owner, self.stack, self.folder = browser, owner, stack, folder
        self.contexts: list[BrowserContext] = []

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def context(self, width: int = 1440) -> BrowserContext:
        made = self.browser.new_context(viewport={"width": width, "height": SIZES[width]})
        self.contexts.append(made)
        return made

    def project(self, slug: str, asked: Asked, tasks: int = 2, **settings: Any) -> list[int]:
        """The ids of its tasks; made at the first call."""
        if slug not in {project["slug"] for project in self.owner.call("GET", "/projects")}:
            question = {"kind": asked.kind, "title": asked.spec["prompt"], "spec": asked.spec}
            body = {"name": f"About {slug}", "slug": slug, "question": question}
            self.owner.call("POST", "/projects", body)
            self.owner.call("PATCH", f"/projects/{slug}", {"overlap": 20, **settings})
            self._import(slug, asked, tasks)
        rows = self.owner.call("GET", f"/projects/{slug}/tasks?status=all")["results"]
        return sorted(row["id"] for row in rows)

    def _import(self, slug: str, asked: Asked, tasks: int) -> None:
        rows = [
            {
                "prompt": asked.prompt + " Please." * n,
                "responses": [{"text": text} for text in asked.responses],
            }
            for n in range(tasks)
        ]
        file = self.folder / f"{slug}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        job = self.owner.upload(f"/projects/{slug}/imports", file)
        path = f"/projects/{slug}/imports/{job['id']}"
        self.stack.wait_for(lambda: self.owner.call("GET", path)["state"] == "done", 60)

    def seat(self, slug: str, width: int = 1440) -> Seat:
        """Somebody new, signed in, with a task on the screen. The project exists."""
        name = f"r-{uuid4().hex[:8]}"
        body = {"name": name, "username": name, "role": "rater"}
        added = self.owner.call("POST", f"/projects/{slug}/people", body)
        seat = Seat(self.context(width).new_page(), slug, name, added["person"]["id"])
        seat.page.on("console", lambda m: seat.errors.append(m.text) if m.type == "error" else None)
        seat.page.goto(added["sign_in_url"])
        expect(seat.page.get_by_role("region", name="Prompt")).to_be_visible()
        return seat

    def kind(self, slug: str, width: int = 1440) -> Seat:
        """Somebody new at a question of `ASKED`."""
        self.project(slug, ASKED[slug])
        return self.seat(slug, width)

    def arrived(self, seat: Seat) -> dict[str, Any]:
        """The newest vote of a rater who has answered one task, as managers see it."""
        found: list[dict[str, Any]] = self.stack.wait_for(lambda: self._votes(seat), 20)
        [vote] = found
        return vote

    def _votes(self, seat: Seat) -> list[dict[str, Any]]:
        path = f"/projects/{seat.slug}/tasks"
        rows = self.owner.call("GET", f"{path}?status=all")["results"]
        tasks = [self.owner.call("GET", f"{path}/{row['id']}") for row in rows if row["judgments"]]
        return [
            {**vote, "task": task}
            for task in tasks
            for vote in task["votes"]
            if vote["rater"] == seat.name and vote["newest"]
        ]


def by_text(vote: dict[str, Any]) -> dict[int, str]:
    """The texts of a vote's responses by id."""
    return {response["id"]: response["text"] for response in vote["task"]["responses"]}


def look(page: Page, width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": SIZES[width]})
    page.emulate_media(color_scheme=scheme)
    page.evaluate("document.activeElement.scrollIntoView({block: 'nearest'})")


def picture(page: Page, name: str) -> None:
    if SHOTS:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")


def faults_of(page: Page) -> list[str]:
    """Violations of WCAG 2.2 A and AA that axe finds, by rule and element."""
    # evaluate() runs outside the page's policy, which forbids added scripts.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text() + ";0")
    result = page.evaluate(f"axe.run({{runOnly: {RULES}, resultTypes: ['violations']}})")
    return [f"{v['id']}: {node['html'][:120]}" for v in result["violations"] for node in v["nodes"]]


def faults_everywhere(page: Page, name: str) -> dict[str, list[str]]:
    """What axe finds, and what is wider than the window, by size and colours."""
    found = {}
    for width in SIZES:
        for scheme in ("light", "dark"):
            look(page, width, scheme)
            picture(page, f"{name}-{width}-{scheme}")
            faults = faults_of(page)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append("it scrolls sideways")
            if faults:
                found[f"{width} {scheme}"] = faults
    return found
