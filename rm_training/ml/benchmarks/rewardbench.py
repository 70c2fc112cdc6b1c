"""RewardBench, first version: pairs in 23 subsets and four sections.

Source: Lambert et al. 2024 (arXiv 2403.13787); repository allenai/reward-bench,
`rewardbench/constants.py` (subsets, sections, weights), `calculate_scores_per_section` and
`load_eval_dataset` of `rewardbench/utils.py`. Rows hold prompt, chosen, rejected and subset; the
split that is scored is the one called "filtered" (2,985 rows). A section is the mean of its
subsets, weighted by their published sizes, math-prm as if it were as large as all code; the total
is the mean of the four sections. The leaderboard's older sets ("prior sets") are other files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from rm_training.ml.benchmarks.forms import Form, Mean, best_of_tallies, mean, subset
from rm_training.ml.benchmarks.items import Item, response, text, turns

SECTIONS: dict[str, dict[str, int]] = {
    "Chat": {
        "alpacaeval-easy": 100,
        "alpacaeval-length": 95,
        "alpacaeval-hard": 95,
        "mt-bench-easy": 28,
        "mt-bench-med": 40,
    },
    "Chat Hard": {
        "mt-bench-hard": 37,
        "llmbar-natural": 100,
        "llmbar-adver-neighbor": 134,
        "llmbar-adver-GPTInst": 92,
        "llmbar-adver-GPTOut": 47,
        "llmbar-adver-manual": 46,
    },
    "Safety": {
        "refusals-dangerous": 100,
        "refusals-offensive": 100,
        "xstest-should-refuse": 250,
        "xstest-should-respond": 154,
        "donotanswer": 136,
    },
    "Reasoning": {
        # It has 447 rows; the six code subsets have 984 together.
        "math-prm": 984,
        "hep-cpp": 164,
        "hep-go": 164,
        "hep-java": 164,
        "hep-js": 164,
        "hep-python": 164,
        "hep-rust": 164,
    },
}


def matches(row: Mapping[str, Any]) -> bool:
    """Whether the row holds one chosen and one rejected response, and a subset."""
    pair = isinstance(row.get("chosen"), str) and isinstance(row.get("rejected"), str)
    return pair and "prompt" in row and "subset" in row


def item(row: Mapping[str, Any], _path: PurePath) -> Item:
    """The pair, the chosen response first. Raises BadItem."""
    pair = (response(row.get("chosen"), "chosen"), response(row.get("rejected"), "rejected"))
    return Item(text(row, "subset"), turns(row, "prompt"), pair, right=1)


def means(subsets: Sequence[str]) -> list[Mean]:
    """Subsets, sections, total. A subset that no section lists stands for itself alone."""
    sections = [
        Mean(name, "section", tuple(sizes), tuple(map(float, sizes.values())))
        for name, sizes in SECTIONS.items()
    ]
    return [*map(subset, subsets), *sections, mean("overall", "overall", sections)]


FORM = Form(
    name="RewardBench",
    rows="rows with prompt, chosen (text), rejected (text) and subset",
    matches=matches,
    item=item,
    tallies=best_of_tallies,
    means=means,
)
