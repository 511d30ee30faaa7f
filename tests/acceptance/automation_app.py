"""The Celery application with AI operations that reach no provider and take their time: ``celery -A`` this module."""

import time

import django

from igny8_core.celery import app

django.setup()

from igny8_core.business.automation import doing  # noqa: E402  After the set-up.
from tests.integration.automation.parts import TrialAI  # noqa: E402

__all__ = ["app"]

ai = TrialAI()
for name in ("clustering", "idea_generation", "content_generation", "image_prompt_extraction", "image_generation"):
    ai.before[name] = lambda _rows: time.sleep(0.15)
doing._operations = lambda: ai
