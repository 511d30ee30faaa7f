"""Whole operations: what a sampled one did, as it was recorded, and the laws that it must obey.

The room, in the order in which one reads it: ``declaring`` (what a host says), ``effects`` and ``recording`` (what is
kept), ``recorded`` (the decorator), ``under_way`` (the one that runs now), ``capturing`` (rows, by triggers of
``sql/operations.sql``), ``triggers`` (which tables have them), ``catching`` (files, mail, tasks), ``telling`` (what a
host tells: what it sent, what it noted), ``plain`` and ``masking`` (what may be kept of a value), ``laws`` (which are
broken), ``keeping`` (the row that remains).

An operation that is run again: elsewhere by ``trying``, ``world`` and ``verifying``, with ``compared`` (what its seams
find to differ) and ``differing`` (from what it did before); on both sides beside the work of customers by
``shadowing``, in ``alone`` (its transaction) and ``enclosure`` (what stays inside), from ``restoring`` (what it found),
with ``answering`` (which side), ``pairing`` and ``explaining`` (what differs); ``shadows`` has which are due, and what
came of them.

What a recording does not see:

- rows of tables that are not declared, ``TRUNCATE``, and what a connection besides the caller's writes: a thread's of
  its own, another alias's;
- mail, files and tasks that go past Django's ``EmailMessage`` and ``Storage`` and Celery's ``send_task``;
- what is sent to others, unless the host tells it with ``sent``;
- rows after the first thousand of one operation, and texts that are longer than 32 KB: of those a digest is kept.
  Either is told by ``missing``.
"""
