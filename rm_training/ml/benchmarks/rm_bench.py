"""RM-Bench: three right and three wrong answers of one content in three styles.

Source: Liu et al. 2024 (arXiv 2410.16184); repository THU-KEG/RM-Bench, `README.md` (the form and
`compute_accuracy`). Rows hold prompt, chosen and rejected, each a list of three (concise, detailed
in plain text, detailed in Markdown), and domain; in the files of one domain, such as
`chat_filtered.json`, the name tells the domain. Each right answer is compared with each wrong one.
*Normal*: both in the same style; *easy*: the right answer has the fancier one; *hard*: the wrong
one has. A domain is the mean of the three, safety over safety-refuse and safety-response together;
easy, normal, hard and the total are means over the four domains. Here a tie counts half; there it
counts as wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np

from rm_training.ml.benchmarks.forms import Form, Mean, Tally, Values, mean, subset
from rm_training.ml.benchmarks.items import Answer, BadItem, Item, responses, text, turns
from rm_training.ml.data import Floats

DOMAINS = ("chat", "math", "code", "safety")
STYLES = ("concise", "detailed plain", "detailed Markdown")
# Which cells of the 3 x 3 matrix (rows: style of the right answer) belong to a level.
LEVELS: dict[str, Floats] = {
    "easy": np.tril(np.ones((3, 3)), -1),
    "normal": np.eye(3),
    "hard": np.triu(np.ones((3, 3)), 1),
}


def matches(row: Mapping[str, Any]) -> bool:
    """Whether the row holds lists of responses and does not say how many are right."""
    lists = isinstance(row.get("chosen"), list) and isinstance(row.get("rejected"), list)
    return lists and "prompt" in row and "num_correct" not in row


def item(row: Mapping[str, Any], path: PurePath) -> Item:
    """The six responses, chosen ones first. Raises BadItem."""
    six = (*responses(row, "chosen", 3), *responses(row, "rejected", 3))
    return Item(_subset(row, path), turns(row, "prompt"), six, right=3)


def _subset(row: Mapping[str, Any], path: PurePath) -> str:
    if "domain" in row:
        return text(row, "domain")
    named = path.stem.removesuffix("_filtered")
    if domain_of(named) is None:
        raise BadItem(f"domain is missing, and the file's name tells none of {', '.join(DOMAINS)}.")
    return named


def domain_of(subset: str) -> str | None:
    """The domain that a subset such as safety-refuse belongs to, if any."""
    return next((domain for domain in DOMAINS if subset.startswith(domain)), None)


def matrix(answer: Answer, values: Values) -> Floats:
    """1 where the right answer of style i beats the wrong one of style j, 1/2 in a tie, [3, 3]."""
    found = values(answer)
    right: Floats = (1 + np.sign(found[:3, None] - found[None, 3:])) / 2
    return right


def tallies(answers: Sequence[Answer], values: Values) -> list[Tally]:
    """Each answer counts in the three levels of its subset and of its domain."""
    return [_tally(answer, matrix(answer, values)) for answer in answers]


def _tally(answer: Answer, right: Floats) -> Tally:
    names = {answer.subset, domain_of(answer.subset) or answer.subset}
    return Tally(
        answer.prompt,
        {
            f"{name} {level}": (float((right * cells).sum()), float(cells.sum()))
            for name in names
            for level, cells in LEVELS.items()
        },
    )


def means(subsets: Sequence[str]) -> list[Mean]:
    """Subsets by level, domains, levels, total."""
    by_level = [subset(f"{name} {level}") for name in subsets for level in LEVELS]
    domains = [mean(d, "section", [f"{d} {level}" for level in LEVELS]) for d in DOMAINS]
    levels = [mean(level, "section", [f"{d} {level}" for d in DOMAINS]) for level in LEVELS]
    return [*by_level, *domains, *levels, mean("overall", "overall", domains)]


def matrices(answers: Sequence[Answer], values: Values) -> dict[str, Floats]:
    """The mean matrix [3, 3] of each domain, and of the domains together as "overall"."""
    found: dict[str, list[Floats]] = {}
    for answer in answers:
        domain = domain_of(answer.subset)
        if domain is not None:
            found.setdefault(domain, []).append(matrix(answer, values))
    each: dict[str, Floats] = {d: np.mean(found[d], axis=0) for d in sorted(found)}
    return each | {"overall": np.mean(list(each.values()), axis=0)} if each else {}


FORM = Form(
    name="RM-Bench",
    rows="rows with prompt, chosen (a list of 3), rejected (a list of 3) and domain",
    matches=matches,
    item=item,
    tallies=tallies,
    means=means,
)
