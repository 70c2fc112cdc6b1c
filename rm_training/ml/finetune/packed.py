"""Rewards of packed conversations: the network over one row, attention block by block.

Everything but attention works on single tokens, so one row without padding is all it needs;
attention runs on each block of the layout and costs what the blocks cost, not the row squared. It
knows no loss and no optimiser. Dropout is never applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, PreTrainedModel

from rm_training.ml.finetune.encode import Prompt
from rm_training.ml.finetune.pack import Block, pack
from rm_training.ml.loading import UnsuitableBackbone, head_name, head_of

NAME = "tiebreak_packed"
TOLERANCE = 1e-4


def is_causal(model: PreTrainedModel) -> bool:
    """Whether it is a decoder, read at its last token: transformers names their heads `score`."""
    return head_name(model) == "score"


class PackedReward(nn.Module):
    """A reward model that scores all answers of a packed row at once, sharing its weights."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model
        self.config = model.config
        self.causal = is_causal(model)
        self._no_split_modules = model._no_split_modules  # what FSDP wraps
        _clear_bias(model)

    def forward(
        self, input_ids: Tensor, position_ids: Tensor, read: Tensor, layout: Sequence[Block]
    ) -> Tensor:
        """What the head reads of each answer, [n, d]; the arguments are those of `pack.Batch`."""
        inner: Any = self.model.base_model  # every architecture has its own class
        output = inner(
            input_ids=input_ids, position_ids=position_ids, use_cache=False, layout=layout
        )
        features: Tensor = output.last_hidden_state[0, read]
        return features if self.causal else inner.pooler(features[:, None])

    def score(self, features: Tensor) -> Tensor:
        """Rewards [n] in float32 of features [n, d]."""
        rewards: Tensor = head_of(self.model)(features)[:, 0]
        return rewards.float()

    def activation_checkpointing_enable(self, **options: Any) -> None:
        """What transformers' Trainer calls where activations are to be computed twice."""
        self.model.activation_checkpointing_enable(**options)


def _clear_bias(model: PreTrainedModel) -> None:
    """A head's bias moves all rewards alike: it is zero in what we write and is not trained."""
    bias = head_of(model).bias
    if bias is not None:
        nn.init.zeros_(bias).requires_grad_(False)


def packed_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _mask: Tensor | None,
    *,
    layout: Sequence[Block],
    scaling: float | None = None,
    sliding_window: int | None = None,
    **_: object,
) -> tuple[Tensor, None]:
    """Attention [1, T, h, d] within the blocks of a row, as transformers' AttentionInterface wants.

    query: [1, h, T, d]; key, value: [1, h or a divisor, T, d].
    """
    lengths = [length for length, _, _ in layout]
    if sliding_window is not None and max(lengths) > sliding_window:
        raise UnsuitableBackbone(
            f"The backbone attends over {sliding_window} tokens and a prompt with its answers has "
            f"{max(lengths)}. Nothing was trained. Lower max_tokens or choose another backbone."
        )
    shared = query.shape[1] // key.shape[1]
    if shared > 1:
        key, value = key.repeat_interleave(shared, 1), value.repeat_interleave(shared, 1)
    parts = []
    # Split, not sliced: the gradient of each slice would be a row of zeros as long as the whole.
    rows = zip(layout, *(torch.split(x, lengths, 2) for x in (query, key, value)), strict=True)
    for (length, prefix, mask), q, k, v in rows:
        if prefix:
            q0, k0, v0 = (x[:, :, :prefix] for x in (q, k, v))
            parts.append(scaled_dot_product_attention(q0, k0, v0, is_causal=True, scale=scaling))
        if prefix < length:
            rest = q[:, :, prefix:]
            parts.append(scaled_dot_product_attention(rest, k, v, attn_mask=mask, scale=scaling))
    return torch.cat(parts, 2).transpose(1, 2).contiguous(), None


@contextmanager
def packed(model: PreTrainedModel) -> Iterator[PackedReward]:
    """While open, the model attends block by block and has no dropout; then it is itself again, but
    for its head's bias, which stays zero."""
    AttentionInterface.register(NAME, packed_attention)
    before = model.config._attn_implementation
    dropouts = {m: m.p for m in model.modules() if isinstance(m, nn.Dropout)}
    model.set_attn_implementation(NAME)
    try:
        for module in dropouts:
            module.p = 0.0
        yield PackedReward(model)
    finally:
        model.set_attn_implementation(before)
        for module, p in dropouts.items():
            module.p = p


@torch.inference_mode()
def check_packing(model: PreTrainedModel, prompts: Sequence[Prompt]) -> None:
    """Hold packed rewards to those of each conversation alone (to 1e-4 of the largest, or of 1).

    Raises UnsuitableBackbone where they differ: the architecture mixes tokens elsewhere too.
    """
    model.train(False)
    _clear_bias(model)
    sequences = [
        torch.tensor([*tree.prefix.tolist(), *answer.tolist()])[None]
        for prompt in prompts
        for tree in prompt.trees
        for answer in tree.answers
    ]
    expected = torch.cat([model(input_ids=x.to(model.device)).logits[:, 0] for x in sequences])
    with packed(model) as reward:
        found = rewards(reward, prompts)
    gap = float((found - expected).abs().max())
    if not gap <= TOLERANCE * max(1.0, float(expected.abs().max())):
        raise UnsuitableBackbone(
            f"{type(model).__name__} gives packed conversations other rewards than single ones (by "
            f"{gap:.1e}). Nothing was trained. Choose a backbone such as Llama, Qwen or BERT."
        )


def rewards(reward: PackedReward, prompts: Sequence[Prompt]) -> Tensor:
    """Rewards [n] of all answers of the prompts, in the order of their trees."""
    batch = pack(prompts, causal=reward.causal)
    device = reward.model.device
    features = reward(
        batch["input_ids"].to(device),
        batch["position_ids"].to(device),
        batch["read"].to(device),
        [(n, p, None if mask is None else mask.to(device)) for n, p, mask in batch["layout"]],
    )
    return reward.score(features)
