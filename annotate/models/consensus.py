"""What the raters mean together: a posterior a task, and the project's agreement over time."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from annotate.models.project import Project
from annotate.models.task import Task


class TaskConsensus(models.Model):
    """`posterior` is flat: for each pair i < j of canonical places P(i wins), P(tie), P(j wins);
    for each step of a solution P(right), P(neutral), P(wrong).

    `counts` are the votes for each of these, in the same places. A task that nobody compared has no
    row, and one last written before they were kept has none of them yet. `chose_left` is how many
    chose the response on the left of a pair, null for any other task. `confidence` is the mean over
    the pairs or steps of the likeliest outcome's probability; `disagreement` the mean share of
    pairs of votes that differ, null below two votes.
    """

    task = models.OneToOneField(
        Task, on_delete=models.CASCADE, related_name="consensus", primary_key=True
    )
    posterior = ArrayField(models.FloatField())
    counts = ArrayField(models.SmallIntegerField(), default=list)
    chose_left = models.SmallIntegerField(null=True)
    entropy = models.FloatField(db_index=True)
    confidence = models.FloatField(default=0.0, db_default=0.0)
    disagreement = models.FloatField(null=True)
    judgments = models.PositiveIntegerField()
    updated_at = models.DateTimeField(auto_now=True)


class Reliability(models.Model):
    """What the raters of a project's pairs confuse, as of the last time that all votes were read: a
    task's posterior follows from it and from the task's own votes.

    `raters` are all whose votes were counted. Those who were known then come first, and have in
    `confusion` their 3 × 3 chances of each answer (columns) by the truth (rows); `class_prior` are
    the shares of the truths. Both are empty where every vote weighs alike, for the `reason` given.
    `judgments` is how many were read then, and `from_scratch` how many when last no earlier fit was
    taken up.
    """

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, related_name="reliability", primary_key=True
    )
    read_at = models.DateTimeField()
    judgments = models.PositiveIntegerField()
    from_scratch = models.PositiveIntegerField()
    raters = ArrayField(models.BigIntegerField())
    confusion = ArrayField(models.FloatField())
    class_prior = ArrayField(models.FloatField())
    reason = models.TextField()


class Analysis(models.Model):
    """What the votes say of agreement, raters and policies, as of a moment: the figures behind the
    managers' pages (`annotate/queries/analysis.py` has their form). `failed_at` and `failure` say
    why a later computation has none; the figures before it stay."""

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, related_name="analysis", primary_key=True
    )
    computed_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    figures = models.JSONField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(default="")


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
