"""How far a day has come, which worker has a piece, and the queue that wakes workers, which pages cannot reach."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

QUEUE = "procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0001_initial"),
        ("day", "0002_walls"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.CreateModel(
            name="Course",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("step", models.CharField(blank=True, default="", max_length=12)),
                ("state", models.CharField(default="finished", max_length=10)),
                ("workers_until", models.DateTimeField(null=True)),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor")),
            ],
            options={
                "indexes": [models.Index(condition=Q(("state", "running")), fields=["day"], name="course_running")],
                "constraints": [
                    models.UniqueConstraint(fields=("creditor", "day"), name="course_once"),
                    models.CheckConstraint(condition=Q(("state__in", ["running", "finished", "overtaken"])), name="course_state"),
                ],
            },
        ),
        migrations.AddField(
            model_name="shard",
            name="worker",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.RunSQL(
            f"""
            SELECT fordran_tenant('day_course');
            -- Pages show how far a day has come; they never move it.
            REVOKE INSERT, UPDATE, DELETE ON day_course FROM fordran_app;
            -- The queue has no creditors in it, so row-level security has nothing to hold on to: pages are kept out of it.
            REVOKE ALL ON {QUEUE} FROM fordran_app;
            """,
            migrations.RunSQL.noop,
        ),
    ]
