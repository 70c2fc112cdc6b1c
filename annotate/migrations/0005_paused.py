from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotate", "0004_lent_counts")]
    operations = [
        migrations.AddField("membership", "paused_at", models.DateTimeField(null=True)),
    ]
