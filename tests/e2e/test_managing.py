"""What managers and reviewers do in a real Chromium, and what arrived by the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.questions import (
    ASKED,
    HEATER,
    PUMP,
    Asked,
    Room,
    faults_everywhere,
    faults_of,
    picture,
)
from tests.e2e.stack import Client, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
PAIR = Asked(
    "comparison",
    {"prompt": "Which answer is better?"},
    "How does a heat pump heat a house in winter?",
    [PUMP, HEATER],
)
SPLIT = "/projects/split"


@pytest.fixture(scope="module")
def room(
    browser: Browser, owner: Client, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    made = Room(browser, owner, stack, tmp_path_factory.mktemp("managing"))
    yield made
    made.close()


@dataclass
class Desk:
    """Somebody at the managers' pages."""

    page: Page
    base: str
    errors: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    def said(self, words: str) -> None:
        """Waits for a message about what was done, and closes it."""
        alerts = self.page.get_by_role("alert").filter(has_text=words)
        expect(alerts.first).to_be_visible()
        before = alerts.count()
        alerts.first.get_by_role("button").click()
        expect(alerts).to_have_count(before - 1)

    def of(self, name: str, action: str) -> Locator:
        """Chooses an action on a person; the dialog that it opens."""
        self.button(f"More about {name}").click()
        self.page.get_by_role("menuitem", name=action, exact=True).click()
        return self.page.get_by_role("dialog")


def desk_at(room: Room, address: str) -> Desk:
    page = room.context().new_page()
    desk = Desk(page, room.stack.base)
    page.on("console", lambda m: desk.errors.append(m.text) if m.type == "error" else None)
    page.goto(address)
    return desk


@pytest.fixture
def desk(room: Room) -> Iterator[Desk]:
    """The owner's; the pages that it opened have shown no error in the end."""
    context = room.context()
    for cookie in room.owner.cookies:
        made = {"name": cookie.name, "value": cookie.value or "", "url": room.stack.base}
        context.add_cookies([made])  # type: ignore[list-item] # a literal would be too wide
    page = context.new_page()
    own = Desk(page, room.stack.base)
    page.on("console", lambda m: own.errors.append(m.text) if m.type == "error" else None)
    yield own
    context.close()


@dataclass
class Rater:
    """A program that rates: its name, its person's number, and its open task."""

    name: str
    person: int
    client: Client
    path: str

    def lent(self) -> dict[str, Any]:
        found = self.client.call("POST", f"{self.path}/next", {"holding": []})
        lent: dict[str, Any] = found["assignment"]
        return lent

    def prefers(self, text: str) -> dict[str, Any]:
        """Answers the next task; gives its assignment back."""
        lent = self.lent()
        ranks = [
            {"response": each["id"], "rank": 1 if each["text"] == text else 2}
            for each in lent["responses"]
        ]
        body = {"key": str(uuid4()), "revision": 0, "ranks": ranks, "strength": 2,
                "active_ms": 20_000}  # fmt: skip
        self.client.call("POST", f"{self.path}/assignments/{lent['id']}/judgment", body)
        return lent


def add(room: Room, slug: str, role: str, name: str) -> dict[str, Any]:
    body = {"name": name, "username": f"u-{uuid4().hex[:8]}", "role": role}
    added: dict[str, Any] = room.owner.call("POST", f"/projects/{slug}/people", body)
    return added


def rater_of(room: Room, slug: str, name: str) -> Rater:
    added = add(room, slug, "rater", name)
    client = Client(room.stack.base, added["sign_in_url"])
    return Rater(name, added["person"]["id"], client, f"/projects/{slug}/work")


@pytest.fixture(scope="module")
def raters(room: Room) -> list[Rater]:
    """Two who see all three tasks of the project `split` differently; one task is flagged."""
    room.project("split", PAIR, 3, overlap=2)
    both = [rater_of(room, "split", "Ada Quick"), rater_of(room, "split", "Bob Slow")]
    for rater, text in zip(both, (PUMP, HEATER), strict=True):
        lent = [rater.prefers(text) for _ in range(3)]
    flag = {"note": "The second one is cut off."}
    both[1].client.call("POST", f"{SPLIT}/work/assignments/{lent[2]['id']}/flag", flag)
    room.stack.wait_for(lambda: len(disputes(room)) == 3, 40)
    return both


def disputes(room: Room) -> list[int]:
    return [row["id"] for row in room.owner.call("GET", f"{SPLIT}/disputes")["results"]]


def test_a_new_project_begins_with_the_question_of_its_template(room: Room, desk: Desk) -> None:
    desk.go("/projects")
    desk.button("New project").click()
    dialog = desk.page.get_by_role("dialog", name="New project")
    expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    desk.page.keyboard.type("Proofs of summer")
    dialog.get_by_role("radio", name="Process steps").click()
    assert faults_everywhere(desk.page, "new-project") == {}
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/p/proofs-of-summer/manage")
    expect(desk.page.get_by_role("heading", name="Start here")).to_be_visible()
    picture(desk.page, "begun")
    [question] = room.owner.call("GET", "/projects/proofs-of-summer/questions")
    assert (question["kind"], question["spec"]["separator"]) == ("steps", "blank_line")
    assert desk.errors == []


def test_a_refused_setting_is_told_at_its_field_and_an_answered_question_gets_a_version(
    room: Room, desk: Desk
) -> None:
    room.project("graded", ASKED["marks"], 1)
    rater_of(room, "graded", "Cleo").lent()
    desk.go("/p/graded/manage/settings")
    card = desk.page.get_by_role("article", name="Question How good is each answer?")
    card.get_by_role("button", name="Edit").click()
    save = card.get_by_role("button", name="Save the question")
    most = card.get_by_role("textbox", name="Most responses a task")
    most.fill("99")
    save.click()
    expect(most).to_have_accessible_description(re.compile("from 1 to 16"))
    expect(most).to_be_focused()
    most.fill("3")
    second = card.get_by_role("textbox", name="Criterion 2", exact=True)
    second.fill("")
    save.click()
    expect(second).to_be_focused()
    assert second.evaluate("field => field.validity.valueMissing")
    second.fill("Helpful")
    save.click()
    fault = card.get_by_role("group", name="Criteria").get_by_role("alert")
    expect(fault).to_contain_text("listed twice")
    expect(fault).to_be_focused()
    for _ in range(2):
        desk.said("That didn't work")
    assert faults_everywhere(desk.page, "question") == {}
    [question] = room.owner.call("GET", "/projects/graded/questions")
    assert (question["version"], question["spec"]["k_max"]) == (1, 4)
    second.fill("Grounded")
    save.click()
    desk.said("Saved as version 2: open tasks go on under it.")
    card.get_by_role("button", name="Show the versions").click()
    expect(card.get_by_role("region", name=re.compile("^Version"))).to_have_count(2)
    [question] = room.owner.call("GET", "/projects/graded/questions")
    assert (question["version"], question["spec"]["k_max"]) == (2, 3)
    assert [each["name"] for each in question["spec"]["criteria"]] == ["Helpful", "Grounded"]


def test_how_work_is_given_arrives_and_a_largest_overlap_below_the_overlap_does_not(
    room: Room, desk: Desk
) -> None:
    room.project("given", PAIR, 1, overlap=3)
    desk.go("/p/given/manage/settings")
    most = desk.page.get_by_role("textbox", name="Largest overlap")
    most.fill("2")
    save = desk.button("Save how work is given")
    save.click()
    expect(most).to_be_focused()
    expect(most).to_have_accessible_description(re.compile("can't be smaller than the overlap, 3"))
    picture(desk.page, "overlap")
    for label, value in {
        "Overlap": "2", "Largest overlap": "3", "Most a day": "40", "Gold rate, in %": "12.5",
    }.items():  # fmt: skip
        desk.page.get_by_role("textbox", name=label, exact=True).fill(value)
    desk.page.keyboard.press("Enter")
    expect(save).to_be_disabled()
    project = room.owner.call("GET", "/projects/given")
    names = ("overlap", "overlap_max", "daily_cap", "gold_rate")
    assert [project[name] for name in names] == [2, 3, 40, 0.125]
    expect(most).not_to_have_attribute("aria-invalid", "true")
    for words in ("That didn't work", "Saved"):
        desk.said(words)
    assert faults_everywhere(desk.page, "settings") == {}


def test_a_task_is_made_gold_with_the_raters_form_and_work_again(room: Room, desk: Desk) -> None:
    [task] = room.project("known", PAIR, 1)
    desk.go(f"/p/known/manage/tasks/{task}")
    desk.button("Set a known answer").click()
    save = desk.button("Save the known answer")
    save.click()
    expect(save.locator("xpath=..").get_by_role("alert")).to_be_visible()
    form = desk.page.get_by_role("group", name="Your answer")
    form.get_by_role("radio", name="A better", exact=True).click()
    desk.page.get_by_label("Explanation").fill("The heat comes from outside.")
    picture(desk.page, "known")
    save.click()
    desk.said("The task is gold")
    found = room.owner.call("GET", f"/projects/known/tasks/{task}")
    best = min(found["known"]["ranks"], key=lambda rank: int(rank["rank"]))
    assert (found["purpose"], found["explanation"]) == ("gold", "The heat comes from outside.")
    assert best["response"] == found["responses"][0]["id"]
    expect(desk.page.get_by_text("1 better than 2")).to_be_visible()
    desk.button("Remove it").click()
    desk.button("Remove the known answer").click()
    desk.said("The task is work again.")
    assert room.owner.call("GET", f"/projects/known/tasks/{task}")["purpose"] == "work"
    assert desk.errors == []


def test_a_dispute_is_decided_without_names_and_an_appeal_is_answered(
    room: Room, raters: list[Rater]
) -> None:
    ada = raters[0]
    link = add(room, "split", "reviewer", "Rita Review")["sign_in_url"]
    desk = desk_at(room, link)
    desk.page.wait_for_url("**/p/split/manage/disputes")
    page = desk.page
    table = page.get_by_role("table", name="Disputed tasks")
    expect(table.get_by_role("row")).to_have_count(4)
    assert faults_everywhere(page, "disputes") == {}
    page.set_viewport_size({"width": 1440, "height": 900})
    task = disputes(room)[0]
    table.get_by_role("link", name=str(task), exact=True).click()
    expect(page.get_by_role("heading", name=f"Task {task}")).to_be_visible()
    answers = page.get_by_role("article", name=re.compile("^Answer of Rater"))
    expect(answers).to_have_count(2)
    for rater in raters:
        expect(page.get_by_text(rater.name)).to_have_count(0)
    desk.button("Decide").click()
    form = page.get_by_role("group", name="Your answer")
    expect(form).to_be_visible()
    assert faults_everywhere(page, "decide") == {}
    page.set_viewport_size({"width": 1440, "height": 900})
    form.get_by_role("radio", name="A much better").click()
    page.get_by_label("Explanation").fill("The other one isn't true.")
    desk.button("Save the decision").click()
    desk.said("Decided.")
    decision = page.get_by_role("article", name=re.compile("Answer of (?!Rater [12]$)"))
    expect(decision).to_contain_text("1 much better than 2")
    expect(decision).to_contain_text("The other one isn't true.")
    expect(answers.filter(has_text="2 better than 1")).to_have_count(1)
    picture(page, "decided")
    page.get_by_role("link", name="Next dispute").click()
    expect(page.get_by_role("heading", name=f"Task {disputes(room)[0]}")).to_be_visible()
    page.get_by_role("link", name="Disputes").last.click()
    expect(table.get_by_role("row")).to_have_count(3)
    assert task not in disputes(room)
    found = room.owner.call("GET", f"{SPLIT}/tasks/{task}")
    [vote] = [vote for vote in found["votes"] if vote["decision"]]
    assert (vote["rater"], vote["note"]) == ("Rita Review", "The other one isn't true.")
    assert desk.errors == []
    appeal_is_answered(room, desk, ada, task)


def appeal_is_answered(room: Room, desk: Desk, rater: Rater, task: int) -> None:
    history = rater.client.call("GET", f"{SPLIT}/work/history")
    [own] = [entry for entry in history if entry["decision"]]
    body = {"text": "Both say the same about the fluid."}
    rater.client.call("POST", f"{SPLIT}/work/assignments/{own['assignment']}/appeal", body)
    desk.page.reload()
    desk.page.get_by_role("tab", name="Appeals (1 open)").click()
    appeal = desk.page.get_by_role("article", name=re.compile("^Appeal of"))
    expect(appeal).to_contain_text("Both say the same about the fluid.")
    expect(desk.page.get_by_text(rater.name)).to_have_count(0)
    assert faults_everywhere(desk.page, "appeals") == {}
    appeal.get_by_role("radio", name="Rejected: the decision stands").click()
    appeal.get_by_label("Reply").fill("Please read the third sentence.")
    appeal.get_by_role("button", name="Send the answer").click()
    desk.said("The appeal is rejected.")
    picture(desk.page, "answered")
    expect(desk.page.get_by_role("tab", name="Appeals", exact=True)).to_be_visible()
    [row] = room.owner.call("GET", f"{SPLIT}/appeals")
    assert (row["task"], row["state"], row["reply"]) == (
        task, "rejected", "Please read the third sentence.",
    )  # fmt: skip


def test_an_invitation_link_is_made_copied_and_withdrawn(room: Room, desk: Desk) -> None:
    room.project("known", PAIR, 1)
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.go("/p/known/manage/people")
    desk.button("New invitation link").click()
    dialog = desk.page.get_by_role("dialog", name="New invitation link")
    dialog.get_by_label("Places").fill("3")
    dialog.get_by_role("combobox", name="Groups").fill("physics")
    picture(desk.page, "invite")
    dialog.get_by_role("button", name="Make the link").click()
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    picture(desk.page, "invited")
    link = desk.page.evaluate("navigator.clipboard.readText()")
    [invitation] = room.owner.call("GET", "/projects/known/invitations")
    assert (invitation["uses_left"], invitation["groups"]) == (3, ["physics"])
    desk.page.keyboard.press("Escape")
    guest = room.context().new_page()
    guest.goto(link)
    expect(guest.get_by_role("heading", name="You are invited to rate in")).to_be_visible()
    desk.button("Withdraw").click()
    desk.button("Withdraw it").click()
    desk.said("The link no longer lets anybody in.")
    assert room.owner.call("GET", "/projects/known/invitations") == []
    guest.reload()
    expect(guest.get_by_role("alert")).to_be_visible()
    assert desk.errors == []


def test_a_rater_is_looked_at_grouped_warned_and_removed(
    room: Room, desk: Desk, raters: list[Rater]
) -> None:
    eve = rater_of(room, "split", "Eve Leaving")
    desk.go("/p/split/manage/people")
    assert faults_everywhere(desk.page, "people") == {}
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    dialog = desk.of(eve.name, "Groups and skills")
    dialog.get_by_role("combobox", name="Groups").fill("physics")
    dialog.get_by_role("combobox", name="Groups").press("Enter")
    dialog.get_by_role("combobox", name="Skills").fill("German")
    dialog.get_by_role("button", name="Save").click()
    desk.said("groups and skills.")
    row = desk.page.get_by_role("row", name=re.compile(eve.name))
    expect(row).to_contain_text("physics")
    person = room.owner.call("GET", f"{SPLIT}/people/{eve.person}")["person"]
    assert (person["groups"], person["skills"]) == (["physics"], ["German"])
    desk.page.get_by_role("link", name=raters[0].name).click()
    expect(desk.page.get_by_role("region", name="Agreement with the others")).to_be_visible()
    expect(desk.page.get_by_role("heading", name="Signals")).to_be_visible()
    expect(desk.page.get_by_text("n = 3 answers in the last")).to_be_visible()
    assert faults_everywhere(desk.page, "person") == {}
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.page.get_by_role("link", name="All people").click()
    desk.button(f"More about {eve.name}").press("Enter")
    expect(desk.page.get_by_role("menuitem", name="Groups and skills")).to_be_focused()
    expect(desk.page.get_by_role("menu")).to_have_css("opacity", "1")
    assert faults_of(desk.page) == []
    for _ in range(2):
        desk.page.keyboard.press("ArrowDown")
    expect(desk.page.get_by_role("menuitem", name="Warn")).to_be_focused()
    desk.page.keyboard.press("Enter")
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("What to tell them").fill("Please read both answers.")
    dialog.get_by_role("button", name="Warn").click()
    desk.said("They see it on their next page")
    assert "Please read both answers." in str(eve.client.call("GET", eve.path))
    dialog = desk.of(eve.name, "Remove")
    expect(desk.page.get_by_role("menu")).to_have_count(0)
    expect(dialog.get_by_text("Their judgments stay in the data.")).to_be_visible()
    assert faults_everywhere(desk.page, "remove") == {}
    dialog.get_by_role("button", name=f"Remove {eve.name}").click()
    desk.said("Removed. Their judgments stay, without the name.")
    expect(desk.page.get_by_text(eve.name)).to_have_count(0)
    expect(desk.page.get_by_text(f"Former member {eve.person}")).to_be_visible()
    assert eve.name not in str(room.owner.call("GET", f"{SPLIT}/people"))
    assert desk.errors == []


def test_the_overview_tells_what_is_to_come_and_what_waits(
    room: Room, desk: Desk, raters: list[Rater]
) -> None:
    assert len(raters) == 2
    desk.go("/p/split/manage")
    expect(desk.page.get_by_text(re.compile("^6 judged, no place open"))).to_be_visible()
    needs = desk.page.get_by_role("alert")
    expect(needs.filter(has_text="raters differ and nobody has decided.")).to_be_visible()
    flagged = needs.filter(has_text="was flagged by a rater.")
    expect(flagged).to_be_visible()
    assert faults_everywhere(desk.page, "overview") == {}
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    flagged.get_by_role("link", name="Go there").click()
    expect(desk.page.get_by_text("The second one is cut off.")).to_be_visible()
    desk.page.get_by_role("link", name="All tasks").click()
    desk.page.get_by_role("combobox", name="Status").click()
    desk.page.get_by_role("option", name="Flagged").click()
    expect(desk.page.get_by_role("table", name="Tasks").get_by_role("row")).to_have_count(2)
    picture(desk.page, "flagged")
    assert desk.errors == []
