"""People and programs: who may sign in, with which role in which project, and by what secret."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models

from annotate.models.project import GoldAction, Project


class User(AbstractUser):
    """Whoever judges or manages. `kind` keeps people, simulations and AI judges apart."""

    class Kind(models.TextChoices):
        PERSON = "person"
        SIMULATED = "simulated"
        AI_JUDGE = "ai_judge"
        IMPORTED = "imported"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PERSON)
    name = models.CharField(max_length=200, blank=True)

    @property
    def label(self) -> str:
        """The name shown to managers; a simulated rater says so wherever it appears."""
        name = self.name or self.username
        return f"{name} (simulated)" if self.kind == self.Kind.SIMULATED else name


class Role(models.TextChoices):
    OWNER = "owner"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    RATER = "rater"


class Membership(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    joined_at = models.DateTimeField(auto_now_add=True)
    # Lent nothing since then; what the person has begun can still be sent.
    paused_at = models.DateTimeField(null=True)
    # Gone from the project: lent nothing, shown without a name. What they judged stays.
    left_at = models.DateTimeField(null=True)
    # In training since then: lent tasks with a known answer, and told it. Null: at work.
    training_since = models.DateTimeField(null=True)
    groups = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    skills = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    # A manager's words, shown to the rater until they are acknowledged.
    notice = models.TextField(default="", db_default="", max_length=2000)
    # How many tasks of each size this rater was lent, by k: what balances the places A, B, …; and
    # under "all" how many of any kind.
    lent = models.JSONField(default=dict, db_default={})

    # The priority and id of the work lent last, by question: where the search for more goes on.
    reached = models.JSONField(default=dict, db_default={})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_role_in_a_project"),
        ]


class SignInLink(models.Model):
    """A one-time way in. Only the digest of its secret is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Invitation(models.Model):
    """A link by which people join a project by themselves, until it ends or is used up."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role)
    groups = ArrayField(models.CharField(max_length=60), default=list)
    digest = models.BinaryField(max_length=32, unique=True)
    uses_left = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()


class ProposedAction(models.Model):
    """What a rule would do about a rater; nothing happens until a manager confirms it."""

    class State(models.TextChoices):
        OPEN = "open"
        CONFIRMED = "confirmed"
        DISMISSED = "dismissed"

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="proposed_actions"
    )
    action = models.CharField(max_length=10, choices=GoldAction)
    evidence = models.CharField(max_length=500)
    # The newest known task behind the evidence: a dismissed proposal is not made again from it.
    judgment = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership"],
                name="one_open_proposal_a_person",
                condition=models.Q(state="open"),
            ),
        ]


class ApiToken(models.Model):
    """A program's way in: one project, a few scopes, an end. Only the digest is stored."""

    class Scope(models.TextChoices):
        READ = "read"
        JUDGE = "judge"
        RESPONSES_WRITE = "responses:write"
        SCORE = "score"
        MANAGE = "manage"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tokens")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
