"""LLMBar: pairs of which one follows the instruction and the other does not.

Source: Zeng et al. 2023 (arXiv 2310.07641); repository princeton-nlp/LLMBar, `README.md` and
`Dataset/LLMBar/`. A subset is a folder (Natural; Neighbor, GPTInst, GPTOut and Manual under
Adversarial) with a `dataset.json`: a list of objects with input, output_1, output_2 and label, 1 or
2, the better output. The paper averages subsets: the four adversarial ones, and all five.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from rm_training.ml.benchmarks.forms import (
    Form,
    Mean,
    best_of_tallies,
    mean,
    named_by_folder,
    subset,
)
from rm_training.ml.benchmarks.items import BadItem, Item, response, turns

NATURAL = "Natural"
ADVERSARIAL = ("Neighbor", "GPTInst", "GPTOut", "Manual")


def matches(row: Mapping[str, Any]) -> bool:
    """Whether the row holds two outputs and a label."""
    return {"input", "output_1", "output_2", "label"} <= row.keys()


def item(row: Mapping[str, Any], path: PurePath) -> Item:
    """The pair, the better output first. Raises BadItem."""
    outputs = [response(row.get(field), field) for field in ("output_1", "output_2")]
    label = row.get("label")
    if isinstance(label, bool) or label not in (1, 2):
        raise BadItem(f"label must be 1 or 2; it is {label!r}.")
    pair = (outputs[0], outputs[1]) if label == 1 else (outputs[1], outputs[0])
    return Item(named_by_folder(path, "dataset"), turns(row, "input"), pair, right=1)


def means(subsets: Sequence[str]) -> list[Mean]:
    """Subsets, the adversarial ones together, total. Other folders stand for themselves alone."""
    adversarial = mean("Adversarial", "section", ADVERSARIAL)
    total = mean("overall", "overall", [NATURAL, *ADVERSARIAL])
    return [*map(subset, subsets), adversarial, total]


FORM = Form(
    name="LLMBar",
    rows="a list of objects with input, output_1, output_2 and label (1 or 2)",
    matches=matches,
    item=item,
    tallies=best_of_tallies,
    means=means,
)
