"""Each kind of question, answered in a real Chromium by keys and by mouse, and what arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.questions import (
    ASKED,
    HEATER,
    LISBON,
    MINUTES,
    PORTO,
    PROOF,
    PUMP,
    SHOTS,
    TEAS,
    Room,
    Seat,
    by_text,
    faults_everywhere,
    picture,
)
from tests.e2e.stack import Client, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
BETTER = "The minutes: Anna and Bert ask for two offers until 1 March."
FALSE = "About nine million people live in the city itself."


@pytest.fixture
def room(
    browser: Browser, owner: Client, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    made = Room(browser, owner, stack, tmp_path_factory.mktemp("questions"))
    yield made
    made.close()


def in_history(seat: Seat, *words: str) -> None:
    """The rater's own page of answers says it with the letters that the rater saw."""
    seat.go("history")
    for part in words:
        expect(seat.page.get_by_role("list", name="My answers")).to_contain_text(part)


def ranks_by_text(vote: dict[str, Any], ranks: list[dict[str, int]]) -> dict[str, int]:
    texts = by_text(vote)
    return {texts[one["response"]]: one["rank"] for one in ranks}


def orders(vote: dict[str, Any]) -> dict[str, tuple[dict[str, int], int | None]]:
    """Ranks and strength by criterion."""
    return {
        one["criterion"]: (ranks_by_text(vote, one["ranks"]), one["strength"])
        for one in vote["answer"]["criteria"]
    }


def ratings_by_text(vote: dict[str, Any]) -> dict[tuple[str, str], int]:
    texts = by_text(vote)
    ratings = vote["answer"]["ratings"]
    return {(texts[one["response"]], one["criterion"]): one["value"] for one in ratings}


# Two responses by two criteria


def test_two_criteria_are_judged_by_keys_alone(room: Room) -> None:
    seat = room.kind("criteria")
    pump, _ = seat.letters([PUMP, HEATER])
    seat.press("1", "Enter")  # A is much better by the first criterion; the second is missing
    expect(seat.page.get_by_role("alert")).to_have_text("Choose in every row first, then submit.")
    seat.press("5")  # so the focus is there, and the key acts there
    seat.sent("Enter")
    vote = room.arrived(seat)
    a, b = (PUMP, HEATER) if pump == "A" else (HEATER, PUMP)
    assert orders(vote) == {"Correctness": ({a: 1, b: 2}, 3), "Style": ({a: 2, b: 1}, 1)}
    assert vote["strength"] == 3  # the first criterion leads
    assert seat.errors == []
    in_history(seat, "Correctness: A much better", "Style: B slightly better")


def test_two_criteria_are_judged_by_mouse(room: Room) -> None:
    seat = room.kind("criteria")
    pump, _ = seat.letters([PUMP, HEATER])
    row = seat.page.get_by_role("radiogroup", name="Style")
    seat.page.get_by_role("radiogroup", name="Correctness").get_by_role("radio", name="Tie").click()
    row.get_by_role("radio", name="B better", exact=True).click()
    seat.page.get_by_role("button", name="Too long").click()
    seat.sent(seat.page.get_by_role("button", name="Submit"))
    vote = room.arrived(seat)
    a, b = (PUMP, HEATER) if pump == "A" else (HEATER, PUMP)
    assert orders(vote) == {"Correctness": ({a: 1, b: 1}, None), "Style": ({a: 2, b: 1}, 2)}
    assert vote["tags"] == ["Too long"]
    assert seat.errors == []


# The best of four


def test_the_best_two_of_four_are_placed_by_keys_alone(room: Room) -> None:
    seat = room.kind("top")
    letters = dict(zip(seat.letters(TEAS), TEAS, strict=True))
    order = seat.page.get_by_role("status", name="Order so far")
    seat.press("2", "Enter")  # A is second; one more is asked for
    expect(seat.page.get_by_role("alert")).to_have_text("Place the best 2 responses first.")
    seat.press("ArrowRight", "ArrowRight", "1")  # the focus stood on B: D is first
    expect(order).to_have_text("D first, A second, B and C below them.")
    seat.sent("Enter")
    vote = room.arrived(seat)
    assert ranks_by_text(vote, vote["answer"]["ranks"]) == {letters["D"]: 1, letters["A"]: 2}
    assert sorted(vote["ranks"]) == [-1, -1, 1, 2]  # the others are below, in no order
    assert seat.errors == []
    in_history(seat, "D first, A second, B and C left out.")


def drag(seat: Seat, what: Locator, to: Locator) -> None:
    start, end = what.bounding_box(), to.bounding_box()
    assert start
    assert end
    seat.page.mouse.move(start["x"] + 10, start["y"] + 10)
    seat.page.mouse.down()
    seat.page.mouse.move(start["x"] + 40, start["y"] + 60, steps=4)
    seat.page.mouse.move(end["x"] + 30, end["y"] + 20, steps=8)
    seat.page.mouse.up()


def test_the_best_two_of_four_are_placed_by_mouse(room: Room) -> None:
    seat = room.kind("top")
    letters = dict(zip(seat.letters(TEAS), TEAS, strict=True))
    slots = seat.page.get_by_role("list", name="Places").get_by_role("listitem")
    drag(seat, seat.page.get_by_role("button", name="Drag C, not placed"), slots.nth(0))
    expect(seat.page.get_by_role("status", name="Order so far")).to_contain_text("C first")
    seat.page.get_by_role("button", name="Place 2 for B").click()
    seat.page.get_by_role("button", name="Place 2 for D").click()
    expect(seat.page.get_by_role("status", name="Order so far")).to_have_text(
        "C first, B and D tied second, A below them."
    )
    seat.sent(seat.page.get_by_role("button", name="Submit"))
    vote = room.arrived(seat)
    assert ranks_by_text(vote, vote["answer"]["ranks"]) == {
        letters["C"]: 1, letters["B"]: 2, letters["D"]: 2,
    }  # fmt: skip
    assert sorted(vote["ranks"]) == [-1, 1, 2, 2]
    assert seat.errors == []


# Ratings


def test_ratings_and_marks_are_given_by_keys_alone(room: Room) -> None:
    seat = room.kind("marks")
    lisbon, _ = seat.letters([LISBON, PORTO])
    text = seat.page.get_by_role("group", name=f"Text of Response {lisbon}", exact=True)
    seat.tab_to(text)
    seat.press("m", "ArrowRight", "ArrowRight")  # the third sentence; the emoji belong to the first
    expect(seat.page.get_by_role("group", name="Mark as")).to_contain_text(FALSE)
    seat.press("1")
    expect(seat.page.get_by_role("list", name=f"Marks in Response {lisbon}")).to_contain_text(FALSE)
    seat.press("m", "Escape")  # nothing more to mark
    seat.press("Enter")  # the ratings are missing, and the focus goes to the first
    expect(seat.page.get_by_role("alert")).to_contain_text("4 are empty")
    seat.press("5", "ArrowDown", "2", "ArrowRight", "3", "ArrowUp", "4")
    seat.sent("Enter")
    vote = room.arrived(seat)
    first, second = (LISBON, PORTO) if lisbon == "A" else (PORTO, LISBON)
    assert ratings_by_text(vote) == {
        (first, "Helpful"): 5, (first, "True"): 2, (second, "True"): 3, (second, "Helpful"): 4,
    }  # fmt: skip
    [mark] = vote["answer"]["marks"]
    assert (by_text(vote)[mark["response"]], mark["category"]) == (LISBON, "Wrong")
    # Python counts code points too: an emoji before the words is one of them.
    assert (mark["start"], mark["end"]) == (LISBON.index(FALSE), LISBON.index(FALSE) + len(FALSE))
    assert seat.errors == []
    in_history(seat, "A: Helpful 5, True 2 · B: Helpful 4, True 3 · 1 mark")


WORDS_AT = """(element, words) => {
  const node = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
  const from = node.data.indexOf(words);
  const at = (offset) => {
    const range = document.createRange();
    range.setStart(node, offset);
    range.setEnd(node, offset + 1);
    return range.getClientRects()[0];
  };
  const [first, last] = [at(from), at(from + words.length - 1)];
  return [first.left + 1, first.top + first.height / 2, last.right, last.top + last.height / 2];
}"""


def select(seat: Seat, text: Locator, words: str) -> None:
    """Drags the mouse over words of a text that has no marks yet."""
    left, top, right, bottom = text.evaluate(WORDS_AT, words)
    seat.page.mouse.move(left, top)
    seat.page.mouse.down()
    seat.page.mouse.move(right, bottom, steps=6)
    seat.page.mouse.up()


def test_ratings_and_marks_are_given_by_mouse(room: Room) -> None:
    seat = room.kind("marks")
    lisbon, porto = seat.letters([LISBON, PORTO])
    named = {x: seat.page.get_by_role("group", name=f"Text of Response {x}") for x in "AB"}
    bar = seat.page.get_by_role("group", name="Mark as")
    select(seat, named[lisbon], "nine million")
    bar.get_by_role("button", name="Wrong").click()
    select(seat, named[porto], "lazy person")
    bar.get_by_role("button", name="Rude").click()
    seat.page.get_by_role("button", name=f"Mark the whole Response {porto}").click()
    bar.get_by_role("button", name="Wrong").click()
    seat.page.get_by_role("textbox", name=f"Note on mark 1 in Response {lisbon}").fill("half")
    given = [
        ("Helpful", lisbon, "4"), ("True", lisbon, "1, poor"),
        ("Helpful", porto, "2"), ("True", porto, "5, excellent"),
    ]  # fmt: skip
    for criterion, letter, value in given:
        cell = seat.page.get_by_role("radiogroup", name=f"{criterion}, Response {letter}")
        cell.get_by_role("radio", name=value).click()
    seat.sent(seat.page.get_by_role("button", name="Submit"))
    vote = room.arrived(seat)
    assert ratings_by_text(vote) == {
        (LISBON, "Helpful"): 4, (LISBON, "True"): 1, (PORTO, "Helpful"): 2, (PORTO, "True"): 5,
    }  # fmt: skip
    texts = by_text(vote)
    found = [(m["category"], texts[m["response"]], m["start"], m["note"]) for m in
             vote["answer"]["marks"]]  # fmt: skip
    assert found == [
        ("Wrong", LISBON, LISBON.index("nine million"), "half"),
        ("Rude", PORTO, PORTO.index("lazy person"), ""),
        ("Wrong", PORTO, None, ""),
    ]
    first, second, _ = vote["answer"]["marks"]
    assert LISBON[first["start"] : first["end"]] == "nine million"
    assert PORTO[second["start"] : second["end"]] == "lazy person"
    assert seat.errors == []


def test_sliders_are_moved_by_keys_alone(room: Room) -> None:
    seat = room.kind("slider")
    seat.press("Enter")
    expect(seat.page.get_by_role("alert")).to_contain_text("2 are empty")
    seat.press("Shift+ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft")
    seat.sent("Enter")
    vote = room.arrived(seat)
    assert ratings_by_text(vote) == {(PUMP, "Helpful"): 62, (PUMP, "True"): 49}
    assert seat.errors == []
    in_history(seat, "A: Helpful 62, True 49")


def test_sliders_are_moved_by_mouse(room: Room) -> None:
    seat = room.kind("slider")
    for criterion, share in [("Helpful", 0.9), ("True", 0.5)]:  # the middle is no value by itself
        slider = seat.page.get_by_role("slider", name=f"{criterion}, Response A")
        box = slider.bounding_box()
        assert box
        slider.click(position={"x": box["width"] * share, "y": box["height"] / 2})
    shown = [int(value) for value in seat.page.get_by_role("status").all_text_contents() if value]
    seat.sent(seat.page.get_by_role("button", name="Submit"))
    vote = room.arrived(seat)
    ratings = ratings_by_text(vote)
    assert list(ratings.values()) == shown
    assert ratings[PUMP, "Helpful"] == pytest.approx(90, abs=3)
    assert ratings[PUMP, "True"] == pytest.approx(50, abs=1)
    assert seat.errors == []


# Steps


def test_the_first_wrong_step_is_found_by_keys_alone(room: Room) -> None:
    seat = room.kind("steps")
    seat.press(*"yyyyyy", "n")
    expect(seat.page.get_by_role("status", name="Steps judged")).to_have_text(
        "7 of 7, first wrong step 7"
    )
    seat.press("Tab")
    seat.page.keyboard.type("x − 2 = 0 gives x = 2, not −2.")
    seat.sent("Control+Enter")
    vote = room.arrived(seat)
    assert vote["answer"]["labels"] == [1] * 6 + [-1] + [None] * (len(PROOF) - 7)
    assert vote["answer"]["reasons"] == [{"step": 6, "text": "x − 2 = 0 gives x = 2, not −2."}]
    assert vote["pasted"] == 0
    assert seat.errors == []
    in_history(seat, "First wrong step: 7 of 12")


def test_the_first_wrong_step_is_found_by_mouse(room: Room) -> None:
    seat = room.kind("steps")
    for step in (1, 2):
        row = seat.page.get_by_role("radiogroup", name=f"Step {step}", exact=True)
        row.get_by_role("radio", name="Right").click()
    row = seat.page.get_by_role("radiogroup", name="Step 3", exact=True)
    row.get_by_role("radio", name="Wrong").click()
    seat.page.get_by_role("textbox", name="Why step 3 is wrong").fill("No proof.")
    expect(seat.page.get_by_role("listitem", name="Step 3, first wrong step")).to_be_visible()
    seat.sent(seat.page.get_by_role("button", name="Submit"))
    vote = room.arrived(seat)
    assert vote["answer"]["labels"] == [1, 1, -1] + [None] * (len(PROOF) - 3)
    assert vote["answer"]["reasons"] == [{"step": 2, "text": "No proof."}]
    assert seat.errors == []


# Revision


def test_a_response_is_revised_by_keys_alone_and_what_was_pasted_is_counted(room: Room) -> None:
    seat = room.kind("revision")
    seat.press("Control+Enter")  # a principle is missing, and the focus goes there
    expect(seat.page.get_by_role("alert")).to_have_text("Choose a principle first.")
    seat.press("ArrowDown", "ArrowDown")
    seat.tab_to(seat.page.get_by_role("textbox", name="Critique"))
    seat.page.keyboard.type("Too long.\nNobody has a task.")
    seat.tab_to(seat.page.get_by_role("textbox", name="Rewrite"))
    seat.press("Control+a")
    seat.page.keyboard.type(BETTER)
    seat.press("Control+a", "Control+c", "ArrowRight", "Enter", "Control+v")
    expect(seat.page.get_by_role("textbox", name="Rewrite")).to_have_value(f"{BETTER}\n{BETTER}")
    seat.sent("Control+Enter")
    vote = room.arrived(seat)
    assert vote["answer"]["critique"] == "Too long.\nNobody has a task."
    assert vote["answer"]["text"] == f"{BETTER}\n{BETTER}"
    assert vote["answer"]["principle"] == 1
    assert vote["pasted"] == len(BETTER)
    assert seat.errors == []
    in_history(seat, "“The minutes: Anna and Bert")


def test_a_response_is_revised_by_mouse(room: Room) -> None:
    seat = room.kind("revision")
    seat.page.get_by_label("Principle").select_option("1. Be brief.")
    seat.page.get_by_role("textbox", name="Critique").click()
    seat.page.keyboard.type("Too long.")
    rewrite = seat.page.get_by_role("textbox", name="Rewrite")
    rewrite.fill("Lost.")
    seat.page.get_by_role("button", name="Original again").click()
    expect(rewrite).to_have_value(MINUTES)
    rewrite.fill(BETTER)
    changes = seat.page.get_by_role("region", name="Changes")
    expect(changes.locator("ins", has_text="minutes")).to_be_visible()
    seat.sent(seat.page.get_by_role("button", name="Submit"))
    vote = room.arrived(seat)
    assert vote["answer"]["critique"] == "Too long."
    assert vote["answer"]["text"] == BETTER
    assert vote["answer"]["principle"] == 0
    assert vote["pasted"] == 0
    assert seat.errors == []


# What a rater has begun on each screen, so that all of its parts are there to be looked at.


def begin_marks(seat: Seat) -> None:
    lisbon, _ = seat.letters([LISBON, PORTO])
    text = seat.page.get_by_role("group", name=f"Text of Response {lisbon}", exact=True)
    seat.press("ArrowDown", "2")
    text.focus()
    seat.press("m", "ArrowRight", "ArrowRight", "1", "m")
    expect(seat.page.get_by_role("group", name="Mark as")).to_be_visible()


def begin_revision(seat: Seat) -> None:
    seat.page.get_by_label("Principle").select_option("2. Name who does what, and until when.")
    seat.page.get_by_role("textbox", name="Critique").fill("Too long, and nobody has a task.")
    seat.page.get_by_role("textbox", name="Rewrite").fill(
        MINUTES.replace("Everybody talked a lot. ", "").replace("is soon", "is on 4 March")
    )
    expect(seat.page.get_by_role("region", name="Changes").locator("del").first).to_be_attached()


BEGUN: dict[str, Callable[[Seat], None]] = {
    "criteria": lambda seat: seat.press("1", "ArrowDown"),
    "top": lambda seat: seat.press("1", "2"),
    "marks": begin_marks,
    "slider": lambda seat: seat.press("ArrowRight", "ArrowDown"),
    "steps": lambda seat: seat.press(*"yyyyyy", "n", "Tab"),
    "revision": begin_revision,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(ASKED))
def test_the_screen_of_each_kind_has_no_accessibility_fault(room: Room, kind: str) -> None:
    seat = room.kind(kind)
    if SHOTS:
        picture(seat.page, f"{kind}-fresh")
    BEGUN[kind](seat)
    assert faults_everywhere(seat.page, kind) == {}
    assert seat.errors == []
