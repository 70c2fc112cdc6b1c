"""From "retrain" to verdict, by a real worker: 1,000 and 10,000 comparisons, cold and cached.

Answers have lengths like OpenAssistant's (a median of about 600 characters), one vote a comparison.
The peer of `retrain_1k_s` does the part that costs on the same texts: sentence-transformers embeds
them with the same weights and scikit-learn fits one logistic head. No evaluation, no ensemble.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.figures import figure
from bench.servers import django_on_own_servers

ROOT = Path(__file__).resolve().parent.parent
WORDS = ["the", "of", "and", "to", "in", "is", "that", "it", "for", "was", "on", "are", "as"]
PEER = "sentence-transformers encode + scikit-learn"


def run(*, quick: bool) -> None:
    small, large = (200, 0) if quick else (1_000, 10_000)
    with django_on_own_servers() as folder, _worker(folder):
        path = _write(folder / "small.jsonl", small, seed=1)
        seconds = _retrain("small", path)["seconds"]
        name = "retrain_1k_s"
        figure("loop", name, seconds, "s", n=small, peer=PEER, peer_value=_peer_seconds(path))
        if large:
            path = _write(folder / "large.jsonl", large, seed=2)
            cold = _retrain("large", path)
            figure("loop", "retrain_10k_s", cold["seconds"], "s", n=large)
            figure("loop", "retrain_10k_mb", cold["peak_mb"], "MB", n=large)
            cached = _retrain("large", None)
            figure("loop", "retrain_10k_cached_s", cached["seconds"], "s", n=large)


class _worker:
    """The gpu worker, started as `serve` starts it, its log in the benchmark's folder."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "worker.log"

    def __enter__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "annotate.processes", "gpu"],
            cwd=ROOT,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
        )

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


def _write(path: Path, comparisons: int, *, seed: int) -> Path:
    rng = random.Random(seed)

    def text(characters: int) -> str:
        words = rng.choices(WORDS, k=max(3, int(rng.lognormvariate(0, 0.7) * characters / 4)))
        return " ".join(words)

    with path.open("w") as sink:
        for i in range(comparisons):
            row = {
                "prompt": f"{seed} {i} {text(120)}?",
                "responses": [{"text": f"{text(600)} a"}, {"text": f"{text(600)} b"}],
                "votes": [{"rater": "one", "ranks": rng.choice([[1, 2], [2, 1]])}],
            }
            sink.write(json.dumps(row) + "\n")
    return path


def _retrain(slug: str, path: Path | None) -> dict[str, float]:
    """Seconds from the request to the verdict, and the worker's peak memory in MB."""
    from annotate.actions.importing import import_file
    from annotate.actions.projects import create_project
    from annotate.models import Project, User
    from rm_training.actions.runs import start_run
    from rm_training.models import TrainingRun, Trigger

    owner, _ = User.objects.get_or_create(username="bench")
    project = Project.objects.filter(slug=slug).first() or create_project(by=owner, name=slug)
    if path:
        import_file(project=project, path=path)
    start = time.perf_counter()
    run_ = start_run(project=project, by=owner, trigger=Trigger.COMMAND, then_round=False)
    while run_.state not in {"done", "failed", "cancelled"}:
        time.sleep(0.1)
        run_ = TrainingRun.objects.get(pk=run_.pk)
    seconds = time.perf_counter() - start
    assert run_.state == "done", run_.log
    assert run_.peak_mb is not None
    return {"seconds": seconds, "peak_mb": run_.peak_mb}


def _peer_seconds(path: Path) -> float:
    import numpy as np
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression

    from rm_training.ml.backbone import default_backbone_path

    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()]
    start = time.perf_counter()
    model = SentenceTransformer(str(default_backbone_path()), device="cpu")
    texts = [row["prompt"] + "\n" + r["text"] for row in rows for r in row["responses"]]
    features = model.encode(texts, batch_size=32, show_progress_bar=False)
    difference = features[0::2] - features[1::2]
    label = np.array([row["votes"][0]["ranks"][0] == 1 for row in rows])
    LogisticRegression(fit_intercept=False, max_iter=1000).fit(difference, label)
    return time.perf_counter() - start
