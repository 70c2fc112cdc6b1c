"""What a rater is sent tells nothing of who wrote what, or of what others think."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from annotate.actions.corpus import write_tasks
from annotate.formats import Candidate
from annotate.incoming import NewTask
from annotate.models import Project, Task, User
from annotate.queries.projects import current_question

TELLING = re.compile(
    r"polic|model|score|reward|gold|consensus|posterior|entropy|recorded|judgments|others|rater|"
    r"source|probability|champion|group|split|overlap"
)


def names_in(schema: dict[str, Any], node: Any) -> set[str]:
    """All property names reachable from a schema node."""
    found: set[str] = set()
    if isinstance(node, dict):
        if "$ref" in node:
            return names_in(schema, schema["components"]["schemas"][node["$ref"].split("/")[-1]])
        found |= set(node.get("properties", {}))
        for value in node.values():
            found |= names_in(schema, value)
    elif isinstance(node, list):
        for value in node:
            found |= names_in(schema, value)
    return found


def test_no_field_of_the_raters_schema_tells() -> None:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call] # untyped library
    routes = [item for path, item in schema["paths"].items() if "/work" in path]
    assert len(routes) >= 8
    answers = [method["responses"] for route in routes for method in route.values()]
    names = {name for answer in answers for name in names_in(schema, answer)}
    assert {"prompt", "responses", "text"} <= names
    assert not {name for name in names if TELLING.search(name)}


def test_the_bytes_a_rater_gets_hold_no_policy_and_no_label(
    project: Project, bob: User, client_of: Callable[[User], APIClient]
) -> None:
    task = NewTask.of(
        [{"role": "user", "content": "Hello?"}],
        [Candidate("Hi.", "secret-policy", "v7"), Candidate("Go away.", "other-policy", None)],
        recorded=(1, 2),
        group="secret-group",
    )
    write_tasks(project=project, question=current_question(project), tasks=[task])
    assert Task.objects.get().recorded
    body = json.dumps(
        client_of(bob).post("/api/v1/projects/helpful/work/next", {}, format="json").json()
    )
    assert "Hi." in body
    assert not re.search(r"secret|other-policy|v7|recorded", body)
