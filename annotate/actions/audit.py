"""Writes the audit log. Called inside the transaction of the act it records."""

from __future__ import annotations

from typing import Any

from annotate.models import AuditEvent, Project, User


def record(
    *, project: Project | None, actor: User | None, action: str, **detail: Any
) -> AuditEvent:
    """`detail` is JSON: what a reader needs to understand the act, and no secret."""
    return AuditEvent.objects.create(project=project, actor=actor, action=action, detail=detail)
