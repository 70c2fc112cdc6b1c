"""Fine-tunes whole networks on comparisons. It knows no database; files are its checkpoints.

    comparisons = read_snapshot("snapshot.jsonl").overall
    config = FinetuneConfig(members=3, lora_rank=16, learning_rate=2e-4)
    tuned = finetune(base, comparisons.training(), config, place)     # resumes what `place` holds
    scores = tuned.scores(comparisons.conversations)                  # of the weight average
    write_finetuned(folder, tuned, {"snapshot": digest, "config": config.as_json()})
    same = load_finetuned(folder)                                     # `place` may go now

A run is one network, or several whose weights are averaged (`member`, `tuned`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from rm_training.ml.data import Comparisons
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.member import Job, scale_texts, train_member
from rm_training.ml.finetune.place import alone, processes
from rm_training.ml.finetune.progress import Hear
from rm_training.ml.finetune.tuned import FineTuned, averaged, averaged_heads
from rm_training.ml.finetune.write import load_finetuned, runs_of

RUN_FILE = "run.json"


class OtherRun(ValueError):
    """The folder holds a run with other settings, other data or another backbone."""


def finetune(
    base: str | Path,
    comparisons: Comparisons,
    config: FinetuneConfig,
    place: Path,
    *,
    criteria: Mapping[str, Comparisons] | None = None,
    progress: Hear = lambda progress: None,
    report: Callable[[str], None] = lambda sentence: None,
) -> FineTuned:
    """Train the model of folder `base` on `comparisons`, which must be the train split alone.

    `criteria`: by name, the comparisons of the same table that a head each is to learn beside the
    reward, as `ml.criteria.learnable` gives them. All share the network and count alike.

    Checkpoints and finished members go to the folder `place`; what is there already is gone on
    from, to the same result, and members that are finished are not trained again. `progress` hears
    of every step, `report` of memory that ran out. What either raises ends the training; the last
    checkpoint stays. Raises ValueError where there is nothing to learn from, LossNotFinite, InUse,
    OutOfMemory, OtherRun, and what `load_classifier`, `check_packing` and `write_finetuned` raise.
    """
    if not len(comparisons):
        raise ValueError("There are no comparisons to train on.")
    named = dict(sorted((criteria or {}).items()))
    with alone(place):
        with processes().main_process_first():  # each would write the same draft
            _claim(place, str(base), config, _digest(comparisons, named))
        size, folders = config.prompts_per_batch, []
        for member in range(config.members):
            folders.append(place / "members" / str(member))
            checkpoints = place / "checkpoints" / str(member)
            job = Job(str(base), comparisons, named, config, member, checkpoints, folders[-1])
            size = train_member(job, size=size, progress=progress, report=report)
        if config.members == 1:
            return load_finetuned(folders[0])
        backbone = averaged(folders, config.max_tokens)
        heads = averaged_heads(folders)
    runs = tuple(run for folder in folders for run in runs_of(folder))
    texts = scale_texts(comparisons, config.seed)
    return FineTuned.of(backbone, heads, runs, tuple(folders), texts=texts)


def _claim(place: Path, base: str, config: FinetuneConfig, data: str) -> None:
    """Write what run this folder is for, or raise OtherRun where it is for another."""
    own = {"base": base, "config": config.as_json(), "data": data}
    run = json.dumps(own, indent=2)
    place.mkdir(parents=True, exist_ok=True)
    path = place / RUN_FILE
    if not path.exists():
        draft = path.with_suffix(".draft")
        draft.write_text(run, encoding="utf-8")
        draft.replace(path)  # whole or not at all
    elif path.read_text(encoding="utf-8") != run:
        raise OtherRun(
            f"{place} holds a run with other settings, other comparisons or another backbone. "
            "Nothing was trained: choose another folder, or remove this one."
        )


def _digest(comparisons: Comparisons, criteria: Mapping[str, Comparisons]) -> str:
    texts = [[list(map(dict, c.messages)), c.response] for c in comparisons.conversations]
    digest = hashlib.sha256(json.dumps(texts).encode())
    for name, own in [("", comparisons), *criteria.items()]:
        digest.update(name.encode())
        for column in ("first", "second", "target", "tie", "strength", "weight", "prompt", "task"):
            digest.update(getattr(own, column).tobytes())
    return digest.hexdigest()
