"""Where the migration stands."""

import json

from migration_harness import queries
from migration_harness.rollout.standing import gates_by_phase

from .clients import API


class TestStatus:
    def test_is_the_contract_of_the_command(self, operator, signature):
        response = operator.get(f"{API}status/")
        assert response.json()["data"] == json.loads(json.dumps(queries.status(gates=gates_by_phase())))
