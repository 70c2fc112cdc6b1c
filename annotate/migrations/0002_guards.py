"""What a constraint of one table can't say, as triggers.

Judgments, snapshots and the audit log only grow; texts and the responses of a task never change; a
judgment agrees with its task and its assignment; a task names responses to its own prompt only.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION tiebreak_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION tiebreak_judgment_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'newest' IS DISTINCT FROM to_jsonb(OLD) - 'newest' OR NEW.newest THEN
        RAISE EXCEPTION 'judgments are append-only: write a new revision'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER judgment_append_only BEFORE UPDATE ON annotate_judgment
    FOR EACH ROW EXECUTE FUNCTION tiebreak_judgment_append_only();
CREATE TRIGGER judgment_kept BEFORE DELETE ON annotate_judgment
    FOR EACH ROW EXECUTE FUNCTION tiebreak_refuse('judgments are append-only');
CREATE TRIGGER snapshot_kept BEFORE UPDATE OR DELETE ON annotate_snapshot
    FOR EACH ROW EXECUTE FUNCTION tiebreak_refuse('a snapshot never changes');
CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON annotate_auditevent
    FOR EACH ROW EXECUTE FUNCTION tiebreak_refuse('the audit log only grows');
CREATE TRIGGER prompt_text_kept BEFORE UPDATE ON annotate_prompt
    FOR EACH ROW WHEN (OLD.digest IS DISTINCT FROM NEW.digest OR OLD.messages IS DISTINCT FROM NEW.messages
                       OR OLD.split IS DISTINCT FROM NEW.split)
    EXECUTE FUNCTION tiebreak_refuse('a prompt and its split never change');
CREATE TRIGGER response_text_kept BEFORE UPDATE ON annotate_response
    FOR EACH ROW WHEN (OLD.digest IS DISTINCT FROM NEW.digest OR OLD.text IS DISTINCT FROM NEW.text
                       OR OLD.prompt_id IS DISTINCT FROM NEW.prompt_id)
    EXECUTE FUNCTION tiebreak_refuse('a response never changes');
CREATE TRIGGER task_responses_kept BEFORE UPDATE ON annotate_task
    FOR EACH ROW WHEN (OLD.response_ids IS DISTINCT FROM NEW.response_ids
                       OR OLD.prompt_id IS DISTINCT FROM NEW.prompt_id OR OLD.k IS DISTINCT FROM NEW.k
                       OR OLD.question_id IS DISTINCT FROM NEW.question_id)
    EXECUTE FUNCTION tiebreak_refuse('a task keeps its question, prompt and responses');

CREATE FUNCTION tiebreak_task_responses() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER task_responses AFTER INSERT ON annotate_task
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tiebreak_task_responses();

-- A trigger and not a foreign key over several columns: that would need two more indexes, which
-- every import and every lease would pay for. What it compares with never changes (see below).
CREATE FUNCTION tiebreak_judgment_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM annotate_assignment AS a JOIN annotate_task AS t ON t.id = a.task_id
        WHERE a.id = NEW.assignment_id AND a.task_id = NEW.task_id AND a.rater_id = NEW.rater_id
          AND t.k = NEW.k
    ) THEN
        RAISE EXCEPTION 'a judgment agrees with its assignment and the k of its task'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER judgment_agrees BEFORE INSERT ON annotate_judgment
    FOR EACH ROW EXECUTE FUNCTION tiebreak_judgment_agrees();
CREATE TRIGGER assignment_kept BEFORE UPDATE ON annotate_assignment
    FOR EACH ROW WHEN (OLD.task_id IS DISTINCT FROM NEW.task_id
                       OR OLD.rater_id IS DISTINCT FROM NEW.rater_id
                       OR OLD.shown IS DISTINCT FROM NEW.shown)
    EXECUTE FUNCTION tiebreak_refuse('an assignment keeps its task, rater and order');
"""

BACKWARD = """
DROP TRIGGER assignment_kept ON annotate_assignment;
DROP TRIGGER judgment_agrees ON annotate_judgment;
DROP TRIGGER task_responses ON annotate_task;
DROP TRIGGER task_responses_kept ON annotate_task;
DROP TRIGGER response_text_kept ON annotate_response;
DROP TRIGGER prompt_text_kept ON annotate_prompt;
DROP TRIGGER audit_kept ON annotate_auditevent;
DROP TRIGGER snapshot_kept ON annotate_snapshot;
DROP TRIGGER judgment_kept ON annotate_judgment;
DROP TRIGGER judgment_append_only ON annotate_judgment;
DROP FUNCTION tiebreak_judgment_agrees, tiebreak_task_responses, tiebreak_judgment_append_only, tiebreak_refuse;
"""


class Migration(migrations.Migration):
    dependencies = [("annotate", "0001_tables")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
