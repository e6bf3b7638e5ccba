"""The diary: what was to be done on which day, and how far it has come. This table is the truth, no queue is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fordran.creditors.models import Creditor


class Course(models.Model):
    """How far one creditor's day has come. The pieces of `step` are open; when the last is done the next step's are made."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    day = models.DateField()
    step = models.CharField(max_length=12, default="", blank=True)  # learn, choose, decide, send, look; empty = not running
    state = models.CharField(max_length=10, default="finished")  # running, finished, overtaken by a later day
    workers_until = models.DateTimeField(null=True)  # workers may do it until then; null = only who runs the day

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "day"], name="course_once"),
            models.CheckConstraint(name="course_state", condition=Q(state__in=["running", "finished", "overtaken"])),
        ]
        indexes = [models.Index(fields=["day"], condition=Q(state="running"), name="course_running")]


class Shard(models.Model):
    """A piece of one step of one day for one creditor: customers `first`..`last`, both included."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    day = models.DateField()
    step = models.CharField(max_length=12)  # learn, choose, decide, send, look
    number = models.IntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    state = models.CharField(max_length=8, default="waiting")  # waiting, leased, done, failed
    lease_until = models.DateTimeField(null=True)
    leased_by = models.TextField(default="", blank=True)  # the database session of the worker that holds it
    worker = models.TextField(default="", blank=True)  # what that worker calls itself; never a person's name
    input_hash = models.CharField(max_length=32, default="", blank=True)
    attempt = models.IntegerField(default=0)
    done = models.JSONField(default=dict)
    error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "day", "step", "number"], name="shard_once"),
            models.CheckConstraint(name="shard_state", condition=Q(state__in=["waiting", "leased", "done", "failed"])),
        ]
        indexes = [models.Index(fields=["day", "step"], condition=~Q(state="done"), name="shard_open")]


class Today(models.Model):
    """The demonstration world's own day: one row. Nothing in the product reads it but the demo and its pages."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(name="one_today", condition=Q(id=1))]
