"""A shortcut for BERT: its pooler reads one token, so the last layer computes only that one.

A seventh of the arithmetic of a six-layer model goes away and nothing else changes; the tests
hold the result to the architecture's own. It knows no other architecture: others run as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn
from transformers import BertForSequenceClassification, PreTrainedModel
from transformers.models.bert.modeling_bert import BertLayer


class FirstTokenLayer(nn.Module):
    """A BERT layer that attends over all tokens and returns the first: [B, T, d] -> [B, 1, d]."""

    def __init__(self, layer: BertLayer) -> None:
        super().__init__()
        self.layer = layer

    def forward(
        self, hidden: Tensor, mask: Tensor | None = None, *_: object, **__: object
    ) -> Tensor:
        layer = self.layer
        first = hidden[:, :1]
        attended = self._attend(hidden, first, mask)
        attended = layer.attention.output(attended, first)
        output: Tensor = layer.output(layer.intermediate(attended), attended)
        return output

    def _attend(self, hidden: Tensor, first: Tensor, mask: Tensor | None) -> Tensor:
        attention = self.layer.attention.self

        def heads(x: Tensor) -> Tensor:
            split: Tensor = x.reshape(*x.shape[:2], attention.num_attention_heads, -1)
            return split.transpose(1, 2)

        attended = nn.functional.scaled_dot_product_attention(
            heads(attention.query(first)),
            heads(attention.key(hidden)),
            heads(attention.value(hidden)),
            attn_mask=None if mask is None else mask[..., :1, :],
        )
        return attended.transpose(1, 2).flatten(2)


@contextmanager
def shortened(model: PreTrainedModel) -> Iterator[None]:
    """While open, a BERT classifier's last layer computes its first token only; others are left.

    Weights are shared, not copied, and the model is itself again afterwards.
    """
    if type(model) is not BertForSequenceClassification or model.config.is_decoder:
        yield
        return
    layers = model.bert.encoder.layer
    last = layers[-1]
    assert isinstance(last, BertLayer)
    layers[-1] = FirstTokenLayer(last)
    try:
        yield
    finally:
        layers[-1] = last
