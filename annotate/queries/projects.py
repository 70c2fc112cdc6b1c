"""Small reads about a project that many rooms need."""

from __future__ import annotations

from copy import copy

from annotate.models import Assignment, Project, Question, QuestionVersion
from annotate.models.rows import columns, every

_QUESTIONS = f"""
SELECT {columns(Question, "q")} FROM annotate_question AS q
WHERE q.project_id = %(project)s ORDER BY q.id
"""  # noqa: S608 -- the columns are the model's own


def questions_of(project: Project) -> list[Question]:
    """The project's questions, the oldest first."""
    found: list[Question] = [row[0] for row in every(_QUESTIONS, {"project": project.pk}, Question)]
    for question in found:
        question.project = project
    return found


def current_question(project: Project) -> Question:
    """The project's first question: what an import asks where none is named."""
    found = questions_of(project)
    if not found:
        raise Question.DoesNotExist
    return found[0]


def comparison_question(project: Project) -> Question | None:
    """The first question that asks which response is better: what a round adds tasks to."""
    found = questions_of(project)
    return next((q for q in found if q.kind == Question.Kind.COMPARISON), None)


def question_as_shown(assignment: Assignment) -> Question:
    """The question with the spec that this rater was shown, which may have a newer version."""
    question = assignment.task.question
    if question.version == assignment.version:
        return question
    shown = QuestionVersion.objects.get(question=question, version=assignment.version)
    older = copy(question)
    older.version, older.spec, older.title = shown.version, shown.spec, shown.title
    return older
