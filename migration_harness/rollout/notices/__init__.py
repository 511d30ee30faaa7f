"""Notices: what people and their systems are told of rollouts, automatic rollbacks and new discrepancies, once each."""
