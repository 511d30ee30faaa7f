"""laboratory, the Python port of GitHub's scientist."""

from collections.abc import Callable

from laboratory import Experiment


class Disabled(Experiment):
    """An experiment that is switched off."""

    def enabled(self) -> bool:
        return False


def disabled(control: Callable[..., int], candidate: Callable[..., int]) -> Callable[..., int]:
    """Return ``control`` with an experiment that never runs the candidate."""
    return Disabled.decorator(candidate, name="credits")(control)


def comparing(control: Callable[..., int], candidate: Callable[..., int]) -> Callable[..., int]:
    """Return ``control`` with an experiment that runs both and publishes nothing."""
    return Experiment.decorator(candidate, name="credits")(control)
