"""The comparison: a rater orders the k ≥ 2 responses of a task from best to worst.

At k = 2 this is the choice of the better response. Ranks are in the order of the task's responses,
not in the order in which a rater saw them; this module knows neither. It does not know the task
beyond the number of its responses.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Self

from annotate.questions.errors import InvalidAnswer, InvalidSpec
from annotate.questions.text import is_storable

K_MIN = 2
K_LIMIT = 16
REASONS_LIMIT = 20
REASON_LENGTH = 60
PROMPT_LENGTH = 500
NOTE_LENGTH = 5_000
STRENGTHS = (1, 2, 3)

ANSWER_FIELDS = ("ranks", "strength", "unacceptable", "tags", "note")


@dataclass(frozen=True, slots=True)
class ComparisonSpec:
    """What a comparison asks. A spec that exists is valid: anything else raises InvalidSpec."""

    k_max: int = 6
    """The most responses a task may have, 2 to 16."""
    ties: bool = True
    """Whether responses may share a place."""
    strength: bool = True
    """Whether a preference between two must say how strong it is, from 1 (slight) to 3 (much)."""
    both_bad: bool = True
    """Whether responses may be marked unacceptable."""
    reasons: tuple[str, ...] = ()
    """Tags that a rater may give as reasons: at most 20, of at most 60 characters each."""
    note: bool = True
    """Whether a rater may add a note of up to 5,000 characters."""
    prompt: str = "Which response is better?"
    """The question itself, as the rater reads it: 1 to 500 characters."""

    def __post_init__(self) -> None:
        if not _is_int(self.k_max) or not K_MIN <= self.k_max <= K_LIMIT:
            raise InvalidSpec("k_max", f"Give a whole number from {K_MIN} to {K_LIMIT}.")
        for name in ("ties", "strength", "both_bad", "note"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidSpec(name, "Give true or false.")
        _check_text("prompt", self.prompt, PROMPT_LENGTH)
        _check_reasons(self.reasons)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The spec from parsed JSON; what is left out has its default, unknown names fail."""
        if not isinstance(data, Mapping):
            raise InvalidSpec("spec", "Give an object with the settings of the question.")
        known = [field.name for field in fields(cls)]
        for name in data:
            if name not in known:
                raise InvalidSpec(
                    str(name), f"There is no such setting; there are: {', '.join(known)}."
                )
        values = dict(data)
        if isinstance(values.get("reasons"), list):
            values["reasons"] = tuple(values["reasons"])
        return cls(**values)

    def to_json(self) -> dict[str, object]:
        """Every setting, as JSON takes it; `from_json` gives the same spec back."""
        return {**asdict(self), "reasons": list(self.reasons)}


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer. `ranks` are dense from 1 (best); equal ranks are a tie.

    `strength` is 1 to 3, or None where there is none to give. `unacceptable` has one flag a
    response, or is None where the question doesn't ask. `tags` are in the order of the spec's
    reasons.
    """

    ranks: tuple[int, ...]
    strength: int | None
    unacceptable: tuple[bool, ...] | None
    tags: tuple[str, ...]
    note: str


def validate(spec: ComparisonSpec, k: int, data: object) -> Answer:
    """The answer to a task of k responses, from parsed JSON; InvalidAnswer says what to change.

    `ranks` is required: k whole numbers ≥ 1, of which only the order counts. The other parts may be
    left out or null wherever the spec doesn't ask for them.
    """
    if not isinstance(data, Mapping):
        raise InvalidAnswer("answer", "The answer must be an object with ranks.")
    for name in data:
        if name not in ANSWER_FIELDS:
            raise InvalidAnswer(
                str(name), f"An answer has no such part; it has: {', '.join(ANSWER_FIELDS)}."
            )
    ranks = _ranks(k, data.get("ranks"))
    unacceptable = _unacceptable(spec, ranks, data.get("unacceptable"))
    _check_ties(spec, ranks, unacceptable)
    return Answer(
        ranks=ranks,
        strength=_strength(spec, ranks, data.get("strength")),
        unacceptable=unacceptable,
        tags=_tags(spec, data.get("tags")),
        note=_note(spec, data.get("note")),
    )


def _is_int(value: object) -> bool:
    # bool is a kind of int in Python; `true` is not a number in JSON.
    return isinstance(value, int) and not isinstance(value, bool)


def _check_text(field: str, text: object, limit: int) -> None:
    if not isinstance(text, str) or not text.strip() or len(text) > limit:
        raise InvalidSpec(field, f"Give a text of 1 to {limit} characters.")
    if not is_storable(text):
        raise InvalidSpec(field, "The text holds a character that can't be stored; remove it.")


def _check_reasons(reasons: object) -> None:
    if not isinstance(reasons, tuple) or len(reasons) > REASONS_LIMIT:
        raise InvalidSpec("reasons", f"Give a list of at most {REASONS_LIMIT} reasons.")
    for reason in reasons:
        _check_text("reasons", reason, REASON_LENGTH)
    if len(set(reasons)) < len(reasons):
        raise InvalidSpec("reasons", "A reason is listed twice; remove one.")


def _ranks(k: int, given: object) -> tuple[int, ...]:
    if not isinstance(given, list):
        raise InvalidAnswer("ranks", "Place the responses first: this answer has no order.")
    if len(given) != k:
        raise InvalidAnswer(
            "ranks", f"This task has {k} responses, but the answer places {len(given)}."
        )
    unplaced = given.count(None)
    if unplaced:
        raise InvalidAnswer("ranks", f"Place every response: {unplaced} of {k} without a place.")
    if not all(_is_int(rank) and rank >= 1 for rank in given):
        raise InvalidAnswer("ranks", "A place is a whole number, 1 for the best.")
    place = {rank: index for index, rank in enumerate(sorted(set(given)), start=1)}
    return tuple(place[rank] for rank in given)


def _unacceptable(
    spec: ComparisonSpec, ranks: tuple[int, ...], given: object
) -> tuple[bool, ...] | None:
    field = "unacceptable"
    if not spec.both_bad:
        if given is not None:
            raise InvalidAnswer(field, "This question doesn't ask which responses are bad.")
        return None
    if given is None:
        return (False,) * len(ranks)
    if not isinstance(given, list) or not all(isinstance(flag, bool) for flag in given):
        raise InvalidAnswer(field, "Mark each response as acceptable or not: true or false.")
    if len(given) != len(ranks):
        raise InvalidAnswer(
            field, f"This task has {len(ranks)} responses, but {len(given)} are marked."
        )
    _check_bad_below_good(ranks, given)
    return tuple(given)


def _check_bad_below_good(ranks: tuple[int, ...], unacceptable: list[bool]) -> None:
    bad = [rank for rank, flag in zip(ranks, unacceptable, strict=True) if flag]
    good = [rank for rank, flag in zip(ranks, unacceptable, strict=True) if not flag]
    if bad and good and min(bad) < max(good):
        raise InvalidAnswer(
            "unacceptable",
            "A response marked unacceptable stands above an acceptable one. "
            "Move it down or take the mark off.",
        )
    if len(ranks) == 2 and not good and ranks != (1, 1):
        raise InvalidAnswer(
            "unacceptable",
            "Both bad is a tie: prefer neither, or mark only the worse one unacceptable.",
        )


def _check_ties(
    spec: ComparisonSpec, ranks: tuple[int, ...], unacceptable: tuple[bool, ...] | None
) -> None:
    """Without ties, only unacceptable responses may share a place: "both bad" prefers neither."""
    flags = unacceptable or (False,) * len(ranks)
    shared = {rank for rank in ranks if ranks.count(rank) > 1}
    if not spec.ties and any(
        rank in shared and not flag for rank, flag in zip(ranks, flags, strict=True)
    ):
        raise InvalidAnswer("ranks", "This question has no ties: give each response its own place.")


def _strength(spec: ComparisonSpec, ranks: tuple[int, ...], given: object) -> int | None:
    field = "strength"
    asked = spec.strength and len(ranks) == 2
    if not asked or ranks == (1, 1):
        if given is not None:
            why = "A tie has no strength" if asked else "This question doesn't ask for a strength"
            raise InvalidAnswer(field, f"{why}: leave it out.")
        return None
    if not isinstance(given, int) or isinstance(given, bool) or given not in STRENGTHS:
        raise InvalidAnswer(
            field, "Say how much better it is: 1 slightly better, 2 better, 3 much better."
        )
    return given


def _tags(spec: ComparisonSpec, given: object) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        raise InvalidAnswer("tags", "Give the reasons as a list.")
    for tag in given:
        if tag not in spec.reasons:
            raise InvalidAnswer("tags", "One of the reasons isn't in this question's list.")
    return tuple(reason for reason in spec.reasons if reason in given)


def _note(spec: ComparisonSpec, given: object) -> str:
    if given is None or given == "":
        return ""
    if not spec.note:
        raise InvalidAnswer("note", "This question takes no note: leave it empty.")
    if not isinstance(given, str):
        raise InvalidAnswer("note", "The note must be a text.")
    if len(given) > NOTE_LENGTH:
        raise InvalidAnswer(
            "note", f"The note has {len(given):,} characters; shorten it to {NOTE_LENGTH:,}."
        )
    if not is_storable(given):
        raise InvalidAnswer("note", "The note holds a character that can't be stored; retype it.")
    return given
