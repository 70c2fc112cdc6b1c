"""The comparison: a rater orders the k ≥ 2 responses of a task from best to worst.

At k = 2 this is the choice of the better response. With criteria, there is one order for each.
Ranks are in the order of the task's responses, not in the order in which a rater saw them; this
module knows neither. Of the task it knows only the number of its responses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from annotate.questions.answer import BaseAnswer, check_size, columns, read_note, read_parts
from annotate.questions.checks import (
    NAME_LENGTH,
    PROMPT_LENGTH,
    check_choice,
    check_flags,
    check_text,
    check_texts,
    check_whole,
    read_settings,
    write_settings,
)
from annotate.questions.errors import InvalidAnswer, InvalidSpec
from annotate.questions.placing import (
    BELOW,
    NOT_COMPARED,
    check_bad_below_good,
    check_no_ties,
    read_flags,
    read_ranks,
    read_strength,
)

K_MIN = 2
K_LIMIT = 16
REASONS_LIMIT = 20
CRITERIA_LIMIT = 8

ORDER_PARTS = ("ranks", "strength")
PARTS = (*ORDER_PARTS, "criteria", "unacceptable", "tags", "note")


@dataclass(frozen=True, slots=True)
class Order:
    """The order of the responses by one criterion; ranks and strength as in every answer."""

    name: str
    ranks: tuple[int, ...]
    strength: int | None


@dataclass(frozen=True, slots=True)
class ComparisonAnswer(BaseAnswer):
    """A checked answer. With criteria, `ranks` and `strength` are those of the first one."""

    criteria: tuple[Order, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The orders by criterion; empty where the question has none."""
        if not self.criteria:
            return {}
        orders = {
            order.name: {"ranks": list(order.ranks), "strength": order.strength}
            for order in self.criteria
        }
        return {"criteria": orders}

    def rankings(self) -> dict[str, tuple[int, ...]]:
        """Ranks by criterion, what statistics and training count; under "" where there are none."""
        if not self.criteria:
            return {"": self.ranks}
        return {order.name: order.ranks for order in self.criteria}


@dataclass(frozen=True, slots=True)
class ComparisonSpec:
    """What a comparison asks. A spec that exists is valid: anything else raises InvalidSpec."""

    needs_texts: ClassVar[bool] = False

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
    criteria: tuple[str, ...] = ()
    """What the responses are ordered by, the leading one first: at most 8 names of at most 60
    characters. None: one order, by the prompt."""
    place: Literal["all", "top", "some"] = "all"
    """Which responses need a place: all, the best `top_m`, or any two. Two are always all."""
    top_m: int | None = None
    """How many of the best need a place, 1 to k_max - 1. Only with place "top"."""

    def __post_init__(self) -> None:
        check_whole("k_max", self.k_max, K_MIN, K_LIMIT)
        check_flags(self, "ties", "strength", "both_bad", "note")
        check_text("prompt", self.prompt, PROMPT_LENGTH)
        check_texts("reasons", self.reasons, REASONS_LIMIT, NAME_LENGTH)
        check_texts("criteria", self.criteria, CRITERIA_LIMIT, NAME_LENGTH)
        check_choice("place", self.place, ("all", "top", "some"))
        if self.place == "top":
            check_whole("top_m", self.top_m, 1, self.k_max - 1)
        elif self.top_m is not None:
            raise InvalidSpec("top_m", 'Leave this out: it is for place "top" only.')

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The spec from parsed JSON; what is left out has its default, unknown names fail."""
        return cls(**read_settings(cls, data))

    def to_json(self) -> dict[str, object]:
        """Every setting, as JSON takes it; `from_json` gives the same spec back."""
        return write_settings(self)

    @property
    def k_range(self) -> tuple[int, int]:
        """The fewest and the most responses of a new task."""
        return K_MIN, self.k_max

    def validate(self, texts: Sequence[str], data: object) -> ComparisonAnswer:
        """The answer to a task of `len(texts)` responses; InvalidAnswer says what to change.

        `ranks` is required: whole numbers ≥ 1, of which only the order counts, null for a response
        left out. With criteria, `criteria` is required instead and holds {"ranks", "strength"} by
        name, for all of them. The other parts may be left out or null wherever the spec doesn't ask
        for them. A left-out response gets rank 0 with place "some", -1 with "top".
        """
        k = check_size(texts, K_MIN, K_LIMIT)
        parts = read_parts(data, PARTS)
        unacceptable = read_flags(k, parts.get("unacceptable"), asked=self.both_bad)
        orders = self._orders(k, parts, unacceptable)
        if unacceptable:
            check_bad_below_good(orders[0].ranks, unacceptable)
        return ComparisonAnswer(
            ranks=orders[0].ranks,
            strength=orders[0].strength,
            unacceptable=unacceptable,
            tags=self._tags(parts.get("tags")),
            note=read_note(parts.get("note"), asked=self.note),
            criteria=orders if self.criteria else (),
        )

    def answer_from(  # noqa: PLR0917 -- the stored columns, in their order
        self,
        ranks: Sequence[int],
        strength: int | None,
        unacceptable: Sequence[bool] | None,
        tags: Sequence[str],
        note: str,
        extra: Mapping[str, Any],
    ) -> ComparisonAnswer:
        """A stored answer; `extra` is what its `to_json` gave. Nothing is checked again."""
        stored = [(name, extra["criteria"][name]) for name in self.criteria]
        orders = tuple(Order(name, tuple(o["ranks"]), o["strength"]) for name, o in stored)
        return ComparisonAnswer(
            *columns(ranks, strength, unacceptable, tags, note), criteria=orders
        )

    def _orders(
        self, k: int, parts: Mapping[str, Any], unacceptable: tuple[bool, ...] | None
    ) -> tuple[Order, ...]:
        given = parts.get("criteria")
        if not self.criteria:
            if given is not None:
                raise InvalidAnswer("criteria", "This question has no criteria: give one order.")
            return (self._order("", k, parts, unacceptable),)
        for part in ORDER_PARTS:
            if parts.get(part) is not None:
                raise InvalidAnswer(part, "Give this for each criterion, under criteria.")
        by_name = self._by_name(given)
        return tuple(self._by(name, k, by_name[name], unacceptable) for name in self.criteria)

    def _by_name(self, given: object) -> Mapping[str, Any]:
        names = ", ".join(self.criteria)
        if not isinstance(given, Mapping) or any(name not in self.criteria for name in given):
            raise InvalidAnswer("criteria", f"Place the responses by each of: {names}.")
        missing = [name for name in self.criteria if name not in given]
        if missing:
            raise InvalidAnswer("criteria", f"Place the responses by {', '.join(missing)} too.")
        return given

    def _by(self, name: str, k: int, given: object, unacceptable: tuple[bool, ...] | None) -> Order:
        try:
            return self._order(name, k, read_parts(given, ORDER_PARTS), unacceptable)
        except InvalidAnswer as error:
            raise InvalidAnswer("criteria", f"{name}: {error.message}") from error

    def _order(
        self,
        name: str,
        k: int,
        parts: Mapping[str, Any],
        unacceptable: tuple[bool, ...] | None,
    ) -> Order:
        left_out = BELOW if self.place == "top" else NOT_COMPARED
        ranks = read_ranks(k, parts.get("ranks"), least=self._least(k), left_out=left_out)
        if not self.ties:
            check_no_ties(ranks, unacceptable)
        strength = read_strength(ranks, parts.get("strength"), asked=self.strength)
        return Order(name, ranks, strength)

    def _least(self, k: int) -> int:
        """How many of k responses need a place; without `top_m`, as many as make a pair."""
        if self.place == "all" or k == K_MIN:
            return k
        return K_MIN if self.top_m is None else min(self.top_m, k - 1)

    def _tags(self, given: object) -> tuple[str, ...]:
        if given is None:
            return ()
        if not isinstance(given, list):
            raise InvalidAnswer("tags", "Give the reasons as a list.")
        if any(tag not in self.reasons for tag in given):
            raise InvalidAnswer("tags", "One of the reasons isn't in this question's list.")
        return tuple(reason for reason in self.reasons if reason in given)
