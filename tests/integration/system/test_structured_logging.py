"""The log of the service."""

import structlog


class TestLog:
    def test_is_configured_to_show_json_in_production(self, capsys):
        import logging.config

        from igny8_core.structured_logging import logging_config

        before = structlog.get_config()
        try:
            logging.config.dictConfig(logging_config(json=True, level="INFO"))
            structlog.get_logger("harness").warning("harness.mismatch", seam="credits.text")
            line = capsys.readouterr().err.strip().splitlines()[-1]
        finally:
            logging.config.dictConfig(logging_config(json=False, level="INFO"))
            # Last: a logger that was used before keeps this list of processors, which capture_logs changes.
            structlog.configure(**before)
        import json

        assert json.loads(line)["event"] == "harness.mismatch"
