"""The budgets of the hot path, measured beside what people would use instead: ``python -m benchmarks``."""
