-- What a person signed is what was shown: neither a forecast nor its signature can be changed afterwards.

CREATE TRIGGER forecast_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_keptforecast
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
CREATE TRIGGER forecast_sign_off_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_forecastsignoff
    FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_append_only();
