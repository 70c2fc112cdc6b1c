"""Prompts, the policies that answer them, and the answers. Texts are immutable: their digests are
their identity, which is what makes an import of the same file add nothing.

What a row belongs to is checked by the statement, in triggers, not row by row in foreign keys
(docs/decisions/0010)."""

from __future__ import annotations

from django.db import models
from django.db.models import functions

from annotate.models.project import Project


class Prompt(models.Model):
    class Split(models.TextChoices):
        TRAIN = "train"
        EVALUATION = "evaluation"

    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        related_name="prompts",
        db_index=False,
        db_constraint=False,
    )
    digest = models.BinaryField(max_length=32)
    messages = models.JSONField()
    group = models.CharField(max_length=100, default="", db_default="")
    split = models.CharField(max_length=10, choices=Split)
    created_at = models.DateTimeField(auto_now_add=True, db_default=functions.Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "digest"], name="a_prompt_once"),
        ]


class Policy(models.Model):
    """A model and its version. A later version has a higher id: `newest first` orders by it."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="policies", db_index=False
    )
    name = models.CharField(max_length=200)
    version = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField(auto_now_add=True, db_default=functions.Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "version"], name="a_policy_once"),
        ]

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}" if self.version else self.name


class Response(models.Model):
    """One answer to one prompt. The same text from two policies is one response: who said it
    first is kept, for a rater could not tell them apart either."""

    prompt = models.ForeignKey(
        Prompt,
        on_delete=models.PROTECT,
        related_name="responses",
        db_index=False,
        db_constraint=False,
    )
    policy = models.ForeignKey(
        Policy,
        on_delete=models.PROTECT,
        null=True,
        related_name="responses",
        db_index=False,
        db_constraint=False,
    )
    digest = models.BinaryField(max_length=32)
    text = models.TextField()
    # In the pool: pushed by a policy and offered to the scheduler, not only part of an import.
    pooled = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True, db_default=functions.Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt", "digest"], name="a_response_once"),
        ]
        indexes = [
            models.Index(
                fields=["policy"],
                name="responses_of_a_policy",
                condition=models.Q(policy__isnull=False),
            ),
        ]
