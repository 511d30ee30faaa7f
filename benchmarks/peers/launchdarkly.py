"""LaunchDarkly's migrator, with flags from memory and without sending events: its own cost alone."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import eq
from typing import Any

from ldclient import Config, Context, LDClient, Result
from ldclient.integrations.test_data import TestData
from ldclient.migrations import ExecutionOrder, MigratorBuilder, Stage

_FLAG = "model-based-credits"
logging.getLogger("ldclient").setLevel(logging.WARNING)


@contextmanager
def migrator(
    control: Callable[..., int],
    candidate: Callable[..., int],
    *,
    stage: Stage,
    order: ExecutionOrder = ExecutionOrder.SERIAL,
) -> Iterator[Callable[..., int]]:
    """Give a function that reads through a migrator whose flag has ``stage`` for everybody."""
    flags = TestData.data_source()
    flags.update(flags.flag(_FLAG).variations(stage.value).variation_for_all(0))
    client = LDClient(Config("offline", update_processor_class=flags, send_events=False))
    sides = [_side(control), _side(candidate)]
    builder = MigratorBuilder(client).read(*sides, eq).write(*sides).read_execution_order(order)
    reader = builder.build()

    def read(**arguments: Any) -> int:
        context = Context.create(str(arguments["account"].pk))
        return reader.read(_FLAG, context, Stage.OFF, arguments).value

    try:
        yield read
    finally:
        client.close()


def _side(function: Callable[..., int]) -> Callable[[dict[str, Any]], Result]:
    return lambda arguments: Result.success(function(**arguments))
