"""Takes a policy's responses into the pool, from which rounds choose."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from annotate.actions.audit import record
from annotate.actions.corpus import Added, add_responses
from annotate.models import Project, User
from rm_training.policies.push import Pushed


@transaction.atomic
def push_responses(
    *, project: Project, by: User, policy: str, version: str, items: Sequence[Pushed]
) -> Added:
    """Adds what is new of one batch, whole or not at all. The same batch again adds nothing."""
    added = add_responses(
        project=project,
        policy=policy,
        version=version,
        items=[(item.messages, item.text) for item in items],
        pooled=True,
    )
    if added.added:
        record(
            project=project,
            actor=by,
            action="responses pushed",
            policy=policy,
            version=version,
            added=added.added,
        )
    return added
