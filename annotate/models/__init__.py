"""The tables of the collecting side. Invariants are constraints here, not checks elsewhere."""

from annotate.models.audit import AuditEvent
from annotate.models.consensus import Agreement, TaskConsensus
from annotate.models.corpus import Policy, Prompt, Response
from annotate.models.imports import Import
from annotate.models.judgment import Judgment
from annotate.models.people import ApiToken, Membership, Role, SignInLink, User
from annotate.models.project import Project, Question
from annotate.models.snapshot import Snapshot
from annotate.models.task import Assignment, Task

__all__ = [
    "Agreement",
    "ApiToken",
    "Assignment",
    "AuditEvent",
    "Import",
    "Judgment",
    "Membership",
    "Policy",
    "Project",
    "Prompt",
    "Question",
    "Response",
    "Role",
    "SignInLink",
    "Snapshot",
    "Task",
    "TaskConsensus",
    "User",
]
