"""The tables of the collecting side. Invariants are constraints here, not checks elsewhere."""

from annotate.models.audit import AuditEvent
from annotate.models.consensus import Agreement, Analysis, Reliability, TaskConsensus
from annotate.models.corpus import Policy, Prompt, Response
from annotate.models.imports import Import
from annotate.models.judgment import Judgment
from annotate.models.people import (
    ApiToken,
    Invitation,
    Membership,
    ProposedAction,
    Role,
    SignInLink,
    User,
)
from annotate.models.project import GoldAction, Project, Question, QuestionVersion
from annotate.models.review import ReviewRequest
from annotate.models.snapshot import Snapshot
from annotate.models.task import Appeal, Assignment, Draft, KnownAnswer, Task

__all__ = [
    "Agreement",
    "Analysis",
    "ApiToken",
    "Appeal",
    "Assignment",
    "AuditEvent",
    "Draft",
    "GoldAction",
    "Import",
    "Invitation",
    "Judgment",
    "KnownAnswer",
    "Membership",
    "Policy",
    "Project",
    "Prompt",
    "ProposedAction",
    "Question",
    "QuestionVersion",
    "Reliability",
    "Response",
    "ReviewRequest",
    "Role",
    "SignInLink",
    "Snapshot",
    "Task",
    "TaskConsensus",
    "User",
]
