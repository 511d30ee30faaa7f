"""The Celery application of the service."""

from celery import Celery

app = Celery("igny8_core")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
