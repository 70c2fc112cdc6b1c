"""The only access rules. Every object a request names is reached through a function here.

Unknown and forbidden are both 404: whoever may not see a project can't learn that it exists.
"""

from __future__ import annotations

from django.http import Http404
from rest_framework.request import Request

from annotate.models import ApiToken, Assignment, Membership, Project, Question, Role, Task, User
from annotate.models.rows import columns, one

_RANK = {Role.RATER: 0, Role.REVIEWER: 1, Role.MANAGER: 2, Role.OWNER: 3}
Scope = ApiToken.Scope

_MEMBERSHIP = f"""
SELECT {columns(Project, "p")}, m.role
FROM annotate_membership AS m JOIN annotate_project AS p ON p.id = m.project_id
WHERE m.user_id = %(user)s AND p.slug = %(slug)s AND m.left_at IS NULL
"""  # noqa: S608 -- the columns are the models' own
_OWN_ASSIGNMENT = f"""
SELECT {columns(Assignment, "a")}, {columns(Task, "t")}, {columns(Question, "q")},
       {columns(Project, "p")}
FROM annotate_assignment AS a
JOIN annotate_task AS t ON t.id = a.task_id
JOIN annotate_question AS q ON q.id = t.question_id
JOIN annotate_project AS p ON p.id = q.project_id
JOIN annotate_membership AS m ON m.project_id = p.id AND m.user_id = a.rater_id
WHERE a.id = %(assignment)s AND a.rater_id = %(user)s AND p.slug = %(slug)s
  AND m.left_at IS NULL
"""  # noqa: S608 -- the columns are the models' own


def user_of(request: Request) -> User:
    """The signed-in user; views without AllowAny never see another."""
    assert isinstance(request.user, User)
    return request.user


def project_for(
    request: Request, slug: str, *, at_least: Role = Role.MANAGER, scope: str = Scope.MANAGE
) -> Project:
    """The project, if this user (and token) may do in it what `at_least` and `scope` ask."""
    user = user_of(request)
    found = one(_MEMBERSHIP, {"user": user.pk, "slug": slug}, Project) if user.is_active else None
    if found is None or _RANK[Role(found[1])] < _RANK[at_least]:
        raise Http404
    project: Project = found[0]
    _check_token(request, project, scope)
    return project


def _check_token(request: Request, project: Project, scope: str) -> None:
    token = request.auth
    if not isinstance(token, ApiToken):
        return
    readable = request.method in {"GET", "HEAD"} and Scope.READ in token.scopes
    allowed = scope in token.scopes or (scope == Scope.MANAGE and readable)
    if token.project_id != project.pk or not allowed:
        raise Http404


def sees_names(request: Request, project: Project) -> bool:
    """Whether votes have their raters' names for this user: not for a reviewer of a project that
    reviews anonymously."""
    if not project.anonymous_review:
        return True
    member = Membership.objects.get(project=project, user=user_of(request))
    return _RANK[Role(member.role)] > _RANK[Role.REVIEWER]


def question_of(project: Project, question_id: int) -> Question:
    """A question of a project that the caller has already been admitted to."""
    found = Question.objects.select_related("project").filter(project=project, pk=question_id)
    question = found.first()
    if question is None:
        raise Http404
    return question


def work_project(request: Request, slug: str) -> Project:
    """The project, for anyone who rates in it: every role may."""
    return project_for(request, slug, at_least=Role.RATER, scope=Scope.JUDGE)


def own_assignment(request: Request, slug: str, assignment_id: int) -> Assignment:
    """The rater's own assignment, with its task, question and project."""
    user = user_of(request)
    keys = {"assignment": assignment_id, "user": user.pk, "slug": slug}
    found = one(_OWN_ASSIGNMENT, keys, Assignment, Task, Question, Project)
    if found is None or not user.is_active:
        raise Http404
    assignment: Assignment = found[0]
    _, assignment.task, assignment.task.question, assignment.task.question.project = found
    _check_token(request, assignment.task.question.project, Scope.JUDGE)
    assignment.rater = user
    return assignment


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


def member_of(project: Project, user_id: int) -> Membership:
    """Someone of a project that the caller has already been admitted to."""
    found = (
        Membership.objects.select_related("project", "user")
        .filter(project=project, user_id=user_id, left_at=None)
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
