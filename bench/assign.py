"""Raters at work over HTTP: "next, then submit" cycles a second, and how long each call takes.

8 and 64 raters at once, each one connection that never pauses; 20,000 and 1,000,000 open tasks. The
web server is the one that `serve` starts, with a `default` worker beside it, as in a real start.
pgbench, in the same run, is the physical limit: the very statements of one cycle, recorded, and
nothing else.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench.figures import figure
from bench.servers import django_on_own_servers

ROOT = Path(__file__).resolve().parent.parent
WARM_UP = 3.0
CLIENTS = 8
SMALL, LARGE = 20_000, 1_000_000


def run(*, quick: bool) -> None:
    seconds = 6.0 if quick else 20.0
    with django_on_own_servers() as folder, _programs(folder) as (port, web):
        _number_apart()
        seed("small", SMALL)
        eight = _eight(port, "small", seconds)
        seed("limit", SMALL)
        limit = _pgbench(folder, "limit", seconds)
        n = eight["cycles"]
        rate = eight["cycles_per_s"]
        peer = "pgbench with the statements of a cycle, cycles/s"
        figure("assign", "cycles_per_s_8", rate, "cycles/s", n=n, peer=peer, peer_value=limit)
        figure("assign", "next_p95_ms_8", eight["next_p95_ms"], "ms", n=n)
        figure("assign", "submit_p95_ms_8", eight["submit_p95_ms"], "ms", n=n)
        figure("assign", "share_of_pgbench", rate / limit, "ratio", n=n)
        seed("many", SMALL)
        many = _measure(port, "many", seconds, _sessions("many", 64))
        figure("assign", "cycles_per_s_64", many["cycles_per_s"], "cycles/s", n=many["cycles"])
        figure("assign", "web_mb", _megabytes(web), "MB", n=1)
        if not quick:
            seed("large", LARGE)
            large = _eight(port, "large", seconds)
            seed("again", SMALL)
            small = _eight(port, "again", seconds)
            ratio = large["cycles_per_s"] / small["cycles_per_s"]
            figure("assign", "cycles_1m_over_20k", ratio, "ratio", n=large["cycles"])


def _eight(port: int, slug: str, seconds: float) -> dict[str, Any]:
    sessions = _sessions(slug, CLIENTS)
    _measure(port, slug, WARM_UP, sessions)
    return _measure(port, slug, seconds, sessions)


@contextmanager
def _programs(folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    """The web server, by its port and process, and a worker for what it enqueues."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PORT": str(port)}
    log = (folder / "programs.log").open("w")
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "annotate.processes", name],
            cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )
        for name in ("web", "default")
    ]  # fmt: skip
    try:
        _wait_for(port)
        yield port, psutil.Process(programs[0].pid)
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(30)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The web server did not start.")


def _megabytes(process: psutil.Process) -> float:
    """Memory of a process and its children; what they share counts once."""
    every = [process, *process.children(recursive=True)]
    return float(sum(p.memory_full_info().pss for p in every)) / 1e6


def _measure(port: int, slug: str, seconds: float, sessions: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.raters", str(port), slug, str(seconds)],
        cwd=ROOT, input="\n".join(sessions), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


_SEED = """
WITH prompts AS (
    INSERT INTO annotate_prompt (project_id, digest, messages, split)
    SELECT %(project)s, sha256(convert_to('p' || i, 'UTF8')),
           jsonb_build_array(jsonb_build_object('role', 'user', 'content', 'Question ' || i)),
           'train'
    FROM generate_series(1, %(tasks)s) AS i RETURNING id
), responses AS (
    INSERT INTO annotate_response (prompt_id, digest, text)
    SELECT id, sha256(convert_to(place, 'UTF8')), repeat(place || ' answer ', 60)
    FROM prompts CROSS JOIN unnest(ARRAY['first', 'second']) AS place
    RETURNING id, prompt_id
)
INSERT INTO annotate_task
    (question_id, prompt_id, response_ids, k, digest, overlap, places_left, source)
SELECT %(question)s, prompt_id, array_agg(id ORDER BY id), 2, sha256(int8send(prompt_id)), 1, 1,
       'import'
FROM responses GROUP BY prompt_id ORDER BY prompt_id
"""


def seed(slug: str, tasks: int) -> None:
    from django.db import connection

    from annotate.actions.projects import create_project
    from annotate.models import User
    from annotate.queries.projects import current_question

    owner, _ = User.objects.get_or_create(username="bench")
    project = create_project(by=owner, name=slug)
    question = current_question(project)
    with connection.cursor() as cursor:
        cursor.execute(_SEED, {"project": project.pk, "question": question.pk, "tasks": tasks})
        cursor.execute("VACUUM ANALYZE")


def _sessions(slug: str, raters: int) -> list[str]:
    """Cookies of new raters, signed in."""
    from django.conf import settings
    from django.test import Client

    from annotate.actions.people import add_person
    from annotate.models import Project, Role

    project = Project.objects.get(slug=slug)
    cookies = []
    for _ in range(raters):
        name = f"rater-{uuid.uuid4().hex[:12]}"
        user = add_person(project=project, by=None, username=name, name=name, role=Role.RATER)
        client = Client()
        client.force_login(user)
        cookies.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    return cookies


def _pgbench(folder: Path, slug: str, seconds: float) -> float:
    """Cycles a second of 8 clients that send the recorded statements of one cycle."""
    from django.db import connection

    from annotate.servers.postgres import programs

    script = folder / "cycle.sql"
    script.write_text(_recorded(slug))
    parameters = connection.get_connection_params()
    done = subprocess.run(
        [
            str(programs() / "pgbench"), "-n", "-M", "prepared", "-f", str(script),
            "-c", str(CLIENTS), "-j", "2", "-T", str(int(seconds)), "-h", parameters["host"],
            "-U", parameters["user"], parameters["dbname"],
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or found is None or "aborted" in done.stderr:
        raise SystemExit(done.stdout + done.stderr)
    return float(found[1])


def _recorded(slug: str) -> str:
    """A pgbench script: what one cycle sends, with ids that each client fills in.

    The cycle is that of a rater whose ids, and those of what it is lent, occur nowhere else, so
    that they can be found again in the statements.
    """
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from annotate.models import Assignment, Membership, User

    settings.ALLOWED_HOSTS.append("testserver")
    _sessions(slug, CLIENTS)
    first = Membership.objects.latest("pk").pk - CLIENTS + 1
    rater = User.objects.get(memberships__pk=first)
    client = Client()
    client.force_login(rater)
    base = f"/api/v1/projects/{slug}/work"
    client.post(f"{base}/next", {"holding": []}, "application/json")  # the connection is warm
    Assignment.objects.filter(rater=rater).update(state="skipped")
    with CaptureQueriesContext(connection) as sent:
        task = client.post(f"{base}/next", {"holding": []}, "application/json").json()["assignment"]
        ranks = [{"response": r["id"], "rank": n} for n, r in enumerate(task["responses"], 1)]
        body = {"key": str(uuid.uuid4()), "revision": 0, "ranks": ranks, "strength": 2}
        path = f"{base}/assignments/{task['id']}/judgment"
        assert client.post(path, body, "application/json").status_code == 201
    ids = {
        task["id"]: ":assignment",
        Assignment.objects.get(pk=task["id"]).task_id: ":task",
        first: ":membership",
        rater.pk: ":rater",
    }
    lines = [rf"\set membership {first} + :client_id", rf"\set rater {rater.pk} + :client_id"]
    for query in sent:
        text = " ".join(query["sql"].split())
        for number, name in ids.items():
            text = re.sub(rf"\b{number}\b", name, text)
        text = text.replace(f"'{uuid.UUID(str(body['key'])).hex}'", "gen_random_uuid()")
        if "INSERT INTO annotate_assignment" in text:
            text = text.replace(
                "FROM lent, picked", ", lent.id AS assignment, picked.id AS task FROM lent, picked"
            )
            lines.append(f"{text} \\gset")
        else:
            lines.append(f"{text};")
    return "\n".join(lines) + "\n"


def _number_apart() -> None:
    """Makes ids of tasks, raters, memberships and assignments numbers that say which they are."""
    from django.db import connection

    starts = {
        "task": 600_000_000,
        "user": 700_000_000,
        "membership": 800_000_000,
        "assignment": 900_000_000,
    }
    with connection.cursor() as cursor:
        for table, start in starts.items():
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [f"annotate_{table}", start]
            )
