"""Recorded judgments of published data sets, read where they lie; none is copied here.

`read_ukp`, `read_barzan` and `read_pandalm` take the folder that REAL_DATA names. Outcomes are 0
first wins, 1 equal, 2 second wins; the classes of Barzan Mozafari's set are 0 and 1.
"""

from __future__ import annotations

import gzip
import json
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray

_OUTCOMES = {"a1": 0, "equal": 1, "a2": 2}
_RANKS = ([1, 2], [1, 1], [2, 1])


@dataclass(frozen=True)
class Recorded:
    """One vote an entry of `task`, `rater`, `label` and `order` (a time, or the turn within a
    task). `gold[tasks]` is −1 where there is none; `items[tasks, 2]` are the two compared."""

    task: IntArray
    rater: IntArray
    label: IntArray
    order: IntArray | FloatArray
    gold: IntArray
    items: IntArray | None = None
    outcomes: int = 3


def read_ukp(folder: Path) -> Recorded:
    """UKPConvArg1 (Habernal and Gurevych 2016): single ratings by time of submission. Its gold
    label is an estimate from the same votes (MACE), and missing where that was a tie."""
    votes: list[tuple[int, str, int, str]] = []
    items: list[list[str]] = []
    gold: list[int] = []
    for pair in _ukp_pairs(folder):
        items.append((pair.findtext("id") or "").split("_"))
        gold.append(_OUTCOMES.get(pair.findtext("goldLabel") or "", -1))
        votes += [
            (len(items) - 1, vote["rater"], vote["outcome"], vote["at"])
            for vote in _ukp_votes(pair)
        ]
    task, rater, label, at = (np.array(column) for column in zip(*votes, strict=True))
    _, numbers = np.unique(np.array(items), return_inverse=True)
    return Recorded(
        task=task,
        rater=np.unique(rater, return_inverse=True)[1],
        label=label,
        order=np.unique(at, return_inverse=True)[1],
        gold=np.array(gold),
        items=numbers.reshape(-1, 2),
    )


def ukp_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The same as rows that `manage.py import` reads: the debate is the prompt."""
    for pair in _ukp_pairs(folder):
        debate = pair.findtext("debateMetaData/title") or ""
        yield {
            "prompt": debate,
            "group": debate,
            "responses": [{"text": pair.findtext(f"arg{n}/text")} for n in (1, 2)],
            "votes": [
                {
                    "rater": vote["rater"],
                    "ranks": _RANKS[vote["outcome"]],
                    "submitted_at": _time(vote["at"]).isoformat() + "Z",
                    "duration_ms": vote["ms"],
                    "note": vote["reason"],
                }
                for vote in _ukp_votes(pair)
            ],
        }


def _ukp_pairs(folder: Path) -> Iterator[xml.Element]:
    with tarfile.open(folder / "ukp" / "UKPConvArg1.tar.gz") as archive:
        for member in archive:
            if "full-XML" in member.name and member.name.endswith(".xml"):
                stored = archive.extractfile(member)
                assert stored is not None
                yield from xml.parse(stored).getroot()  # noqa: S314 -- a published file


def _ukp_votes(pair: xml.Element) -> list[dict[str, Any]]:
    return [
        {
            "rater": vote.findtext("turkID") or "",
            "outcome": _OUTCOMES[vote.findtext("value") or ""],
            "at": vote.findtext("assignmentSubmitTime") or "",
            "ms": _milliseconds(vote),
            "reason": vote.findtext("reason") or "",
        }
        for vote in pair.iter("mTurkAssignment")
    ]


def _milliseconds(vote: xml.Element) -> int:
    begun, sent = (_time(vote.findtext(f"assignment{w}Time") or "") for w in ("Accept", "Submit"))
    return int((sent - begun).total_seconds() * 1000)


def _time(text: str) -> datetime:
    """As the file writes it: 2016-01-31 16:59:52.0 UTC."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f UTC")  # noqa: DTZ007 -- all are UTC


def read_barzan(folder: Path) -> Recorded:
    """1,000 items with gold. Without times: the first vote of each task, then the second, …"""
    lines = (folder / "crowd" / "labels.txt").read_text().splitlines()
    votes = [line.split("\t") for line in lines]
    tasks, task = np.unique([vote[1] for vote in votes], return_inverse=True)
    known = dict(
        line.split("\t") for line in (folder / "crowd" / "evaluation.txt").read_text().splitlines()
    )
    seen: dict[int, int] = defaultdict(int)
    turns = []
    for t in task.tolist():
        turns.append(seen[t])
        seen[t] += 1
    return Recorded(
        task=task,
        rater=np.unique([vote[0] for vote in votes], return_inverse=True)[1],
        label=np.array([int(vote[2]) for vote in votes]),
        order=np.array(turns),
        gold=np.array([int(known.get(name, -1)) for name in tasks]),
        outcomes=2,
    )


def read_pandalm(folder: Path) -> Recorded:
    """999 pairs of three annotators each, without gold."""
    with gzip.open(folder / "pandalm" / "testset-v1.json.gz") as stored:
        rows = json.load(stored)
    outcome = {"1": 0, "0": 1, "2": 2}
    label = [[outcome[str(row[f"annotator{n}"])] for row in rows] for n in (1, 2, 3)]
    n = len(rows)
    return Recorded(
        task=np.tile(np.arange(n), 3),
        rater=np.repeat(np.arange(3), n),
        label=np.ravel(label),
        order=np.arange(3 * n),
        gold=np.full(n, -1),
    )
