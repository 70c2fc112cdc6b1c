"""Snapshots: an immutable, hashed set of judged tasks that a reward model names as its source."""

from __future__ import annotations

from django.db import models

from annotate.models.people import User
from annotate.models.project import Project


class Snapshot(models.Model):
    """The rows lie in the artifact store under their hash; this row never changes (a trigger)."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    tasks = models.PositiveIntegerField()
    judgments = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="a_snapshot_number_once"),
        ]

    @property
    def path(self) -> str:
        """Where the rows lie in the artifact store. Named by hash: equal rows are stored once."""
        return f"snapshots/{self.sha256}.jsonl.gz"
