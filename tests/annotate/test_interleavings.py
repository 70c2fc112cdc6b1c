"""The invariants of the collecting side over any interleaving of what can happen to its tasks."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from annotate.actions import lend, overlap, rules
from annotate.actions.people import add_person, join
from annotate.actions.projects import create_project
from annotate.models import Project, Role, Task, User
from annotate.queries.judgments import votes_of
from tests.annotate.interleavings import OPERATIONS, PEOPLE, Office, rows

Step = tuple[str, dict[str, int]]
# What raters do all day, and leases, stand in the list five times; what follows from it, three.
NAMES = [*OPERATIONS, *4 * ["ask", "work", "submit", "heartbeat", "expire"], *2 * ["refresh"]]
THREADS, SECONDS = 8, 1.5
# Thirty steps shrink in a minute or two; explaining, which traces every line, would take many.
EXAMPLES = settings(
    max_examples=45,
    stateful_step_count=30,
    phases=(Phase.reuse, Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
)

BROKEN = {
    "a rater has two assignments of a task": """
        SELECT task_id, rater_id FROM annotate_assignment GROUP BY 1, 2 HAVING count(*) > 1""",
    "revisions are not 1 to n, or the newest is not the last": """
        SELECT assignment_id FROM annotate_judgment GROUP BY 1
        HAVING (min(revision), max(revision), count(DISTINCT revision)) <> (1, count(*), count(*))
            OR array_agg(revision) FILTER (WHERE newest) IS DISTINCT FROM ARRAY[max(revision)]""",
    "a judgment disagrees with its assignment or task": """
        SELECT j.id FROM annotate_judgment AS j JOIN annotate_assignment AS a
          ON a.id = j.assignment_id JOIN annotate_task AS t ON t.id = a.task_id
        WHERE (j.task_id, j.rater_id, j.k, j.shown) <> (a.task_id, a.rater_id, t.k, a.shown)""",
    "an assignment is judged and its state says not, or the other way round": """
        SELECT a.id FROM annotate_assignment AS a
        WHERE (a.state IN ('submitted', 'late', 'reviewed'))
              <> EXISTS (SELECT FROM annotate_judgment AS j WHERE j.assignment_id = a.id)""",
    "places left are not the overlap less what is leased and submitted": """
        SELECT t.id, t.overlap, t.places_left, count(a.id) FROM annotate_task AS t
        LEFT JOIN annotate_assignment AS a
          ON a.task_id = t.id AND a.state IN ('leased', 'submitted')
        GROUP BY t.id HAVING t.places_left <> t.overlap - count(a.id) OR t.places_left < 0""",
    "a key has two judgments": """
        SELECT rater_id, key FROM annotate_judgment WHERE key IS NOT NULL
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "a rater holds more than two live leases": """
        SELECT a.rater_id, array_agg(a.id) FROM annotate_assignment AS a
        WHERE a.state = 'leased' AND a.lease_expires_at >= now()
        GROUP BY 1 HAVING count(*) > 2""",
    "somebody who is paused or has left holds a lease": """
        SELECT a.id FROM annotate_assignment AS a JOIN annotate_membership AS m
          ON m.user_id = a.rater_id AND m.project_id = %(project)s
        WHERE a.state = 'leased' AND (m.paused_at IS NOT NULL OR m.left_at IS NOT NULL)""",
    "a repeat is not one place for the rater who judged the original": """
        SELECT t.id FROM annotate_task AS t LEFT JOIN annotate_assignment AS a ON a.task_id = t.id
        WHERE t.purpose = 'repeat' GROUP BY t.id
        HAVING count(a.id) <> 1 OR t.overlap <> 1 OR NOT bool_and(EXISTS (
            SELECT FROM annotate_judgment AS j
            WHERE j.task_id = t.repeat_of_id AND j.rater_id = a.rater_id))""",
    "a task has a known answer and its purpose says not, or the other way round": """
        SELECT t.id FROM annotate_task AS t WHERE (t.purpose IN ('gold', 'training'))
              <> EXISTS (SELECT FROM annotate_knownanswer AS n WHERE n.task_id = t.id)""",
    "a task that is no work has a consensus": """
        SELECT t.id FROM annotate_taskconsensus AS c JOIN annotate_task AS t ON t.id = c.task_id
        WHERE t.purpose <> 'work'""",
}
_ALL_BROKEN = "\nUNION ALL\n".join(
    f"SELECT '{said}', to_jsonb(found) FROM ({query}) AS found"  # noqa: S608 -- written out above
    for said, query in BROKEN.items()
)


def step_of(name: str) -> st.SearchStrategy[Step]:
    parts = {part: st.integers(0, below - 1) for part, below in OPERATIONS[name].items()}
    return st.tuples(st.just(name), st.fixed_dictionaries(parts))


def check(office: Office, kept: Mapping[int, str]) -> dict[int, str]:
    """Every invariant, from the database alone. `kept` are the judgments that were there before:
    they are there as they were. So is what was acknowledged. Returns the judgments of now."""
    assert rows(_ALL_BROKEN, project=office.project.pk) == []
    assert not votes_of(office.project).exclude(task__purpose=Task.Purpose.WORK).exists()
    now = dict(rows("SELECT id, to_jsonb(j) - 'newest' FROM annotate_judgment AS j"))
    assert {pk: now.get(pk) for pk in kept} == kept
    while office.receipts:
        receipt = office.receipts.pop()
        held = json.loads(now[receipt.judgment])
        assert (UUID(held["key"]), held["revision"]) == (receipt.key, receipt.revision)
        assert held["late"] == receipt.late
        assert receipt.ranks in (None, held["ranks"])
    return now


@pytest.fixture
def office(project: Project, alice: User, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Five tasks for three people, who are in another project too, so that leaving this one takes
    no account from them. What needs many answers otherwise needs two here."""
    soon = lend._REPEAT.replace(f"OFFSET {lend.REPEAT_AFTER - 1} ", "OFFSET 0 ")
    assert soon != lend._REPEAT
    monkeypatch.setattr(lend, "_REPEAT", soon)
    monkeypatch.setattr(overlap, "ENOUGH", 2)
    monkeypatch.setattr(rules, "ENOUGH", 2)
    Project.objects.update(gold_floor=0.9, training_tasks=1, overlap_max=3)
    elsewhere = create_project(by=alice, name="Elsewhere", slug="elsewhere")
    people = []
    for n in range(PEOPLE):
        role = Role.REVIEWER if n == PEOPLE - 1 else Role.RATER
        user = add_person(project=project, by=None, username=f"r{n}", name=f"R{n}", role=role)
        join(project=elsewhere, by=alice, user=user, role=Role.RATER)
        people.append(user)
    made = Office(project, alice, people, alone=True)
    made.bring(first=0, count=4, votes=0)
    return made


class Collecting(RuleBasedStateMachine):
    """Each example begins with the same rows and, since gold comes in an order by task id, ids."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = Office(office.project, office.owner, office.people, alone=True)
        self.kept: dict[int, str] = {}
        self.savepoint = transaction.savepoint()
        with connection.cursor() as cursor:
            cursor.execute("ALTER SEQUENCE annotate_task_id_seq RESTART 1000")

    @rule(step=st.one_of([step_of(name) for name in NAMES]))
    def happens(self, step: Step) -> None:
        self.office.perform(*step)
        self.kept = check(self.office, self.kept)

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)


def test_whatever_happens_in_whatever_order_the_invariants_hold(office: Office) -> None:
    class Here(Collecting):
        def __init__(self) -> None:
            super().__init__(office)

    run_state_machine_as_test(Here, settings=EXAMPLES)


ASK, AHEAD = ("ask", {"rater": 0, "ahead": 0}), ("ask", {"rater": 0, "ahead": 1})
WORK = ("work", {"rater": 0, "best": 0})
SIGN_OUT = ("sign_out", {"rater": 0})
NO_STRENGTH = ("change_spec", {"strength": 0})
REPEATS = ("set_rates", {"gold": 0, "repeats": 1})


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(
            [ASK, ("expire", {"rater": 0}), ASK, AHEAD, ("heartbeat", {"rater": 0, "which": 2})],
            id="a heartbeat takes an ended lease up beside two others",
        ),
        pytest.param(
            [REPEATS, *6 * [WORK], *[("forget", {"task": n}) for n in range(5, 9)]],
            id="a repeat is made work",
        ),
        pytest.param(
            [ASK, NO_STRENGTH, SIGN_OUT, *5 * [WORK]],
            id="a lease of an older version is lent again",
        ),
    ],
)
def test_what_random_orders_seldom_reach_holds_too(office: Office, steps: Sequence[Step]) -> None:
    kept: dict[int, str] = {}
    for step in steps:
        office.perform(*step)
        kept = check(office, kept)


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_at_the_same_time_the_invariants_hold(office: Office) -> None:
    for first in range(10, 40, 5):
        office.bring(first=first, count=4, votes=0)
    office.alone = False
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(lambda seed: operate(office, seed, until), range(THREADS)))
    assert min(done) > 0
    kept = check(office, {})
    office.alone = True
    office.work_on()
    check(office, kept)


def operate(office: Office, seed: int, until: float) -> int:
    """Anything at random, on a connection of its own; how many operations. Not `work_on`, which
    says how things end when nobody else does anything."""
    draw = random.Random(seed)
    done = 0
    try:
        while time.monotonic() < until:
            name = draw.choice([name for name in NAMES if name != "work_on"])
            parts = {part: draw.randrange(below) for part, below in OPERATIONS[name].items()}
            office.perform(name, parts)
            done += 1
        return done
    finally:
        connections.close_all()
