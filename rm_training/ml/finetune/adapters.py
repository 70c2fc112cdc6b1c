"""Low-rank adapters: small matrices beside a network's own, trained in their place (Hu et al. 2021,
"LoRA", arXiv:2106.09685). Needs peft, and knows no data.

The adapters are put into the model's linear layers in place, so that packing, checkpoints and the
head go on as they are; the head is trained whole. No folder ever holds an adapter: it is merged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from transformers import PreTrainedModel

from rm_training.ml.loading import head_of


@contextmanager
def adapted(model: PreTrainedModel, rank: int | None) -> Iterator[None]:
    """While open, adapters of that rank and the head are all that is trained; at the end of the
    block they are merged, and every layer is an ordinary one again. Without a rank nothing happens.

    All linear layers below the head get adapters, scaled by 2.
    """
    if rank is None:
        yield
        return
    from peft import LoraConfig, LoraModel  # noqa: PLC0415 (slow to import, and few need it)

    config = LoraConfig(
        r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="SEQ_CLS"
    )
    adapters: Any = LoraModel(model, config, "default")
    head_of(model).weight.requires_grad_(True)
    yield
    adapters.merge_and_unload()
    for parameter in model.parameters():
        parameter.requires_grad_(True)
