"""Fine-tunes one network and leaves it as a folder. It knows no other members.

Members of one run begin with the same weights, the head's among them: weights can be averaged only
where networks are near each other, and heads drawn apart would not be. WARM asks for one head from
linear probing, which is what a nightly model's folder has as a backbone; with a bare backbone the
head is drawn with the run's seed, once for all members.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from accelerate.utils.memory import should_reduce_batch_size

from rm_training.ml.backbone import Backbone, use_all_cores
from rm_training.ml.data import Comparisons
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.finetune.adapters import adapted
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.encode import Group, Prompt, encode
from rm_training.ml.finetune.objective import CriterionHead, Objective
from rm_training.ml.finetune.packed import check_packing, is_causal, packed
from rm_training.ml.finetune.place import processes, size_when_killed, trying
from rm_training.ml.finetune.progress import Hear, Listener
from rm_training.ml.finetune.trainer import train
from rm_training.ml.finetune.tuned import FineTuned, Run
from rm_training.ml.finetune.write import write_finetuned
from rm_training.ml.loading import load_classifier
from rm_training.ml.render import Conversation
from rm_training.ml.units import targets_of, units_of

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
    criteria: Mapping[str, Comparisons]
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
    with processes().main_process_first():
        if not job.result.exists():
            write_finetuned(job.result, tuned, {"member": job.member})
            shutil.rmtree(job.checkpoints)  # several times the model's size


def _attempt(job: Job, size: int, progress: Hear) -> FineTuned:
    use_all_cores()
    torch.manual_seed(job.config.seed)  # what is new in the network is drawn from here on
    model, tokenizer = load_classifier(job.base, job.config.max_tokens)
    reader = Backbone(model, tokenizer)
    groups, (log_tie, *criteria) = _groups(job)
    prompts = _prompts(reader, job, groups)
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
            log_tie=log_tie,
            prompts=len(prompts),
            criteria=criteria,
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
    run = Run(_stretches(losses), size, _of_two(objective.log_tie), reader.truncated)
    heads = dict(zip(job.criteria, map(_head, objective.criteria), strict=True))
    texts = scale_texts(job.comparisons, job.config.seed)
    return FineTuned.of(backbone, heads, (run,), texts=texts)


def _groups(job: Job) -> tuple[list[Group], list[torch.Tensor]]:
    """The overall judgments, then those by each criterion, and the log nu of each that its
    ties have where answers are equal."""
    groups, ties = [], []
    for comparisons in (job.comparisons, *job.criteria.values()):
        units = units_of(comparisons)
        targets = targets_of(units, job.config.objective)
        groups.append(Group(units, targets.orders))
        ties.append(targets.equal_log_tie())
    return groups, ties


def _head(trained: CriterionHead) -> HeadEnsemble:
    weights = trained.linear.weight.detach().cpu().numpy()
    return HeadEnsemble(weights, penalty=0.0, mean=0.0, std=1.0, log_tie=_of_two(trained.log_tie))


def _of_two(log_tie: torch.Tensor | None) -> float | None:
    return None if log_tie is None else log_tie[0].item()


def _prompts(reader: Backbone, job: Job, groups: Sequence[Group]) -> list[Prompt]:
    rows = compared(job.comparisons, *job.criteria.values())
    texts = [job.comparisons.conversations[row] for row in rows]
    lengths = [0] * len(rows)
    if job.config.objective.length_penalty:
        responses = [text.response for text in texts]
        cut = reader.tokenizer(responses, truncation=True, add_special_tokens=False)
        lengths = [len(ids) for ids in cut["input_ids"]]
    return encode(
        dict(zip(rows, reader.tokenize(texts), strict=True)),
        groups,
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


def compared(*groups: Comparisons) -> list[int]:
    """The rows that are in any comparison, in their order."""
    ends = [end for own in groups for end in (own.first, own.second)]
    rows: list[int] = np.unique(np.concatenate(ends)).tolist()
    return rows


def scale_texts(comparisons: Comparisons, seed: int) -> list[Conversation]:
    """The training texts whose rewards have the mean and the deviation that are written, at most
    2,000 of them."""
    rows = compared(comparisons)
    if len(rows) > SCALE_TEXTS:
        rows = np.random.default_rng(seed).choice(rows, SCALE_TEXTS, replace=False).tolist()
    return [comparisons.conversations[row] for row in rows]
