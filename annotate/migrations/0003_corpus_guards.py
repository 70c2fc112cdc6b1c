"""What a prompt, a response and a task belong to, checked a statement at a time.

Foreign keys look every row up by itself, which was a third of what the database did in an import
(docs/decisions/0010). These triggers ask the same once a statement, and more: a task's prompt and
question, and a response's prompt and policy, are of one project. A foreign key also keeps what is
referred to; here the referred rows can't be deleted at all, and keep their ids.
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION tiebreak_prompts_belong() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT project_id FROM added) AS a
        WHERE NOT EXISTS (SELECT FROM annotate_project AS p WHERE p.id = a.project_id)
    ) THEN
        RAISE EXCEPTION 'a prompt belongs to a project' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER prompts_belong AFTER INSERT ON annotate_prompt
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tiebreak_prompts_belong();

CREATE FUNCTION tiebreak_responses_belong() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT prompt_id, policy_id FROM added) AS a
        LEFT JOIN annotate_prompt AS p ON p.id = a.prompt_id
        LEFT JOIN annotate_policy AS y ON y.id = a.policy_id
        WHERE p.id IS NULL OR (a.policy_id IS NOT NULL AND y.project_id IS DISTINCT FROM p.project_id)
    ) THEN
        RAISE EXCEPTION 'a response belongs to a prompt, and to a policy of the same project'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER responses_belong AFTER INSERT ON annotate_response
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tiebreak_responses_belong();

CREATE OR REPLACE FUNCTION tiebreak_task_responses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added AS a
        LEFT JOIN annotate_question AS q ON q.id = a.question_id
        LEFT JOIN annotate_prompt AS p ON p.id = a.prompt_id AND p.project_id = q.project_id
        WHERE p.id IS NULL
    ) THEN
        RAISE EXCEPTION 'a task has a question and a prompt of one project'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF EXISTS (
        SELECT FROM (SELECT prompt_id, unnest(response_ids) AS id FROM added) AS a
        LEFT JOIN annotate_response AS r ON r.id = a.id AND r.prompt_id = a.prompt_id
        WHERE r.id IS NULL
    ) THEN
        RAISE EXCEPTION 'a task names only responses to its own prompt'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

-- Answers are mostly a few thousand bytes long: compressing one takes several times what all the
-- rest of storing it does. They stay in the page as they are, or go out of line uncompressed above 8 KB.
ALTER TABLE annotate_response ALTER COLUMN text SET STORAGE EXTERNAL;
ALTER TABLE annotate_response SET (toast_tuple_target = 8160);

CREATE TRIGGER project_kept BEFORE DELETE ON annotate_project
    FOR EACH ROW EXECUTE FUNCTION tiebreak_refuse('a project is kept');
CREATE TRIGGER question_kept BEFORE DELETE ON annotate_question
    FOR EACH ROW EXECUTE FUNCTION tiebreak_refuse('a question is kept');
CREATE TRIGGER policy_kept BEFORE DELETE ON annotate_policy
    FOR EACH ROW EXECUTE FUNCTION tiebreak_refuse('a policy is kept');
CREATE TRIGGER prompt_kept BEFORE DELETE ON annotate_prompt
    FOR EACH ROW EXECUTE FUNCTION tiebreak_refuse('a prompt is kept');
CREATE TRIGGER response_kept BEFORE DELETE ON annotate_response
    FOR EACH ROW EXECUTE FUNCTION tiebreak_refuse('a response is kept');

CREATE TRIGGER project_id_kept BEFORE UPDATE ON annotate_project
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id)
    EXECUTE FUNCTION tiebreak_refuse('a project keeps its id');
CREATE TRIGGER question_owner_kept BEFORE UPDATE ON annotate_question
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.project_id IS DISTINCT FROM NEW.project_id)
    EXECUTE FUNCTION tiebreak_refuse('a question keeps its project');
CREATE TRIGGER policy_owner_kept BEFORE UPDATE ON annotate_policy
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.project_id IS DISTINCT FROM NEW.project_id)
    EXECUTE FUNCTION tiebreak_refuse('a policy keeps its project');
CREATE TRIGGER prompt_owner_kept BEFORE UPDATE ON annotate_prompt
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.project_id IS DISTINCT FROM NEW.project_id)
    EXECUTE FUNCTION tiebreak_refuse('a prompt keeps its project');
CREATE TRIGGER response_owner_kept BEFORE UPDATE ON annotate_response
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.policy_id IS DISTINCT FROM NEW.policy_id)
    EXECUTE FUNCTION tiebreak_refuse('a response keeps its policy');
"""

BACKWARD = """
DROP TRIGGER response_owner_kept ON annotate_response;
DROP TRIGGER prompt_owner_kept ON annotate_prompt;
DROP TRIGGER policy_owner_kept ON annotate_policy;
DROP TRIGGER question_owner_kept ON annotate_question;
DROP TRIGGER project_id_kept ON annotate_project;
DROP TRIGGER response_kept ON annotate_response;
DROP TRIGGER prompt_kept ON annotate_prompt;
DROP TRIGGER policy_kept ON annotate_policy;
DROP TRIGGER question_kept ON annotate_question;
DROP TRIGGER project_kept ON annotate_project;
DROP TRIGGER responses_belong ON annotate_response;
DROP TRIGGER prompts_belong ON annotate_prompt;
ALTER TABLE annotate_response RESET (toast_tuple_target);
ALTER TABLE annotate_response ALTER COLUMN text SET STORAGE EXTENDED;
DROP FUNCTION tiebreak_responses_belong, tiebreak_prompts_belong;
CREATE OR REPLACE FUNCTION tiebreak_task_responses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added CROSS JOIN LATERAL unnest(added.response_ids) AS named(id)
        LEFT JOIN annotate_response AS r ON r.id = named.id AND r.prompt_id = added.prompt_id
        WHERE r.id IS NULL
    ) THEN
        RAISE EXCEPTION 'a task names only responses to its own prompt'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""


def unconstrained(to: str, related_name: str, *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        to=to,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        null=null,
        db_index=False,
        db_constraint=False,
    )


class Migration(migrations.Migration):
    dependencies = [("annotate", "0002_guards")]
    operations = [
        migrations.AlterField("prompt", "project", unconstrained("annotate.project", "prompts")),
        migrations.AlterField(
            "response", "policy", unconstrained("annotate.policy", "responses", null=True)
        ),
        migrations.AlterField("response", "prompt", unconstrained("annotate.prompt", "responses")),
        migrations.AlterField("task", "prompt", unconstrained("annotate.prompt", "tasks")),
        migrations.AlterField("task", "question", unconstrained("annotate.question", "tasks")),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
