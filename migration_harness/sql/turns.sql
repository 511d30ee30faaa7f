-- The log's own count of transactions: ``xid`` of a row is its turn, and a turn never goes back, on whatever server the
-- log is. The counter of a server does: on a new server after a restore or a logical replication, and after
-- pg_resetwal. So a turn is the server's number with the log's life above it, and where a number would be below what is
-- folded the next life begins. docs/decisions/0010-folding-goes-by-transaction.md says why.

-- A sequence, because what one transaction raises the others must see at once, and a rollback must not take it back. One
-- that a copy has left behind is raised until it serves.
CREATE SEQUENCE migration_harness_life;

-- The server's number comes first: whoever has read a life has a number already.
CREATE FUNCTION migration_harness_turn() RETURNS xid8 LANGUAGE sql VOLATILE AS $$
    SELECT (pg_current_xact_id()::text::bigint
            + (coalesce(pg_sequence_last_value('migration_harness_life'), 0) << 44))::text::xid8
$$;

-- Before rows are written: their turn is not below the watermark.
CREATE FUNCTION migration_harness_take_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WHILE migration_harness_turn() < (SELECT max(watermark)::text::xid8 FROM migration_harness_foldstate) LOOP
        PERFORM nextval('migration_harness_life');
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER comparison_takes_turn BEFORE INSERT ON migration_harness_comparison
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_take_turn();
ALTER TABLE migration_harness_comparison ALTER COLUMN xid SET DEFAULT migration_harness_turn();

-- Adds the next slice of the log to the rollups: whole transactions, about as many rows as ``most``, more only where one
-- transaction has more. Returns how many rows, and whether there is more to do at once. Adds nothing where another
-- session is folding. Each statement in here sees the same rows: their transactions have all ended.
CREATE FUNCTION migration_harness_fold_log(most integer)
RETURNS TABLE (folded bigint, more boolean) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    mark xid8;
    known bigint;
    now_in bigint;
    finished xid8;
    first xid8;
    next xid8;
BEGIN
    folded := 0;
    more := false;
    IF NOT pg_try_advisory_xact_lock(1751213665, 0) THEN
        RETURN NEXT;
        RETURN;
    END IF;
    INSERT INTO migration_harness_foldstate (id, watermark, at) VALUES (1, 0, clock_timestamp()) ON CONFLICT DO NOTHING;
    IF FOUND AND EXISTS (SELECT FROM migration_harness_evidencetotal) THEN
        RAISE EXCEPTION 'the comparison log has rollups, and nothing says how far it was folded'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'The copy is not whole. Copy migration_harness_foldstate as well, from the same snapshot.';
    END IF;
    -- The row's lock as well: it makes a caller at a stricter isolation fail who began before another fold committed.
    SELECT watermark::text::xid8, life INTO mark, known FROM migration_harness_foldstate WHERE id = 1 FOR UPDATE;
    WHILE migration_harness_is_behind(mark) LOOP
        PERFORM nextval('migration_harness_life');
    END LOOP;
    now_in := coalesce(pg_sequence_last_value('migration_harness_life'), 0);
    IF now_in <> known THEN
        more := migration_harness_begin_life(now_in);
        RETURN NEXT;
        RETURN;
    END IF;
    finished := (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (now_in << 44))::text::xid8;
    SELECT min(xid) INTO first FROM migration_harness_comparison WHERE xid >= mark AND xid < finished;
    IF first IS NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT xid INTO next FROM migration_harness_comparison WHERE xid >= first AND xid < finished
    ORDER BY xid OFFSET most LIMIT 1;
    more := next IS NOT NULL;
    next := CASE WHEN next > first THEN next WHEN more THEN (first::text::bigint + 1)::text::xid8 ELSE finished END;
    folded := migration_harness_fold_slice(first, next);
    UPDATE migration_harness_foldstate SET watermark = next::text::bigint, at = clock_timestamp() WHERE id = 1;
    RETURN NEXT;
END $$;

-- Whether this server's counter is below what is folded, or below a row that is to be seen: no transaction of this
-- server has written that one.
CREATE FUNCTION migration_harness_is_behind(mark xid8) RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT own < mark OR coalesce(newest > own AND newest >= unseen, false)
    FROM (SELECT migration_harness_turn(), (SELECT max(xid) FROM migration_harness_comparison)) found (own, newest),
         -- Of the transactions from this one on, this snapshot sees nothing.
         LATERAL (SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                          + (own::text::bigint >> 44 << 44))::text::xid8) seen (unseen)
$$;

-- Lets folding go on in another life, from the next call on. Whoever writes now may have taken a turn of the life before,
-- and is waited for, briefly: charges wait as well. False where it is tried again later.
CREATE FUNCTION migration_harness_begin_life(begun bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE
SET lock_timeout = '200ms' AS $$
BEGIN
    LOCK TABLE ONLY migration_harness_comparison IN SHARE MODE;
    UPDATE migration_harness_foldstate SET life = begun, at = clock_timestamp() WHERE id = 1;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END $$;
