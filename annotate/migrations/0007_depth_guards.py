"""Guards over what 0006 added: specs with answers, comparisons of one, versions, repeats."""

from django.db import migrations

FORWARD = """
UPDATE annotate_question
SET spec = '{"criteria": [], "place": "all", "top_m": null}'::jsonb || spec WHERE kind = 'comparison';
INSERT INTO annotate_questionversion (question_id, version, title, spec, created_at)
SELECT id, version, title, spec, created_at FROM annotate_question;

CREATE FUNCTION tiebreak_spec_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM annotate_assignment AS a JOIN annotate_task AS t ON t.id = a.task_id
        WHERE t.question_id = OLD.id AND a.version = OLD.version
    ) THEN
        RAISE EXCEPTION 'a spec that raters have met is never changed: write a new version'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER spec_kept BEFORE UPDATE ON annotate_question
    FOR EACH ROW WHEN (OLD.version = NEW.version AND OLD.spec IS DISTINCT FROM NEW.spec)
    EXECUTE FUNCTION tiebreak_spec_kept();
CREATE TRIGGER question_kind_kept BEFORE UPDATE ON annotate_question
    FOR EACH ROW WHEN (OLD.kind IS DISTINCT FROM NEW.kind OR NEW.version < OLD.version)
    EXECUTE FUNCTION tiebreak_refuse('a question keeps its kind, and versions only grow');
CREATE TRIGGER question_version_kept BEFORE DELETE ON annotate_questionversion
    FOR EACH ROW EXECUTE FUNCTION tiebreak_refuse('a version of a question is kept');

DROP TRIGGER assignment_kept ON annotate_assignment;
CREATE TRIGGER assignment_kept BEFORE UPDATE ON annotate_assignment
    FOR EACH ROW WHEN (OLD.task_id IS DISTINCT FROM NEW.task_id
                       OR OLD.rater_id IS DISTINCT FROM NEW.rater_id
                       OR OLD.shown IS DISTINCT FROM NEW.shown
                       OR OLD.version IS DISTINCT FROM NEW.version)
    EXECUTE FUNCTION tiebreak_refuse('an assignment keeps its task, rater, order and version');
CREATE TRIGGER task_repeat_kept BEFORE UPDATE ON annotate_task
    FOR EACH ROW WHEN (OLD.repeat_of_id IS DISTINCT FROM NEW.repeat_of_id
                       OR (OLD.purpose = 'repeat') <> (NEW.purpose = 'repeat'))
    EXECUTE FUNCTION tiebreak_refuse('a repeat stays the repeat of its task');

-- The checks of 0003 again, planned anew each time: in one session a plan made for ten rows would be
-- kept for four thousand, and read all responses for each of them. A comparison has two responses.
CREATE OR REPLACE FUNCTION tiebreak_responses_belong() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad boolean;
BEGIN
    EXECUTE $q$
        SELECT EXISTS (
            SELECT FROM (SELECT DISTINCT prompt_id, policy_id FROM added) AS a
            LEFT JOIN annotate_prompt AS p ON p.id = a.prompt_id
            LEFT JOIN annotate_policy AS y ON y.id = a.policy_id
            WHERE p.id IS NULL
               OR (a.policy_id IS NOT NULL AND y.project_id IS DISTINCT FROM p.project_id))
    $q$ INTO bad;
    IF bad THEN
        RAISE EXCEPTION 'a response belongs to a prompt, and to a policy of the same project'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tiebreak_task_responses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad boolean; single boolean;
BEGIN
    EXECUTE $q$
        SELECT coalesce(bool_or(p.id IS NULL), false),
               coalesce(bool_or(a.k < 2 AND q.kind = 'comparison'), false)
        FROM added AS a
        LEFT JOIN annotate_question AS q ON q.id = a.question_id
        LEFT JOIN annotate_prompt AS p ON p.id = a.prompt_id AND p.project_id = q.project_id
    $q$ INTO bad, single;
    IF bad THEN
        RAISE EXCEPTION 'a task has a question and a prompt of one project'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF single THEN
        RAISE EXCEPTION 'a comparison has two responses or more'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    EXECUTE $q$
        SELECT EXISTS (
            SELECT FROM (SELECT prompt_id, unnest(response_ids) AS id FROM added) AS a
            LEFT JOIN annotate_response AS r ON r.id = a.id AND r.prompt_id = a.prompt_id
            WHERE r.id IS NULL)
    $q$ INTO bad;
    IF bad THEN
        RAISE EXCEPTION 'a task names only responses to its own prompt'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION tiebreak_responses_belong() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TRIGGER task_repeat_kept ON annotate_task;
DROP TRIGGER assignment_kept ON annotate_assignment;
CREATE TRIGGER assignment_kept BEFORE UPDATE ON annotate_assignment
    FOR EACH ROW WHEN (OLD.task_id IS DISTINCT FROM NEW.task_id
                       OR OLD.rater_id IS DISTINCT FROM NEW.rater_id
                       OR OLD.shown IS DISTINCT FROM NEW.shown)
    EXECUTE FUNCTION tiebreak_refuse('an assignment keeps its task, rater and order');
DROP TRIGGER question_version_kept ON annotate_questionversion;
DROP TRIGGER question_kind_kept ON annotate_question;
DROP TRIGGER spec_kept ON annotate_question;
DROP FUNCTION tiebreak_spec_kept;
DELETE FROM annotate_questionversion;
"""


class Migration(migrations.Migration):
    dependencies = [("annotate", "0006_collecting_in_depth")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
