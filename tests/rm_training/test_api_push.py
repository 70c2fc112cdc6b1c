"""POST /projects/{slug}/responses: what an RL trainer calls with its policy's answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotate.actions.people import create_token
from annotate.models import AuditEvent, Policy, Project, Prompt, Response, User

URL = "/api/v1/projects/helpful/responses"
CONVERSATION = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is a tie?"},
]
BATCH: dict[str, Any] = {
    "policy": "ours",
    "version": "7",
    "items": [
        {"prompt": "Why is the sky blue?", "text": "Rayleigh scattering."},
        {"prompt": "Why is the sky blue?", "text": "Because of the sea."},
        {"prompt": CONVERSATION, "text": "Neither wins."},
    ],
}


def with_item(**changes: Any) -> dict[str, Any]:
    return {**BATCH, "items": [BATCH["items"][0], {**BATCH["items"][1], **changes}]}


def test_pushed_responses_join_the_pool(api: APIClient) -> None:
    answer = api.post(URL, BATCH, format="json")
    assert answer.status_code == 200, answer.json()
    assert answer.json() == {"added": 3, "known": 0, "prompts_added": 2}
    assert Response.objects.filter(pooled=True).count() == 3
    assert {r.policy.label for r in Response.objects.all() if r.policy} == {"ours@7"}
    assert Prompt.objects.get(messages=CONVERSATION).responses.get().text == "Neither wins."


def test_the_same_batch_again_adds_nothing(api: APIClient) -> None:
    api.post(URL, BATCH, format="json")
    again = api.post(URL, BATCH, format="json")
    assert again.json() == {"added": 0, "known": 3, "prompts_added": 0}
    assert Response.objects.count() == 3
    assert AuditEvent.objects.filter(action="responses pushed").count() == 1


def test_a_text_prompt_is_the_same_as_one_user_message(api: APIClient) -> None:
    api.post(URL, BATCH, format="json")
    as_message = [{"role": "user", "content": "Why is the sky blue?"}]
    answer = api.post(URL, with_item(prompt=as_message, text="Dust."), format="json")
    assert answer.json() == {"added": 1, "known": 1, "prompts_added": 0}


def test_text_is_kept_to_the_last_space(api: APIClient) -> None:
    api.post(URL, with_item(text="  two spaces, then a newline\n"), format="json")
    assert Response.objects.filter(text="  two spaces, then a newline\n").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "blank"),
        ({"text": " \n"}, "text is empty"),
        ({"text": "a\0b"}, "ull characters"),
        ({"text": "half a pair: \ud800"}, "urrogate"),
        ({"prompt": ""}, "prompt is empty"),
        ({"prompt": []}, "empty"),
        ({"prompt": 7}, "list"),
        ({"prompt": [{"role": "wizard", "content": "x"}]}, "wizard"),
        ({"prompt": [{"role": "user", "content": "a\0"}]}, "ull characters"),
        ({"prompt": [*CONVERSATION, {"role": "assistant", "content": "x"}]}, "assistant's turn"),
        ({"text": "x" * 1_000_001}, "1,000,000 characters"),
    ],
)
def test_one_bad_item_refuses_the_batch_and_is_named(
    api: APIClient, changes: dict[str, Any], words: str
) -> None:
    # Not format="json": DRF's renderer can't write half a surrogate pair, JSON can.
    answer = api.post(URL, json.dumps(with_item(**changes)), content_type="application/json")
    assert answer.status_code == 400
    assert words in str(answer.json()["errors"]["items"])
    assert "1" in str(answer.json()["errors"]["items"])
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    "batch",
    [{}, {**BATCH, "items": []}, {**BATCH, "policy": ""}, {**BATCH, "version": "v" * 201}, []],
)
def test_a_batch_of_the_wrong_shape_is_refused(api: APIClient, batch: Any) -> None:
    assert api.post(URL, batch, format="json").status_code == 400
    assert not Policy.objects.exists()


def test_more_than_a_thousand_items_are_refused(api: APIClient) -> None:
    items = [{"prompt": "Why?", "text": f"Reason {i}"} for i in range(1_001)]
    assert api.post(URL, {**BATCH, "items": items}, format="json").status_code == 400
    answer = api.post(URL, {**BATCH, "items": items[:-1]}, format="json")
    assert answer.json() == {"added": 1_000, "known": 0, "prompts_added": 1}


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(["responses:write"], 200), (["read"], 404), (["judge"], 404), (["manage"], 404)],
)
def test_a_token_needs_the_scope_for_it(
    project: Project, alice: User, scopes: list[str], status: int
) -> None:
    secret, _ = create_token(project=project, by=alice, name="trainer", scopes=scopes, days=1)
    client = APIClient(headers={"authorization": f"Bearer {secret}"})
    assert client.post(URL, BATCH, format="json").status_code == status
