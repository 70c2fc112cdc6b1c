"""The rule on gold accuracy: it proposes, and a manager decides. Nothing is done to a rater here
without one."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from annotate.actions.audit import record
from annotate.actions.people import set_paused, warn
from annotate.actions.training import send_to_training
from annotate.errors import Conflict
from annotate.models import (
    GoldAction,
    Membership,
    Project,
    ProposedAction,
    Role,
    Task,
    User,
)
from annotate.queries.known import Check, accuracy, checks_of

# Fewer checks than these prove nothing, whatever the interval says.
ENOUGH = 10

DECIDED = "Somebody has decided this already."
WARNING = (
    "Your answers to some tasks differ from the answers we are sure of more often than they "
    "should. Please read the guidelines again, and take the time a task needs."
)


@transaction.atomic
def propose_actions(*, project: Project) -> int:
    """Proposes the project's action for raters whose gold accuracy is surely below the floor; how
    many. One dismissed is proposed again only on newer answers."""
    floor = project.gold_floor
    if floor is None:
        return 0
    members = Membership.objects.filter(
        project=project, role=Role.RATER, left_at=None, paused_at=None, training_since=None
    )
    by_user = {member.user_id: member for member in members}
    checks = checks_of(project, Task.Purpose.GOLD, raters=by_user)
    proposed = [
        _propose(by_user[rater], found, floor, project.gold_action)
        for rater, found in checks.items()
        if _is_below(found, floor)
    ]
    return sum(proposed)


def _is_below(checks: list[Check], floor: float) -> bool:
    found = accuracy(checks)
    return found.n >= ENOUGH and found.upper is not None and found.upper < floor


def _propose(member: Membership, checks: list[Check], floor: float, action: str) -> bool:
    newest = max(check.judgment for check in checks)
    if member.proposed_actions.filter(judgment__gte=newest).exists():
        return False
    found = accuracy(checks)
    evidence = (
        f"{found.value:.0%} of the last {found.n} gold answers were right "
        f"({found.lower:.0%} to {found.upper:.0%}); the project asks for {floor:.0%}."
    )
    defaults = {"action": action, "evidence": evidence, "judgment": newest}
    ProposedAction.objects.update_or_create(
        membership=member, state=ProposedAction.State.OPEN, defaults=defaults
    )
    return True


@transaction.atomic
def decide_proposal(*, proposal: ProposedAction, by: User, confirm: bool) -> ProposedAction:
    """Confirms, which does it, or dismisses. Conflict where it was decided before."""
    proposal = ProposedAction.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state != ProposedAction.State.OPEN:
        raise Conflict(DECIDED)
    State = ProposedAction.State
    proposal.state = State.CONFIRMED if confirm else State.DISMISSED
    proposal.by, proposal.decided_at = by, timezone.now()
    proposal.save(update_fields=["state", "by", "decided_at"])
    member = proposal.membership
    record(
        project=member.project,
        actor=by,
        action=f"proposal {proposal.state}",
        user=member.user.username,
        proposed=proposal.action,
    )
    if confirm:
        _carry_out(member, by, proposal.action)
    return proposal


def _carry_out(member: Membership, by: User, action: str) -> None:
    match action:
        case GoldAction.WARN:
            warn(member=member, by=by, notice=WARNING)
        case GoldAction.PAUSE:
            set_paused(member=member, by=by, paused=True)
        case GoldAction.RETRAIN:
            send_to_training(member=member, by=by)
