from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotate", "0003_corpus_guards")]
    operations = [
        # Counting starts anew for those who have rated before: balance is kept from there on.
        migrations.AddField(
            "membership", "lent", models.JSONField(default=dict, db_default={})
        ),
        migrations.AddIndex(
            "assignment",
            models.Index(
                fields=["rater"],
                name="live_leases_of_a_rater",
                condition=models.Q(state="leased"),
            ),
        ),
    ]
