"""Fine-tunes one network and leaves it as a folder. It knows no other members.

Members of one run begin with the same weights, the head's among them: weights can be averaged only
where networks are near each other, and heads drawn apart would not be. WARM asks for one head from
linear probing, which is what a nightly model's folder has as a backbone; with a bare backbone the
head is drawn with the run's seed, once for all members.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils.memory import should_reduce_batch_size

from rm_training.ml.backbone import Backbone, use_all_cores
from rm_training.ml.data import Comparisons
from rm_training.ml.finetune.adapters import adapted
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.encode import Prompt, encode
from rm_training.ml.finetune.objective import Objective
from rm_training.ml.finetune.packed import check_packing, is_causal, packed
from rm_training.ml.finetune.place import size_when_killed, trying
from rm_training.ml.finetune.progress import Hear, Listener
from rm_training.ml.finetune.trainer import train
from rm_training.ml.finetune.tuned import FineTuned, Run, scores_of
from rm_training.ml.finetune.write import write_finetuned
from rm_training.ml.loading import load_classifier
from rm_training.ml.rankings import WeakOrders
from rm_training.ml.units import Units, targets_of, units_of

PROBED_PROMPTS = 2
SCALE_TEXTS = 2000
STRETCHES = 100


class OutOfMemory(RuntimeError):
    """Not even one prompt with its answers fits into memory."""


@dataclass(frozen=True)
class Job:
    """One member's training: on what, how, and the folders of its checkpoints and its result."""

    base: str
    comparisons: Comparisons
    config: FinetuneConfig
    member: int
    checkpoints: Path
    result: Path


def train_member(job: Job, *, size: int, progress: Hear, report: Callable[[str], None]) -> int:
    """Train one network with `size` prompts a batch, or fewer where memory runs out; how many.

    A network that is written already is left as it is, and `size` returned.
    """
    if not job.result.exists():
        size = _begun_with(job, size, report)
    while not job.result.exists():
        try:
            with trying(job.checkpoints, size):
                tuned = _attempt(job, size, progress)
        except RuntimeError as error:
            if not should_reduce_batch_size(error):
                raise
            smaller = _smaller(size, job.config.prompts_per_step)
        else:
            _keep(job, tuned)
            break
        # Out of the handler, so that the traceback no longer holds the tensors.
        gc.collect()
        torch.cuda.empty_cache()
        report(f"Memory ran out at {size} prompts a batch: going on with {smaller}.")
        size = smaller
    return size


def _begun_with(job: Job, size: int, report: Callable[[str], None]) -> int:
    """`size`, or less than that with which a process was killed. It need not have been for want of
    memory, but smaller batches do no harm."""
    killed = size_when_killed(job.checkpoints)
    if killed is None:
        return size
    smaller = _smaller(killed, job.config.prompts_per_step) if killed > 1 else 1
    report(
        f"Its worker was lost while training with {killed} prompts a batch, perhaps for want of "
        f"memory: going on with {smaller}."
    )
    return min(size, smaller)


def _smaller(size: int, step: int) -> int:
    """The largest size up to half of `size` that divides the step."""
    for smaller in range(size // 2, 0, -1):
        if step % smaller == 0:
            return smaller
    raise OutOfMemory(
        "One prompt with all its answers does not fit into memory. The last checkpoint was kept. "
        "Lower max_tokens, set checkpoint_activations, or choose a smaller backbone."
    )


def _keep(job: Job, tuned: FineTuned) -> None:
    with PartialState().main_process_first():
        if not job.result.exists():
            write_finetuned(job.result, tuned, {"member": job.member})
            shutil.rmtree(job.checkpoints)  # several times the model's size


def _attempt(job: Job, size: int, progress: Hear) -> FineTuned:
    use_all_cores()
    torch.manual_seed(job.config.seed)  # what is new in the network is drawn from here on
    model, tokenizer = load_classifier(job.base, job.config.max_tokens)
    reader = Backbone(model, tokenizer)
    units = units_of(job.comparisons)
    targets = targets_of(units, job.config.objective)
    prompts = _prompts(reader, job, units, targets.orders)
    check_packing(model, prompts[:PROBED_PROMPTS])
    listener = Listener(
        progress,
        pairs_per_step=len(job.comparisons) / len(prompts) * job.config.prompts_per_step,
        member=job.member,
        members=job.config.members,
    )
    with adapted(model, job.config.lora_rank), packed(model) as reward:
        objective = Objective(
            reward,
            job.config.objective,
            ties=targets.ties / len(units),
            prompts=len(prompts),
        )
        losses = train(
            objective,
            _drawn(prompts, job),
            job.config,
            job.checkpoints,
            size=size,
            seed=job.config.seed + job.member,
            listener=listener,
        )
    backbone = Backbone(model.train(False), tokenizer)
    mean, std = reward_scale(backbone, job.comparisons, job.config.seed)
    log_tie = None if objective.log_tie is None else objective.log_tie[0].item()
    run = Run(_stretches(losses), size, log_tie, reader.truncated)
    return FineTuned(backbone, mean, std, (run,))


def _prompts(
    reader: Backbone, job: Job, units: Units, orders: Sequence[WeakOrders]
) -> list[Prompt]:
    rows = compared(job.comparisons)
    texts = [job.comparisons.conversations[row] for row in rows]
    lengths = [0] * len(rows)
    if job.config.objective.length_penalty:
        responses = [text.response for text in texts]
        cut = reader.tokenizer(responses, truncation=True, add_special_tokens=False)
        lengths = [len(ids) for ids in cut["input_ids"]]
    return encode(
        dict(zip(rows, reader.tokenize(texts), strict=True)),
        units,
        orders,
        lengths=dict(zip(rows, lengths, strict=True)),
        limit=reader.max_tokens,
        causal=is_causal(reader.model),
    )


def _drawn(prompts: list[Prompt], job: Job) -> list[Prompt]:
    """The prompts, or as many with replacement where members are to differ in them."""
    if not job.config.bootstrap:
        return prompts
    draws = np.random.default_rng([job.config.seed, job.member])
    return [prompts[n] for n in draws.integers(len(prompts), size=len(prompts))]


def _stretches(losses: list[float]) -> tuple[float, ...]:
    parts = np.array_split(np.array(losses), min(STRETCHES, len(losses)))
    return tuple(float(part.mean()) for part in parts)


def compared(comparisons: Comparisons) -> list[int]:
    """The rows that are in any comparison, in their order."""
    rows: list[int] = np.unique(np.concatenate([comparisons.first, comparisons.second])).tolist()
    return rows


def reward_scale(backbone: Backbone, comparisons: Comparisons, seed: int) -> tuple[float, float]:
    """Mean and standard deviation of the reward over training texts, at most 2,000 of them."""
    rows = compared(comparisons)
    if len(rows) > SCALE_TEXTS:
        rows = np.random.default_rng(seed).choice(rows, SCALE_TEXTS, replace=False).tolist()
    scores = scores_of(backbone, [comparisons.conversations[row] for row in rows])
    return float(scores.mean()), float(scores.std())
