"""Small reads about a project that many rooms need."""

from __future__ import annotations

from annotate.models import Project, Question
from annotate.models.rows import columns, one

_CURRENT = f"""
SELECT {columns(Question, "q")} FROM annotate_question AS q
WHERE q.project_id = %(project)s ORDER BY q.version DESC LIMIT 1
"""  # noqa: S608 -- the columns are the model's own


def current_question(project: Project) -> Question:
    """The newest version of the project's question: what new tasks ask and raters are lent."""
    found = one(_CURRENT, {"project": project.pk}, Question)
    if found is None:
        raise Question.DoesNotExist
    question: Question = found[0]
    question.project = project
    return question
