"""Rewards by HTTP: a real worker behind it, its limits, and what RL trainers send."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection
from rest_framework.test import APIClient

from annotate import artifacts
from annotate.actions.people import create_token
from annotate.celery import app
from annotate.models import Project, Snapshot, User
from rm_training.actions import scores
from rm_training.actions.champion import promote
from rm_training.actions.runs import perform_run
from rm_training.actions.scores import MOST_RESPONSES, QUEUE
from rm_training.ml.backbone import Backbone
from rm_training.ml.ensemble import intervals
from rm_training.ml.export import load_ensemble
from rm_training.ml.render import Conversation
from rm_training.models import RewardModel, TrainingRun, Trigger
from tests.children import celery_worker
from tests.rm_training.test_loop import import_votes

URL = "/api/v1/projects/helpful/score"
TEXTS = ["Water them weekly.", "Never water them, they like it dry.", "Maybe."]
PROMPT = "How do I keep herbs alive?"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def model(project: Project, api: APIClient, tmp_path: Path, alice: User) -> RewardModel:
    """A champion, trained on the demo's texts."""
    project.evaluation_share = 0.5
    project.save()
    import_votes(project, tmp_path, prompts=40)
    perform_run(api.post("/api/v1/projects/helpful/training-runs").json()["id"])
    model = RewardModel.objects.get()
    promote(model=model, by=alice, reason="for the test")
    _forget()
    return model


def _forget() -> None:
    """What other tests sent and nobody took."""
    with app.connection_for_write() as broker:
        channel: Any = broker.default_channel  # kombu types only what every broker has
        channel.client.delete(QUEUE)


def expected(model: RewardModel, texts: list[str], *, grouped: bool) -> np.ndarray[Any, Any]:
    group = np.zeros(len(texts), dtype=np.int64) if grouped else None
    return np.stack(intervals(members_of(model, texts), group), axis=1)


def members_of(model: RewardModel, texts: list[str]) -> np.ndarray[Any, Any]:
    """As somebody with the folder alone gets them."""
    folder = artifacts.fetch(model.path)
    asked = [Conversation([{"role": "user", "content": PROMPT}], text) for text in texts]
    return load_ensemble(folder).members(Backbone.load(folder, max_tokens=256).embed(asked))


def numbers(found: Any) -> np.ndarray[Any, Any]:
    return np.array([[score[name] for name in ("mean", "lower", "upper")] for score in found])


def basic(secret: str) -> str:
    return "Basic " + b64encode(f"trainer:{secret}".encode()).decode()


def test_a_worker_gives_the_models_own_rewards_in_every_form(
    project: Project, alice: User, api: APIClient, model: RewardModel, tmp_path: Path
) -> None:
    secret, _ = create_token(project=project, by=alice, name="rl", scopes=["score"], days=1)
    trainer = APIClient(headers={"authorization": f"Bearer {secret}"})
    messages = [{"role": "user", "content": PROMPT}]
    items = [
        {"prompt": PROMPT, "responses": TEXTS},
        {"prompt": messages, "responses": TEXTS[:1]},
    ]
    with celery_worker(QUEUE, tmp_path / "score.log"):
        answer = trainer.post(URL, {"items": items}, format="json")
        assert answer.status_code == 200, answer.json()
        assert answer.json()["model"] == model.number
        several, alone = answer.json()["items"]
        assert numbers(several["scores"]) == pytest.approx(
            expected(model, TEXTS, grouped=True), abs=1e-5
        )
        assert numbers(alone["scores"]) == pytest.approx(
            expected(model, TEXTS[:1], grouped=False), abs=1e-5
        )
        named = api.post(URL, {"model": model.number, "items": items[1:]}, format="json").json()
        assert numbers(named["items"][0]["scores"]) == pytest.approx(numbers(alone["scores"]))

        remote = APIClient(headers={"authorization": basic(secret)})
        sent = {
            "query": [f"{PROMPT}{text}" for text in TEXTS],
            "prompts": [PROMPT] * 3,
            "labels": [""] * 3,
        }
        rewards = remote.post(f"{URL}/openrlhf", sent, format="json").json()["rewards"]
        assert rewards == pytest.approx(numbers(several["scores"])[:, 0].tolist(), abs=1e-5)
        least = remote.post(f"{URL}/openrlhf?aggregate=worst_case", sent, format="json").json()
        members = members_of(model, TEXTS)
        beside = members - members.mean(0) + members.mean()
        assert least["rewards"] == pytest.approx(beside.min(1).tolist(), abs=1e-5)
        cautious = {"items": items, "aggregate": "uncertainty_weighted"}
        [first, _] = trainer.post(URL, cautious, format="json").json()["items"]
        assert [one["reward"] for one in first["scores"]] == pytest.approx(
            (beside.mean(1) - 0.5 * beside.var(1)).tolist(), abs=1e-5
        )
        assert numbers(first["scores"]) == pytest.approx(numbers(several["scores"]), abs=1e-6)

        # A model whose files are gone: the reason comes back, and the worker goes on.
        RewardModel.objects.filter(pk=model.pk).update(champion=False)
        broken = RewardModel.objects.create(
            project=project, number=9, run_id=_another_run(model), snapshot=model.snapshot,
            path="nowhere", heads=8, champion=True,
        )  # fmt: skip
        failed = api.post(URL, {"items": items}, format="json")
        assert failed.status_code == 502
        assert failed.json()["detail"].startswith("The scoring worker failed with model 9: ")
        broken.delete()
        again = api.post(URL, {"model": model.number, "items": items}, format="json")
        assert again.status_code == 200


def _another_run(model: RewardModel) -> int:
    run = model.run
    run.pk = None
    run.save()
    return int(run.pk)


def test_without_a_champion_or_such_a_model_it_says_so(api: APIClient) -> None:
    items = [{"prompt": PROMPT, "responses": TEXTS}]
    answer = api.post(URL, {"items": items}, format="json")
    assert (answer.status_code, "promote one" in answer.json()["detail"]) == (409, True)
    answer = api.post(URL, {"items": items, "model": 4}, format="json")
    assert answer.json()["detail"] == "There is no model 4 here."


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([], "items"),
        ([{"prompt": PROMPT, "responses": []}], "items"),
        ([{"prompt": "", "responses": ["a"]}], "prompt is empty"),
        ([{"prompt": PROMPT, "responses": ["a", " \n"]}], "text is empty"),
        ([{"prompt": PROMPT, "responses": ["a\x00"]}], "haracters"),
        ([{"prompt": [{"role": "assistant", "content": "Hm."}], "responses": ["a"]}], "assistant"),
        ([{"prompt": PROMPT, "responses": ["a"] * 64}] * 17, "At most 1,024 responses"),
        ([{"prompt": PROMPT, "responses": ["a" * 1_000_000]}], "more than 1,000,000"),
        ([{"prompt": PROMPT, "responses": ["a"]}] * 1_025, "items"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_its_reason(
    api: APIClient, items: list[Any], says: str
) -> None:
    answer = api.post(URL, {"items": items}, format="json")
    assert answer.status_code == 400
    assert says in answer.json()["detail"]
    assert MOST_RESPONSES == 1_024


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"query": ["ab"], "prompts": []}, "Each query needs its prompt."),
        ({"query": ["ab", "cd"], "prompts": ["a", "d"]}, "Query 1 does not begin"),
        ({"query": ["a"], "prompts": ["a"]}, "text is empty"),
        ({"query": "ab", "prompts": ["a"]}, "query"),
    ],
)
def test_a_query_that_does_not_begin_with_its_prompt_is_refused(
    api: APIClient, project: Project, alice: User, sent: dict[str, Any], says: str
) -> None:
    secret, _ = create_token(project=project, by=alice, name="rl", scopes=["score"], days=1)
    client = APIClient(headers={"authorization": basic(secret)})
    answer = client.post(f"{URL}/openrlhf", sent, format="json")
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


@pytest.mark.parametrize("sent", ["Basic !!", "Basic dHJhaW5lcg==", "Basic dHJhaW5lcjp0Yl94", "x"])
def test_a_password_that_is_no_token_is_refused(api: APIClient, sent: str) -> None:
    client = APIClient(headers={"authorization": sent})
    assert client.post(f"{URL}/openrlhf", {}, format="json").status_code == 401


def test_a_token_is_no_password_elsewhere(project: Project, alice: User) -> None:
    secret, _ = create_token(project=project, by=alice, name="all", scopes=["manage"], days=1)
    client = APIClient(headers={"authorization": basic(secret)})
    assert client.get("/api/v1/projects/helpful/overview").status_code in {401, 403}


@pytest.mark.parametrize("scopes", [["read"], ["judge", "responses:write"], ["manage"]])
def test_a_token_scores_only_where_it_was_made_for_it(
    project: Project, alice: User, scopes: list[str]
) -> None:
    secret, _ = create_token(project=project, by=alice, name="other", scopes=scopes, days=1)
    client = APIClient(headers={"authorization": f"Bearer {secret}"})
    assert client.post(URL, {}, format="json").status_code == 404


def test_nobody_waits_longer_than_the_limit_nor_more_than_there_is_room_for(
    project: Project, alice: User, api: APIClient, monkeypatch: pytest.MonkeyPatch,
    an_unused_model: Callable[[], RewardModel],
) -> None:  # fmt: skip
    an_unused_model()
    _forget()
    monkeypatch.setattr(scores, "SECONDS", 1)
    monkeypatch.setattr(scores, "_room", threading.BoundedSemaphore(1))
    sent = {"items": [{"prompt": PROMPT, "responses": TEXTS}]}
    found: list[int] = []

    def ask() -> None:
        client = APIClient()
        client.force_login(alice)
        found.append(client.post(URL, sent, format="json").status_code)
        connection.close()

    waiting = threading.Thread(target=ask)
    waiting.start()
    while scores._room._value:  # until it waits
        pass
    busy = api.post(URL, sent, format="json")
    waiting.join()
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "1")
    assert found == [504]
    assert api.post(URL, sent, format="json").status_code == 504  # and there is room again
    _forget()


@pytest.fixture
def an_unused_model(project: Project) -> Callable[[], RewardModel]:
    def make() -> RewardModel:
        run = TrainingRun.objects.create(project=project, trigger=Trigger.BUTTON, state="done")
        snapshot = Snapshot.objects.create(
            project=project, number=1, sha256="0" * 64, tasks=1, judgments=1, bytes=1
        )
        return RewardModel.objects.create(
            project=project, number=1, run=run, snapshot=snapshot, path="x", heads=8, champion=True
        )

    return make


def test_an_aggregation_that_is_none_is_refused(api: APIClient) -> None:
    sent = {"items": [{"prompt": PROMPT, "responses": TEXTS}], "aggregate": "best"}
    answer = api.post(URL, sent, format="json")
    assert (answer.status_code, "aggregate" in answer.json()["errors"]) == (400, True)
