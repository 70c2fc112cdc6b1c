"""The only access rules. Every object a request names is reached through a function here.

Unknown and forbidden are both 404: whoever may not see a project can't learn that it exists.
"""

from __future__ import annotations

from django.http import Http404
from rest_framework.request import Request

from annotate.models import ApiToken, Assignment, Membership, Project, Role, Task, User

_RANK = {Role.RATER: 0, Role.REVIEWER: 1, Role.MANAGER: 2, Role.OWNER: 3}
Scope = ApiToken.Scope


def user_of(request: Request) -> User:
    """The signed-in user; views without AllowAny never see another."""
    assert isinstance(request.user, User)
    return request.user


def project_for(
    request: Request, slug: str, *, at_least: Role = Role.MANAGER, scope: str = Scope.MANAGE
) -> Project:
    """The project, if this user (and token) may do in it what `at_least` and `scope` ask."""
    membership = (
        Membership.objects.select_related("project")
        .filter(user=user_of(request), project__slug=slug, user__is_active=True)
        .first()
    )
    if membership is None or _RANK[Role(membership.role)] < _RANK[at_least]:
        raise Http404
    if isinstance(request.auth, ApiToken) and not _token_allows(request, membership, scope):
        raise Http404
    return membership.project


def _token_allows(request: Request, membership: Membership, scope: str) -> bool:
    token = request.auth
    assert isinstance(token, ApiToken)
    readable = request.method in {"GET", "HEAD"} and Scope.READ in token.scopes
    allowed = scope in token.scopes or (scope == Scope.MANAGE and readable)
    return token.project_id == membership.project_id and allowed


def work_project(request: Request, slug: str) -> Project:
    """The project, for anyone who rates in it: every role may."""
    return project_for(request, slug, at_least=Role.RATER, scope=Scope.JUDGE)


def own_assignment(request: Request, slug: str, assignment_id: int) -> Assignment:
    """The rater's own assignment, with its task and question."""
    project = work_project(request, slug)
    found = (
        Assignment.objects.select_related("task__question", "task__prompt")
        .filter(pk=assignment_id, rater_id=request.user.pk, task__question__project=project)
        .first()
    )
    if found is None:
        raise Http404
    return found


def task_of(project: Project, task_id: int) -> Task:
    """A task of a project that the caller has already been admitted to."""
    found = (
        Task.objects.select_related("question", "prompt")
        .filter(pk=task_id, question__project=project)
        .first()
    )
    if found is None:
        raise Http404
    return found


def may_create_projects(user: User) -> bool:
    return user.is_active and user.is_staff


def token_is_whole_account(request: Request) -> bool:
    """Only a signed-in browser acts beyond one project; a token never does."""
    return not isinstance(request.auth, ApiToken)
