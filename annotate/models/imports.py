"""Imports: one uploaded file, how far it has been read, and what was wrong with it."""

from __future__ import annotations

from django.db import models

from annotate.models.people import User
from annotate.models.project import Project, Question


class Import(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="imports")
    # The question whose tasks it brings; null: the project's first.
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=500)
    format = models.CharField(max_length=20, default="")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    bytes_total = models.PositiveBigIntegerField(default=0)
    bytes_read = models.PositiveBigIntegerField(default=0)
    tasks_added = models.PositiveBigIntegerField(default=0)
    tasks_known = models.PositiveBigIntegerField(default=0)
    votes_added = models.PositiveBigIntegerField(default=0)
    bad_lines = models.PositiveBigIntegerField(default=0)
    errors = models.JSONField(default=list)
    message = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
