"""What a snapshot row teaches: preference pairs, judged steps, or scores by criterion.

Follows TRL's conversational preference type and its stepwise supervision type, which
`datasets.load_dataset` reads as they are. Each maker knows which kinds of question its rows come
from and yields nothing for the others. The votes of AI judges never stand for people: what is
counted here without a posterior leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, takewhile
from typing import Any

SnapshotRow = Mapping[str, Any]
Vote = Mapping[str, Any]

_AI_JUDGE = "ai_judge"
_NOT_COMPARED, _BELOW = 0, -1
_MARK = ("category", "start", "end", "note")
_SPEAKERS = {"system": "System", "user": "Human", "assistant": "Assistant"}


def preference_rows(row: SnapshotRow) -> Iterator[dict[str, Any]]:
    """One TRL preference row for each pair of responses that the posterior does not exactly tie.

    prompt, chosen, rejected  lists of messages
    margin       see `margin`; negative where strength and posterior point different ways
    probability  P(chosen over rejected) with half of P(tie), so at least .5
    judgments    how many votes compared the two, late ones too

    A task without a posterior yields nothing, and no row where nobody compared the two. k responses
    yield at most k(k-1)/2 rows. A revision yields a row for each vote that changed the text: the
    rewriting is chosen over the original, for certain.
    """
    kind = row.get("kind", "comparison")
    if kind in ("comparison", "rating"):
        yield from _pairs(row)
    elif kind == "revision":
        yield from _rewritings(row)


def _pairs(row: SnapshotRow) -> Iterator[dict[str, Any]]:
    responses, votes, posterior = row["responses"], row["votes"], row["posterior"] or ()
    for pair, (i, j) in enumerate(combinations(range(len(responses)), 2)):
        outcome = posterior[3 * pair : 3 * pair + 3]
        if not outcome or outcome[0] is None or outcome[0] == outcome[2]:
            continue
        first, tie, second = outcome
        chosen, rejected = (i, j) if first > second else (j, i)
        yield {
            "prompt": row["prompt"],
            "chosen": _answer(responses[chosen]["text"]),
            "rejected": _answer(responses[rejected]["text"]),
            "margin": margin(votes, chosen, rejected),
            "probability": max(0.5, max(first, second) + tie / 2),
            "judgments": sum(_preferred(vote["ranks"], i, j) is not None for vote in votes),
        }


def _rewritings(row: SnapshotRow) -> Iterator[dict[str, Any]]:
    original = row["responses"][0]["text"]
    for vote in _people(row):
        if vote["answer"]["text"] != original:
            yield {
                "prompt": row["prompt"],
                "chosen": _answer(vote["answer"]["text"]),
                "rejected": _answer(original),
                "margin": 0.0,
                "probability": 1.0,
                "judgments": 1,
            }


def _answer(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]


def _people(row: SnapshotRow) -> list[Vote]:
    return [vote for vote in row["votes"] if vote["kind"] != _AI_JUDGE]


def margin(votes: Sequence[Vote], chosen: int, rejected: int) -> float:
    """Mean strength of the votes on one pair, in favour of `chosen`; from -3 to 3.

    A vote for `chosen` counts its strength, one for `rejected` minus its strength, a tie 0. Votes
    that did not compare the two, or prefer one but were not asked how strongly, are left out. 0
    when no vote is left.
    """
    signed = [
        direction * (vote["strength"] or 0)
        for vote in votes
        if (direction := _preferred(vote["ranks"], chosen, rejected)) is not None
        and (direction == 0 or vote["strength"] is not None)
    ]
    return sum(signed) / len(signed) if signed else 0.0


def _preferred(ranks: Sequence[int], i: int, j: int) -> int | None:
    """1 if i stands above j, -1 if below, 0 for a tie; None if the two were not compared."""
    mine, theirs = ranks[i], ranks[j]
    if _NOT_COMPARED in (mine, theirs) or mine == theirs == _BELOW:
        return None
    if _BELOW in (mine, theirs):
        return 1 if theirs == _BELOW else -1
    return (mine < theirs) - (mine > theirs)


def step_rows(row: SnapshotRow) -> Iterator[dict[str, Any]]:
    """One row of TRL's stepwise supervision type: prompt, completions (the steps) and labels.

    A step's label is true unless half or more of the people who judged it found it wrong; neutral
    is not wrong. Steps are left out from the first that nobody judged, so the labels need no gap.
    """
    if row.get("kind") != "steps":
        return
    votes = [vote["answer"]["labels"] for vote in _people(row)]
    cast = [[label for label in labels if label is not None] for labels in zip(*votes, strict=True)]
    labels = [2 * judged.count(-1) < len(judged) for judged in takewhile(bool, cast)]
    if labels:
        steps = row["steps"][: len(labels)]
        yield {"prompt": _as_text(row["prompt"]), "completions": steps, "labels": labels}


def _as_text(messages: Sequence[Mapping[str, str]]) -> str:
    """A prompt of one message is its text; a longer one is a transcript as Anthropic's HH has it.

    TRL's stepwise type has no conversational form.
    """
    if len(messages) == 1:
        return messages[0]["content"]
    return "".join(f"\n\n{_SPEAKERS[one['role']]}: {one['content']}" for one in messages)


def score_rows(row: SnapshotRow) -> Iterator[dict[str, Any]]:
    """One row a response and criterion of a rating, in the order of responses and criteria.

    mean   of the people who rated the response by it; None where n is 0
    n      how many they are, late ones too
    marks  what they marked in the response: in the row of its first criterion, empty in the others
    """
    if row.get("kind") != "rating":
        return
    votes = _people(row)
    for place, response in enumerate(row["responses"]):
        for column, criterion in enumerate(row["criteria"]):
            values = _values(votes, place, column)
            yield {
                "prompt": row["prompt"],
                "response": response["text"],
                "criterion": criterion,
                "mean": sum(values) / len(values) if values else None,
                "n": len(values),
                "marks": [] if column else _marks(votes, place),
            }


def _values(votes: Sequence[Vote], response: int, criterion: int) -> list[int]:
    cells = [vote["answer"]["ratings"][response][criterion] for vote in votes]
    return [value for value in cells if value is not None]


def _marks(votes: Sequence[Vote], response: int) -> list[dict[str, Any]]:
    return [
        {"rater": vote["rater"], **{name: mark[name] for name in _MARK}}
        for vote in votes
        for mark in vote["answer"]["marks"]
        if mark["response"] == response
    ]
