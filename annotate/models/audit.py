"""The audit log: who did what of consequence, when. Rows are only ever added."""

from __future__ import annotations

from django.db import models

from annotate.models.people import User
from annotate.models.project import Project


class AuditEvent(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    action = models.CharField(max_length=60)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-at"], name="audit_of_a_project")]
