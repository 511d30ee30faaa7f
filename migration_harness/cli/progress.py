"""How far a verb has come that takes its time."""

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

from migration_harness.cli.screen import Screen, StandardError
from migration_harness.printing import printable


def progress() -> Progress:
    """Return a progress bar on standard error, out of the way of what is printed."""
    columns = (_Description(), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Screen(StandardError()), refresh_per_second=4)  # type: ignore[arg-type]  # All that rich asks of it.


class _Description(ProgressColumn):
    """What is being done, as it is: it may name a file or a host's thing."""

    def render(self, task: Task) -> Text:
        """Return it as text."""
        return Text(printable(task.description))
