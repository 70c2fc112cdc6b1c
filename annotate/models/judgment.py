"""Judgments: append-only. An edit is a new revision; a trigger refuses any other change."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from annotate.models.people import User
from annotate.models.task import Assignment, Task


class Judgment(models.Model):
    """`ranks[i]` is the place of the task's i-th response in canonical order; equal means tied.

    0 was compared with nothing, −1 stands below every placed one. Kinds without an order of their
    own have the one they imply, or zeros (`annotate/questions`).
    """

    class Kind(models.TextChoices):
        RATING = "rating"
        IMPORTED = "imported"
        # A reviewer's decision on a disputed task. Votes are never erased by it.
        ADJUDICATION = "adjudication"

    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, related_name="judgments", db_index=False
    )
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="judgments")
    rater = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="judgments", db_index=False
    )
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.RATING)
    revision = models.PositiveIntegerField(default=1)
    newest = models.BooleanField(default=True)
    late = models.BooleanField(default=False)

    k = models.PositiveSmallIntegerField()
    ranks = ArrayField(models.SmallIntegerField())
    strength = models.PositiveSmallIntegerField(null=True)
    unacceptable = ArrayField(models.BooleanField())
    tags = ArrayField(models.CharField(max_length=60), default=list)
    note = models.TextField(default="")
    # What the kind of question asks beyond these columns: `to_json` of its answer.
    answer = models.JSONField(default=dict, db_default={})
    shown = ArrayField(models.SmallIntegerField())

    key = models.UUIDField(null=True)
    submitted_at = models.DateTimeField()
    active_ms = models.PositiveIntegerField(null=True)
    # Characters that were pasted into it, and not typed.
    pasted = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "revision"], name="a_revision_once"),
            models.UniqueConstraint(
                fields=["assignment"], name="one_newest_judgment", condition=Q(newest=True)
            ),
            models.UniqueConstraint(fields=["rater", "key"], name="a_submission_once"),
            models.CheckConstraint(
                condition=Q(ranks__len=F("k"), unacceptable__len=F("k"), shown__len=F("k")),
                name="a_rank_a_response",
            ),
            models.CheckConstraint(
                condition=Q(strength__isnull=True) | Q(strength__gte=1, strength__lte=3),
                name="strength_is_1_to_3",
            ),
        ]
        indexes = [
            models.Index(fields=["rater", "-submitted_at"], name="judgments_of_a_rater"),
            models.Index(
                fields=["task"], name="decisions_on_tasks", condition=Q(kind="adjudication")
            ),
        ]
