"""Keeps what a rater has typed and not sent yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotate.models import Assignment, Draft


def save_draft(*, assignment: Assignment, data: Mapping[str, Any]) -> None:
    """The newest draft replaces the one before. It outlives the lease, a pause and the submission;
    what is older than the answer is no longer shown."""
    Draft.objects.update_or_create(assignment=assignment, defaults={"data": data})
