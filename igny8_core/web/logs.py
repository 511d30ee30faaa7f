"""What gunicorn says, as everything else is said: its errors are errors of the log, too."""

import os
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger
from structlog.stdlib import ProcessorFormatter

from igny8_core.structured_logging import logging_config


class Logger(GunicornLogger):
    """Gunicorn's log, of which a worker that was killed is an error that somebody counts.

    It has handlers of its own, in a process that has no Django: its records pass nobody else's.
    """

    def setup(self, cfg: Any) -> None:
        """Let the handlers of the error log write as the service's do."""
        super().setup(cfg)
        # Not from the settings: what they refuse is told later, by one sentence.
        json = os.environ.get("IGNY8_ENV") == "production"
        config = logging_config(json=json, level="WARNING")["formatters"]["structlog"]
        formatter = ProcessorFormatter(**{name: value for name, value in config.items() if name != "()"})
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter)
