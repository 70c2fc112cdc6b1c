"""What a rater meets around the work: training, drafts, decisions, notices, invitations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.questions import (
    HEATER,
    MINUTES,
    PUMP,
    Asked,
    Room,
    Seat,
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
WHY = "Look at **where** the heat comes from."


@pytest.fixture
def room(
    browser: Browser, owner: Client, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    made = Room(browser, owner, stack, tmp_path_factory.mktemp("people"))
    yield made
    made.close()


def pump_is_better(room: Room, slug: str, task: int) -> dict[str, Any]:
    responses = room.owner.call("GET", f"/projects/{slug}/tasks/{task}")["responses"]
    ranks = [{"response": r["id"], "rank": 1 if r["text"] == PUMP else 2} for r in responses]
    return {"ranks": ranks, "strength": 2}


def prefer(seat: Seat, text: str) -> None:
    """Says by keys that one of the two is better."""
    pump, heater = seat.letters([PUMP, HEATER])
    better = {PUMP: pump, HEATER: heater}[text]
    seat.press("2" if better == "A" else "6", "Enter")


def test_training_says_what_is_right_after_each_answer_and_enter_goes_on(room: Room) -> None:
    tasks = room.project("training", PAIR, 3, training_tasks=2, training_pass=0.5)
    for task in tasks[:2]:
        body = {"answer": pump_is_better(room, "training", task), "explanation": WHY}
        path = f"/projects/training/tasks/{task}/known-answer"
        room.owner.call("PUT", path, {**body, "training": True})
    seat = room.seat("training")
    expect(seat.page.get_by_text("Training", exact=True)).to_be_visible()
    pump, heater = seat.letters([PUMP, HEATER])
    prefer(seat, HEATER)
    lesson = seat.page.get_by_role("main", name="Training")
    expect(lesson.get_by_role("heading", name="Not the expected answer")).to_be_visible()
    for words in (f"{heater} better", f"{pump} better", "Look at where the heat", "a fan blows"):
        expect(lesson).to_contain_text(words)
    assert faults_everywhere(seat.page, "lesson") == {}
    seat.press("Enter")
    expect(seat.main).to_have_attribute("aria-label", re.compile(r"^Training task \d+: compare"))
    prefer(seat, PUMP)
    expect(lesson.get_by_role("heading", name="Right")).to_be_visible()
    seat.press("Enter")  # one of two is enough: the work begins
    expect(seat.main).to_have_attribute("aria-label", re.compile(r"^Task \d+: compare"))
    assert seat.errors == []


def test_a_draft_survives_a_reload_and_is_there_in_another_browser(room: Room) -> None:
    seat = room.kind("revision")
    rewrite = seat.page.get_by_role("textbox", name="Rewrite")
    with seat.page.expect_response(lambda answer: answer.url.endswith("/draft")) as kept:
        rewrite.fill(f"{MINUTES}\n\nWe met on Monday. 🙂")
    assert kept.value.status == 204
    task = seat.main.get_attribute("aria-label") or ""
    seat.page.reload()
    expect(rewrite).to_have_value(f"{MINUTES}\n\nWe met on Monday. 🙂")
    link = room.owner.call("POST", f"/projects/revision/people/{seat.person}/sign-in-link")
    other = room.context().new_page()
    other.goto(link["sign_in_url"])
    expect(other.get_by_role("main", name=task)).to_be_visible()
    expect(other.get_by_role("textbox", name="Rewrite")).to_have_value(
        f"{MINUTES}\n\nWe met on Monday. 🙂"
    )
    assert seat.errors == []


def test_a_decision_is_shown_in_the_history_and_can_be_appealed_against_once(room: Room) -> None:
    room.project("decided", PAIR)
    seat = room.seat("decided")
    pump, heater = seat.letters([PUMP, HEATER])
    prefer(seat, HEATER)
    task = room.arrived(seat)["task"]["id"]
    body = {"answer": pump_is_better(room, "decided", task), "explanation": "See the guidelines."}
    room.owner.call("POST", f"/projects/decided/tasks/{task}/decision", body)
    seat.go("history")
    entry = seat.page.get_by_role("list", name="My answers").get_by_role("listitem").first
    expect(entry).to_contain_text(f"{heater} better")
    decision = entry.get_by_role("group", name=re.compile("^Decision on task"))
    expect(decision).to_contain_text("A reviewer decided this task differently.")
    expect(decision).to_contain_text(f"Decided: {pump} better")
    expect(decision).to_contain_text("Why: See the guidelines.")
    decision.get_by_role("button", name="Appeal").click()
    seat.page.keyboard.type("The other one is wrong about the fluid.")
    picture(seat.page, "appeal")
    decision.get_by_role("button", name="Send the appeal").click()
    expect(decision).to_contain_text("Your appeal waits for an answer.")
    expect(decision.get_by_role("button")).to_have_count(0)
    [appeal] = room.owner.call("GET", "/projects/decided/appeals")
    assert (appeal["task"], appeal["text"], appeal["state"]) == (
        task, "The other one is wrong about the fluid.", "open",
    )  # fmt: skip
    reply = {"upheld": True, "reply": "You are right."}
    room.owner.call("POST", f"/projects/decided/appeals/{appeal['id']}", reply)
    seat.page.reload()
    expect(decision).to_contain_text("Your appeal was upheld")
    expect(decision).to_contain_text("Reply: You are right.")
    assert faults_everywhere(seat.page, "history") == {}
    assert seat.errors == []


def test_a_notice_is_shown_over_the_work_until_it_was_read(room: Room) -> None:
    seat = room.kind("top")
    body = {"notice": "Please read all four answers to their end."}
    room.owner.call("POST", f"/projects/top/people/{seat.person}/warning", body)
    seat.page.reload()
    notice = seat.page.get_by_role("region", name="Message from a manager")
    expect(notice).to_contain_text("Please read all four answers to their end.")
    assert faults_of(seat.page) == []
    picture(seat.page, "notice")
    notice.get_by_role("button", name="I have read it").click()
    expect(notice).to_have_count(0)
    seat.page.reload()
    expect(seat.page.get_by_role("region", name="Prompt")).to_be_visible()
    expect(notice).to_have_count(0)
    assert seat.errors == []


def test_somebody_new_joins_by_an_invitation_and_is_at_work(room: Room) -> None:
    room.project("decided", PAIR)
    body = {"role": "rater", "days": 7, "uses": 1, "groups": ["physics"]}
    link = room.owner.call("POST", "/projects/decided/invitations", body)["url"]
    page = room.context().new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="You are invited to rate in")).to_be_visible()
    assert faults_everywhere(page, "join") == {}
    name = f"n-{uuid4().hex[:8]}"
    page.get_by_role("textbox", name="Your name").fill("Ada New")
    page.get_by_role("textbox", name="User name").fill(name)
    page.get_by_label("Password", exact=True).fill("a long enough secret")
    page.get_by_role("button", name="Join the project").click()
    page.wait_for_url("**/p/decided/work")
    expect(page.get_by_role("region", name="Response A")).to_be_visible()
    people = room.owner.call("GET", "/projects/decided/people")
    [joined] = [person for person in people if person["name"] == "Ada New"]
    assert (joined["role"], joined["groups"]) == ("rater", ["physics"])
    late = room.context().new_page()  # it was for one person
    late.goto(link)
    expect(late.get_by_role("alert")).to_contain_text("This invitation has ended or is used up.")


def test_the_own_page_shows_what_the_rater_has_done(room: Room) -> None:
    room.project("decided", PAIR)
    seat = room.seat("decided")
    prefer(seat, PUMP)
    room.arrived(seat)
    seat.go("me")
    expect(seat.page.get_by_role("heading", name="My figures")).to_be_visible()
    expect(seat.page.get_by_text("n = 1 judgment in")).to_be_visible()
    assert faults_everywhere(seat.page, "own") == {}
    assert seat.errors == []
