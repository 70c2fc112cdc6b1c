"""A project that asks for two criteria: a head for each, and one reward of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotate.actions.importing import import_file
from annotate.actions.projects import add_question
from annotate.models import Project, User
from rm_training.actions.plan import change_plan
from rm_training.actions.runs import perform_run, start_run
from rm_training.ml.render import Conversation
from rm_training.models import RewardModel, TrainingRun, Trigger
from rm_training.scoring import Served
from tests.conftest import write_jsonl
from tests.rm_training.ml_samples import tiny_llama

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
POLITE, RUDE = "Yes, please take {} of them.", "No {}, go away."


@pytest.fixture
def judged(project: Project, alice: User, tmp_path: Path, settings: Any) -> Project:
    """Polite answers are kind and rude ones are short; both criteria are asked of each pair."""
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


def trained(project: Project, by: User, **nightly: object) -> TrainingRun:
    change_plan(
        project=project, by=by, nightly=nightly, full={}, weekly=False, grown=None, drifted=None
    )
    run = start_run(project=project, by=by, trigger=Trigger.BUTTON)
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
