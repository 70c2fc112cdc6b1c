"""Every kind of question, assignment by rule, known answers, review: the columns and tables."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotate', '0005_paused'),
    ]

    operations = [
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='appeal', serialize=False, to='annotate.assignment')),
                ('text', models.TextField(max_length=5000)),
                ('state', models.CharField(choices=[('open', 'Open'), ('upheld', 'Upheld'), ('rejected', 'Rejected')], default='open', max_length=10)),
                ('reply', models.TextField(default='', max_length=5000)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='draft', serialize=False, to='annotate.assignment')),
                ('data', models.JSONField()),
                ('saved_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('manager', 'Manager'), ('reviewer', 'Reviewer'), ('rater', 'Rater')], max_length=10)),
                ('groups', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('uses_left', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='KnownAnswer',
            fields=[
                ('task', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='known', serialize=False, to='annotate.task')),
                ('answer', models.JSONField()),
                ('explanation', models.TextField(max_length=5000)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='ProposedAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('warn', 'Warn'), ('pause', 'Pause'), ('retrain', 'Retrain')], max_length=10)),
                ('evidence', models.CharField(max_length=500)),
                ('judgment', models.BigIntegerField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('confirmed', 'Confirmed'), ('dismissed', 'Dismissed')], default='open', max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='QuestionVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=200)),
                ('spec', models.JSONField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='question',
            name='one_question_a_version',
        ),
        migrations.RemoveConstraint(
            model_name='task',
            name='a_task_has_two_responses',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='open_tasks',
        ),
        migrations.AddField(
            model_name='assignment',
            name='version',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='import',
            name='question',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='annotate.question'),
        ),
        migrations.AddField(
            model_name='judgment',
            name='answer',
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='judgment',
            name='pasted',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='groups',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='membership',
            name='left_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='notice',
            field=models.TextField(db_default='', default='', max_length=2000),
        ),
        migrations.AddField(
            model_name='membership',
            name='reached',
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='membership',
            name='skills',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='membership',
            name='training_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='project',
            name='anonymous_review',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='project',
            name='budget',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='project',
            name='confidence',
            field=models.FloatField(default=0.8, validators=[django.core.validators.MinValueValidator(0.5), django.core.validators.MaxValueValidator(0.99)]),
        ),
        migrations.AddField(
            model_name='project',
            name='daily_cap',
            field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]),
        ),
        migrations.AddField(
            model_name='project',
            name='gold_action',
            field=models.CharField(choices=[('warn', 'Warn'), ('pause', 'Pause'), ('retrain', 'Retrain')], default='warn', max_length=10),
        ),
        migrations.AddField(
            model_name='project',
            name='gold_floor',
            field=models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1.0)]),
        ),
        migrations.AddField(
            model_name='project',
            name='gold_rate',
            field=models.FloatField(default=0.0, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(0.5)]),
        ),
        migrations.AddField(
            model_name='project',
            name='overlap_max',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)]),
        ),
        migrations.AddField(
            model_name='project',
            name='prompt_cooldown',
            field=models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(525600)]),
        ),
        migrations.AddField(
            model_name='project',
            name='repeat_rate',
            field=models.FloatField(default=0.0, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(0.5)]),
        ),
        migrations.AddField(
            model_name='project',
            name='total_cap',
            field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]),
        ),
        migrations.AddField(
            model_name='project',
            name='training_pass',
            field=models.FloatField(default=0.7, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1.0)]),
        ),
        migrations.AddField(
            model_name='project',
            name='training_tasks',
            field=models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(200)]),
        ),
        migrations.AddField(
            model_name='question',
            name='for_groups',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='question',
            name='lease_seconds',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='question',
            name='needs_skills',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='task',
            name='meta',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='purpose',
            field=models.CharField(choices=[('work', 'Work'), ('gold', 'Gold'), ('training', 'Training'), ('repeat', 'Repeat')], db_default='work', default='work', max_length=10),
        ),
        migrations.AddField(
            model_name='task',
            name='repeat_of',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeats', to='annotate.task'),
        ),
        migrations.AddField(
            model_name='taskconsensus',
            name='confidence',
            field=models.FloatField(db_default=0.0, default=0.0),
        ),
        migrations.AddField(
            model_name='taskconsensus',
            name='disagreement',
            field=models.FloatField(null=True),
        ),
        migrations.AlterField(
            model_name='assignment',
            name='state',
            field=models.CharField(choices=[('leased', 'Leased'), ('submitted', 'Submitted'), ('skipped', 'Skipped'), ('expired', 'Expired'), ('late', 'Late'), ('reviewed', 'Reviewed')], default='leased', max_length=10),
        ),
        migrations.AlterField(
            model_name='judgment',
            name='kind',
            field=models.CharField(choices=[('rating', 'Rating'), ('imported', 'Imported'), ('adjudication', 'Adjudication')], default='rating', max_length=20),
        ),
        migrations.AlterField(
            model_name='question',
            name='kind',
            field=models.CharField(choices=[('comparison', 'Comparison'), ('rating', 'Rating'), ('steps', 'Steps'), ('revision', 'Revision')], default='comparison', max_length=20),
        ),
        migrations.AlterField(
            model_name='question',
            name='version',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='task',
            name='source',
            field=models.CharField(choices=[('import', 'Import'), ('round', 'Round'), ('repeat', 'Repeat')], default='import', max_length=10),
        ),
        migrations.AddIndex(
            model_name='judgment',
            index=models.Index(condition=models.Q(('kind', 'adjudication')), fields=['task'], name='decisions_on_tasks'),
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(fields=['project', 'id'], name='questions_of_a_project'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('places_left__gt', 0), ('purpose', 'work')), fields=['question', '-priority', 'id'], name='open_tasks'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('purpose__in', ['gold', 'training'])), fields=['question', 'purpose'], name='known_tasks'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('purpose', 'repeat')), fields=['repeat_of'], name='repeats_of_a_task'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('overlap_max__isnull', True), ('overlap_max__gte', models.F('overlap')), _connector='OR'), name='overlap_max_is_no_less'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('k__gte', 1)), name='a_task_has_a_response'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='annotate.project'),
        ),
        migrations.AddField(
            model_name='knownanswer',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='proposedaction',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='proposedaction',
            name='membership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proposed_actions', to='annotate.membership'),
        ),
        migrations.AddField(
            model_name='questionversion',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='annotate.question'),
        ),
        migrations.AddConstraint(
            model_name='proposedaction',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('membership',), name='one_open_proposal_a_person'),
        ),
        migrations.AddConstraint(
            model_name='questionversion',
            constraint=models.UniqueConstraint(fields=('question', 'version'), name='one_spec_a_version'),
        ),
    ]
