"""A project that asks for two criteria: a head for each, and one reward of both."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command

from annotate.actions.importing import import_file
from annotate.actions.projects import add_question
from annotate.cache import redis
from annotate.models import Project, User
from rm_training import serving
from rm_training.actions.plan import change_plan
from rm_training.actions.runs import perform_run, start_run
from rm_training.ml import criteria
from rm_training.ml.export import load_criteria
from rm_training.ml.render import Conversation
from rm_training.models import RewardModel, Tier, TrainingRun, Trigger
from rm_training.scoring import Served
from tests.conftest import write_jsonl
from tests.rm_training.ml_finetune_samples import one_thread
from tests.rm_training.ml_samples import tiny_llama

__all__ = ["one_thread"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
POLITE, RUDE = "Yes, please take {} of them.", "No {}, go away."


@pytest.fixture
def judged(project: Project, alice: User, tmp_path: Path, settings: Any) -> Project:
    """Polite answers are kind and rude ones are short; both criteria are asked of each pair."""
    settings.DATA_DIR = tmp_path / "data"
    settings.BACKBONE = str(tiny_llama(tmp_path / "base"))
    question = add_question(
        project=project, by=alice, kind="comparison", title="Which?",
        spec={"criteria": ["kind", "short"], "strength": False},
    )  # fmt: skip
    answer = {
        "criteria": {
            "kind": {"ranks": [1, 2], "strength": None},
            "short": {"ranks": [2, 1], "strength": None},
        }
    }
    rows = [
        {
            "prompt": f"May I have {n} apples?",
            "responses": [POLITE.format(n), RUDE.format(n)],
            "votes": [{"rater": "ruth", "answer": answer}],
        }
        for n in range(120)
    ]
    path = write_jsonl(tmp_path / "apples.jsonl", rows)
    assert import_file(project=project, path=path, question=question).votes_added == 120
    return project


FULL = {
    "epochs": 3.0, "max_tokens": 96, "prompts_per_step": 16, "prompts_per_batch": 16,
    "learning_rate": 3e-3, "members": 2,
}  # fmt: skip


def trained(
    project: Project, by: User, *, tier: Tier = Tier.NIGHTLY, **nightly: object
) -> TrainingRun:
    change_plan(
        project=project, by=by, nightly=nightly, full=FULL, weekly=False, grown=None, drifted=None
    )
    run = start_run(project=project, by=by, trigger=Trigger.BUTTON, tier=tier)
    perform_run(run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.log
    return run


def margins(model: RewardModel) -> dict[str, float]:
    """Polite less rude, by the reward and by each criterion."""
    asked = [
        Conversation([{"role": "user", "content": "May I have 7 apples?"}], text.format(7))
        for text in (POLITE, RUDE)
    ]
    members, criteria = Served(model).answer(asked)
    found = {"": members, **criteria}
    return {name: float(np.subtract(*own.mean(1))) for name, own in found.items()}


def test_each_criterion_is_measured_by_its_own_head(judged: Project, alice: User) -> None:
    run = trained(judged, alice)
    shown = {one["name"]: one for one in run.evaluation.result["criteria"]}
    assert set(shown) == {"kind", "short"}
    assert [one["accuracy"]["value"] for one in shown.values()] == [1.0, 1.0]
    assert [one["weight"] for one in shown.values()] == [None, None]
    assert "overall comparisons" in run.evaluation.result["criteria_sentence"]
    found = margins(RewardModel.objects.get())
    assert found["kind"] > 0 > found["short"]
    assert found[""] > 0  # the leading criterion is the overall judgment


def test_the_plans_weights_make_the_reward(judged: Project, alice: User) -> None:
    run = trained(judged, alice, combine={"kind": 1.0, "short": 0.25})
    weights = {one["name"]: one["weight"] for one in run.evaluation.result["criteria"]}
    assert weights == {"kind": pytest.approx(0.8), "short": pytest.approx(0.2)}
    assert margins(RewardModel.objects.get())[""] > 0


def test_a_full_run_trains_a_head_a_criterion_and_its_model_answers_by_each(
    judged: Project, alice: User
) -> None:
    run = trained(judged, alice, tier=Tier.FULL)
    shown = {one["name"]: one for one in run.evaluation.result["criteria"]}
    assert set(shown) == {"kind", "short"}
    assert [one["accuracy"]["value"] for one in shown.values()] == [1.0, 1.0]
    assert [one["weight"] for one in shown.values()] == [None, None]
    sentence = run.evaluation.result["criteria_sentence"]
    assert sentence == "The reward is learnt from the overall comparisons."
    model = RewardModel.objects.get()
    found = margins(model)
    assert found["kind"] > 0 > found["short"]
    assert found[""] > 0
    message = {"role": "user", "content": "May I have 7 apples?"}
    item = {"prompt": [message], "responses": [POLITE.format(7), RUDE.format(7)]}
    place = f"replies-{model.pk}"
    serving.answer(model_id=model.pk, items=[item], aggregate="mean", reply=place)
    (reply,) = map(json.loads, redis().lrange(place, 0, -1))
    assert list(reply["criteria"]) == ["kind", "short"]
    for name, (rows,) in reply["criteria"].items():
        assert rows[0][1] - rows[1][1] == pytest.approx(found[name], abs=1e-4)
        assert all(lower < mean < upper for _, mean, lower, upper in rows)  # of two networks


def test_the_command_trains_them_too(judged: Project, tmp_path: Path) -> None:
    folder, options = tmp_path / "model", {"max_tokens": 96, "stdout": StringIO()}
    call_command("finetune", judged.slug, str(folder), **options)
    assert list(load_criteria(folder)) == ["kind", "short"]


def test_a_criterion_of_too_few_comparisons_is_left_out_of_a_full_run_and_named(
    judged: Project, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(criteria, "MIN_COMPARISONS", 1000)
    run = trained(judged, alice, tier=Tier.FULL)
    assert "No head for “kind”: " in run.log
    assert "comparisons to learn from; it takes 1000" in run.log
    assert run.evaluation.result["criteria"] == []
    assert Served(RewardModel.objects.get()).answer([])[1] == {}
