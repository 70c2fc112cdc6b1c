"""Writes and reads fine-tuned networks as Hugging Face folders, by the contract of `ml.export`.

One output, a head without bias (zero where the class has one), the padding token, the chat
template, the reward's mean and standard deviation in the configuration; beside it `tiebreak.json`
and the heads of criteria, as a nightly model's. Where several networks were averaged, `members/0`,
`members/1`, ... are folders of the same kind. The folder serves as a nightly run's backbone.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rm_training.ml.backbone import Backbone
from rm_training.ml.export import (
    META_FILE,
    drafted,
    facts_of_heads,
    hold_to,
    load_criteria,
    probes_for,
    reloaded_scores,
    save,
    save_heads,
)
from rm_training.ml.finetune.tuned import FineTuned, Run
from rm_training.ml.render import Conversation

MEMBERS = "members"


def write_finetuned(folder: Path, tuned: FineTuned, meta: Mapping[str, object]) -> None:
    """Write the model folder, whole or not at all.

    It is written under another name beside `folder`, opened again, held to the scores in memory (to
    1e-5) and renamed. `meta` is added to tiebreak.json. Raises FileExistsError where `folder` is
    there already, ExportMismatch where the scores differ; either way nothing is left behind.
    """
    backbone = tuned.backbone
    own = {
        "tier": "full",
        "runs": [asdict(run) for run in tuned.runs],
        "log_tie": tuned.log_tie,
        "truncated": tuned.truncated,
        **(facts_of_heads(tuned.criteria, {}) if tuned.criteria else {}),
    }
    with drafted(folder) as draft:
        save(draft, backbone, {**meta, **own}, mean=tuned.mean, std=tuned.std)
        probes = probes_for(backbone)
        hold_to(tuned.scores(probes), reloaded_scores(draft, probes, backbone.model.device))
        if tuned.criteria:
            save_heads(draft, tuned.criteria)
            _hold_heads(draft, tuned, probes)
        if len(tuned.folders) > 1:  # each was held to its scores when it was written
            for member, source in enumerate(tuned.folders):
                shutil.copytree(source, draft / MEMBERS / str(member))


def _hold_heads(draft: Path, tuned: FineTuned, probes: list[Conversation]) -> None:
    features, written = tuned.backbone.embed(probes), load_criteria(draft)
    for name, head in tuned.criteria.items():
        hold_to(head.members(features), written[name].members(features))


def load_finetuned(folder: Path) -> FineTuned:
    """What `write_finetuned` wrote, its network opened. Raises OSError where it is no such folder,
    KeyError where it is one of the nightly tier."""
    meta = _meta(folder)
    runs = runs_of(folder)
    folders = tuple(folder / MEMBERS / str(n) for n in range(len(runs))) if len(runs) > 1 else ()
    backbone = Backbone.load(folder, max_tokens=meta["max_tokens"])
    return FineTuned(backbone, meta["mean"], meta["std"], runs, folders, load_criteria(folder))


def runs_of(folder: Path) -> tuple[Run, ...]:
    """How the networks in a folder that `write_finetuned` wrote were trained."""
    return tuple(Run(**{**run, "losses": tuple(run["losses"])}) for run in _meta(folder)["runs"])


def _meta(folder: Path) -> dict[str, Any]:
    meta: dict[str, Any] = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
    return meta
