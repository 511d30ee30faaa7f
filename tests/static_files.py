"""The static files of the service, looked for once in a process."""

from functools import cache

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class KeptStaticFiles(WhiteNoiseMiddleware):
    """Takes the files that the first one of this process has found, as the service's own processes have only one.

    Each test client makes all middleware anew, and to look at every static file takes longer than most requests.
    """

    def add_files_from_finders(self) -> None:
        """Add what the finders find, in this process's life once."""
        self.files.update(_found())


@cache
def _found() -> dict[str, StaticFile]:
    finding = WhiteNoiseMiddleware(lambda request: None)
    return dict(finding.files)
