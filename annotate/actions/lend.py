"""The statements that lend a task: one each, so that two raters never get the same place.

Each picks a task under `SKIP LOCKED`, takes one of its places, counts the task for the rater and
inserts the assignment with its presentation order. None of them decides whether the rater may have
one; the caller has locked the rater's membership.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from annotate.actions.leases import lease_of
from annotate.models import Assignment, Project, Question, Task, User
from annotate.models.rows import columns, one
from annotate.queries.projects import question_as_shown
from annotate.questions.order import presentation_order

# Above every priority there is: nothing is above or after it, so the search begins anew.
_AT_THE_START = (32_767, 0)
# How many tasks lie between a task and its repeat, at least.
REPEAT_AFTER = 20

_ASSIGN = """
INSERT INTO annotate_assignment
    (task_id, rater_id, state, shown, version, leased_at, lease_expires_at, skip_reason, note,
     flagged)
SELECT picked.id, %(rater)s, 'leased', ARRAY({shown}), %(version)s, now(), now() + %(lease)s,
       '', '', false
FROM {source} RETURNING *
"""
_COUNT_AND_LEND = f"""
, taken AS (
    UPDATE annotate_task AS t SET places_left = t.places_left - 1 FROM picked WHERE t.id = picked.id
), counted AS (
    UPDATE annotate_membership AS m
    SET lent = m.lent || jsonb_build_object(
            picked.k, coalesce((m.lent ->> picked.k::text)::int, 0) + 1,
            'all', coalesce((m.lent ->> 'all')::int, 0) + 1),
        reached = CASE WHEN picked.purpose <> 'work' THEN m.reached ELSE
            m.reached || jsonb_build_object(
                picked.question_id, jsonb_build_array(picked.priority, picked.id)) END
    FROM picked WHERE m.id = %(membership)s
), lent AS (
    {
    _ASSIGN.format(
        shown="SELECT jsonb_array_elements_text(%(orders)s::jsonb -> picked.k::text)::smallint",
        source="picked",
    )
}
)
SELECT {columns(Assignment, "lent")}, {columns(Task, "picked")} FROM lent, picked
"""  # noqa: S608 -- the columns are the models' own

# A scalar, which is looked up for each task that is passed: NOT EXISTS may be turned into a join,
# which reads all assignments up to the task. And a boolean, which the planner takes to hold for
# half the tasks: IS NULL, it thinks, holds for few, and it would plan this anew at every click.
_NEVER_HAD = """
coalesce((SELECT false FROM annotate_assignment AS a
          WHERE a.task_id = t.id AND a.rater_id = %(rater)s), true)
"""
_OPEN_WORK = f"""
t.question_id = %(question)s AND t.places_left > 0 AND t.purpose = 'work' AND {_NEVER_HAD}
"""
_FIRST = f"""
SELECT t.* FROM annotate_task AS t
WHERE {_OPEN_WORK} AND t.prompt_id <> ALL(%(resting)s::bigint[]) {{where}}
ORDER BY t.priority DESC, t.id LIMIT 1
FOR UPDATE OF t SKIP LOCKED
"""  # noqa: S608 -- written out above
# From where the rater has got to: what has a higher priority, then what comes after, then all that
# is open, so that none is starved. From the start each time, a rater who is ahead of the others
# would pass by every task they have judged and the others have not: 40 ms at 10,000 of them.
_WORK = f"""
WITH above AS ({_FIRST.format(where="AND t.priority > %(priority)s")}
), after AS ({
    _FIRST.format(
        where="AND t.priority = %(priority)s AND t.id > %(after)s AND NOT EXISTS (TABLE above)"
    )
}
), around AS ({_FIRST.format(where="AND NOT EXISTS (TABLE above) AND NOT EXISTS (TABLE after)")}
), picked AS (
    TABLE above UNION ALL TABLE after UNION ALL TABLE around
) {_COUNT_AND_LEND}
"""
# In an order of the rater's own, so that gold can't be told by when others met it.
_KNOWN = f"""
WITH picked AS (
    SELECT t.* FROM annotate_task AS t
    WHERE t.question_id = %(question)s AND t.purpose = %(purpose)s AND t.places_left > 0
      AND {_NEVER_HAD}
    ORDER BY hashint8extended(t.id, %(membership)s) LIMIT 1
    FOR UPDATE OF t SKIP LOCKED
) {_COUNT_AND_LEND}
"""  # noqa: S608 -- written out above

# The rater's own expired lease comes back only when nothing new is open.
_AGAIN = f"""
WITH picked AS (
    SELECT a.id AS assignment_id, t.* FROM annotate_assignment AS a
    JOIN annotate_task AS t ON t.id = a.task_id
    WHERE a.rater_id = %(rater)s AND a.state = 'expired'
      AND t.question_id = %(question)s AND t.places_left > 0
      AND (t.purpose = 'training') = %(training)s
    ORDER BY a.id LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE annotate_task AS t SET places_left = t.places_left - 1 FROM picked WHERE t.id = picked.id
), lent AS (
    UPDATE annotate_assignment AS a
    SET state = 'leased', leased_at = now(), lease_expires_at = now() + %(lease)s
    FROM picked WHERE a.id = picked.assignment_id RETURNING a.*
)
SELECT {columns(Assignment, "lent")}, {columns(Task, "picked")} FROM lent, picked
"""  # noqa: S608 -- the columns are the models' own

# A repeat is a task of its own, since a rater has one assignment a task: the same prompt and
# responses, for this rater alone, the sides the other way round.
_REPEAT = f"""
WITH before AS (
    SELECT t.*, a.shown FROM annotate_assignment AS a JOIN annotate_task AS t ON t.id = a.task_id
    WHERE a.rater_id = %(rater)s AND a.state = 'submitted' AND t.purpose = 'work'
      AND t.question_id = %(question)s
      AND a.id < (SELECT id FROM annotate_assignment WHERE rater_id = %(rater)s
                  ORDER BY id DESC OFFSET {REPEAT_AFTER - 1} LIMIT 1)
      AND NOT EXISTS (
          SELECT 1 FROM annotate_task AS r JOIN annotate_assignment AS b ON b.task_id = r.id
          WHERE r.repeat_of_id = t.id AND r.purpose = 'repeat' AND b.rater_id = %(rater)s)
    ORDER BY a.id DESC LIMIT 1
), picked AS (
    INSERT INTO annotate_task
        (question_id, prompt_id, response_ids, k, digest, overlap, places_left, priority, source,
         purpose, repeat_of_id, created_at)
    SELECT question_id, prompt_id, response_ids, k,
           sha256(digest || convert_to('/repeat/' || %(rater)s::text, 'UTF8')),
           1, 0, 0, 'repeat', 'repeat', id, now()
    FROM before RETURNING *
), counted AS (
    UPDATE annotate_membership AS m
    SET lent = m.lent || jsonb_build_object('all', coalesce((m.lent ->> 'all')::int, 0) + 1)
    FROM picked WHERE m.id = %(membership)s
), lent AS (
    {
    _ASSIGN.format(
        shown="SELECT before.shown[i] FROM generate_subscripts(before.shown, 1) AS i"
        " ORDER BY i DESC",
        source="picked, before",
    )
}
)
SELECT {columns(Assignment, "lent")}, {columns(Task, "picked")} FROM lent, picked
"""  # noqa: S608 -- the columns are the models' own

_RESTING = """
SELECT coalesce(array_agg(DISTINCT t.prompt_id), '{}') FROM annotate_assignment AS a
JOIN annotate_task AS t ON t.id = a.task_id
WHERE a.rater_id = %(rater)s AND a.leased_at > now() - make_interval(mins => %(minutes)s)
"""
_IS_OPEN = f"SELECT EXISTS (SELECT 1 FROM annotate_task AS t WHERE {_OPEN_WORK})"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be lent something: `lent` and `reached` are those of the locked membership,
    `questions` those this rater may answer."""

    project: Project
    rater: User
    membership: int
    lent: dict[str, int]
    reached: dict[str, tuple[int, int]]
    questions: Sequence[Question]

    def turn(self) -> list[Question]:
        """The questions, beginning with another one each time, so that none is starved."""
        start = self.lent.get("all", 0) % len(self.questions)
        return [*self.questions[start:], *self.questions[:start]]


def work(wanted: Wanted) -> Assignment | None:
    """An open task that this rater never had: of the highest priority, then the next oldest after
    the one they were lent last."""
    return _first(_WORK, wanted, wanted.turn(), {"resting": _resting(wanted)})


def known(wanted: Wanted, purpose: str) -> Assignment | None:
    """A task of gold or of the training that this rater never had."""
    return _first(_KNOWN, wanted, wanted.turn(), {"purpose": purpose})


def again(wanted: Wanted, *, training: bool) -> Assignment | None:
    """The rater's own lease that ended without an answer, its place still being free."""
    return _first(_AGAIN, wanted, wanted.turn(), {"training": training})


def repeat(wanted: Wanted) -> Assignment | None:
    """A task that the rater has judged before. Free text has no second answer to compare with."""
    asked = [q for q in wanted.turn() if q.kind != Question.Kind.REVISION]
    return _first(_REPEAT, wanted, asked, {})


def is_cooling(wanted: Wanted) -> bool:
    """Whether there is work for this rater but for the prompts they have just seen."""
    if not wanted.project.prompt_cooldown:
        return False
    found = [one(_IS_OPEN, {"question": q.pk, "rater": wanted.rater.pk}) for q in wanted.questions]
    return any(row and row[0] for row in found)


def _resting(wanted: Wanted) -> list[int]:
    """The prompts this rater has seen within the project's cool-down."""
    if not wanted.project.prompt_cooldown:
        return []
    minutes = wanted.project.prompt_cooldown
    found = one(_RESTING, {"rater": wanted.rater.pk, "minutes": minutes})
    assert found is not None
    return list(found[0])


def _first(
    statement: str, wanted: Wanted, questions: Sequence[Question], extra: dict[str, Any]
) -> Assignment | None:
    for question in questions:
        found = one(statement, {**_parameters(wanted, question), **extra}, Assignment, Task)
        if found:
            assignment: Assignment = found[0]
            assignment.task = found[1]
            assignment.task.question = question
            assignment.task.question = question_as_shown(assignment)
            assignment.rater = wanted.rater
            return assignment
    return None


def _parameters(wanted: Wanted, question: Question) -> dict[str, Any]:
    orders = {
        k: presentation_order(k, wanted.lent.get(str(k), 0), wanted.membership)
        for k in range(2, int(question.spec.get("k_max", 1)) + 1)
    }
    priority, after = wanted.reached.get(str(question.pk), _AT_THE_START)
    return {
        "priority": priority,
        "after": after,
        "question": question.pk,
        "rater": wanted.rater.pk,
        "membership": wanted.membership,
        "orders": json.dumps({1: (0,), **orders}),
        "version": question.version,
        "lease": lease_of(question),
    }
