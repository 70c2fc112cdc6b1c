"""What the raters mean together: a posterior a task, and the project's agreement over time."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from annotate.models.project import Project
from annotate.models.task import Task


class TaskConsensus(models.Model):
    """`posterior` is flat: for each pair i < j of canonical places P(i wins), P(tie), P(j wins);
    for each step of a solution P(right), P(neutral), P(wrong).

    `confidence` is the mean over the pairs or steps of the likeliest outcome's probability;
    `disagreement` the mean share of pairs of votes that differ, null below two votes.
    """

    task = models.OneToOneField(
        Task, on_delete=models.CASCADE, related_name="consensus", primary_key=True
    )
    posterior = ArrayField(models.FloatField())
    entropy = models.FloatField(db_index=True)
    confidence = models.FloatField(default=0.0, db_default=0.0)
    disagreement = models.FloatField(null=True)
    judgments = models.PositiveIntegerField()
    updated_at = models.DateTimeField(auto_now=True)


class Analysis(models.Model):
    """What the votes say of agreement, raters and policies, as of a moment: the figures behind the
    managers' pages (`annotate/queries/analysis.py` has their form)."""

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, related_name="analysis", primary_key=True
    )
    computed_at = models.DateTimeField(auto_now=True)
    seconds = models.FloatField()
    figures = models.JSONField()


class Agreement(models.Model):
    """One measurement of a project's agreement; the newest is shown, the older ones are its
    history. Estimates are JSON: value, lower, upper, n, reason."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="agreements")
    computed_at = models.DateTimeField(auto_now_add=True)
    judgments = models.PositiveIntegerField()
    tasks = models.PositiveIntegerField()
    tasks_overlapping = models.PositiveIntegerField()
    raters = models.PositiveIntegerField()
    alpha = models.JSONField()
    raw = models.JSONField()
    tie_share = models.FloatField(null=True)
    left_share = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-computed_at"], name="agreement_over_time")]
