-- Which discrepancies of live calls there have been: the first row of one in a rollup is noted in the transaction that
-- folds it, so that whoever tells of it finds it once, however often a worker is ended. What a run of recorded usage
-- finds is no news of live calls, and what is meant, or raised by both sides alike, needs nobody.

CREATE FUNCTION migration_harness_note_discrepancy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO migration_harness_seendiscrepancy (signature, seam, verdict, first_at)
    VALUES (NEW.signature, NEW.seam, NEW.verdict, NEW.first_at)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- Rows that ON CONFLICT changes meet no trigger of INSERT: it costs what new rows of a day cost.
CREATE TRIGGER day_rollup_notes_discrepancy AFTER INSERT ON migration_harness_dayrollup
    FOR EACH ROW
    WHEN (NEW.signature <> '' AND NEW.run = '' AND NEW.verdict NOT IN ('match', 'intended', 'both_error'))
    EXECUTE FUNCTION migration_harness_note_discrepancy();

-- What was there before is no news.
INSERT INTO migration_harness_seendiscrepancy (signature, seam, verdict, first_at, looked_at)
SELECT signature, min(seam), min(verdict), min(first_at), now()
FROM migration_harness_evidencetotal WHERE signature <> '' GROUP BY signature;
