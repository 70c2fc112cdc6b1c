"""Runs a frozen model over batches and reads what reaches its head. It knows tokens, not texts.

On a CPU whole batches run side by side, one thread each: measured against splitting every matrix
product between the cores, that is as fast on an idle machine and up to twice as fast on a busy one,
where a product waits for its slowest part.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel

from rm_training.ml.first_token import shortened
from rm_training.ml.loading import head_of

Features = NDArray[np.float32]
Tokens = NDArray[np.int32]

# With MiniLM on two cores, activations of 1,000 to 2,000 tokens stay in a core's cache, and batches
# of 16,000 are a quarter slower. A GPU needs more at once to be busy.
CPU_TOKENS = 1024
GPU_TOKENS = 16384


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Rows in groups of similar length, longest first, each of at most `budget` padded tokens.

    A row longer than the budget is a group of its own.
    """
    group: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if group and (len(group) + 1) * lengths[group[0]] > budget:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


class HeadReader:
    """Computes the input of a model's head, [n, d] for a batch of n token sequences."""

    def __init__(self, model: PreTrainedModel, pad: int) -> None:
        self.model = model
        self.pad = pad
        self._seen = threading.local()

    def read(self, tokens: Sequence[Tokens]) -> Iterator[tuple[list[int], Features]]:
        """Rows and their features [len(rows), d], batch by batch, in an order that never varies."""
        on_cpu = self.model.device.type == "cpu"
        groups = list(batches([len(t) for t in tokens], CPU_TOKENS if on_cpu else GPU_TOKENS))
        with ExitStack() as stack:
            stack.enter_context(shortened(self.model))
            hook = head_of(self.model).register_forward_pre_hook(self._notice)
            stack.callback(hook.remove)
            workers = torch.get_num_threads() if on_cpu else 1
            # OpenMP's thread count belongs to the thread that sets it, so the caller's stays.
            pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,))
            stack.callback(pool.shutdown, cancel_futures=True)
            inputs = ([tokens[row] for row in group] for group in groups)
            yield from zip(groups, pool.map(self._features, inputs), strict=True)

    def _notice(self, _: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        self._seen.hidden = inputs[0]

    @torch.inference_mode()
    def _features(self, batch: Sequence[Tokens]) -> Features:
        ids, mask = (torch.from_numpy(x).to(self.model.device) for x in self._padded(batch))
        self.model(input_ids=ids, attention_mask=mask)
        hidden = self._seen.hidden
        if hidden.ndim == 3:  # decoders score every token and keep the last one's score
            hidden = hidden[torch.arange(len(batch)), mask.sum(1) - 1]
        features: Features = hidden.float().cpu().numpy()
        return features

    def _padded(self, batch: Sequence[Tokens]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        shape = (len(batch), max(len(tokens) for tokens in batch))
        ids = np.full(shape, self.pad, np.int64)
        mask = np.zeros(shape, np.int64)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return ids, mask
