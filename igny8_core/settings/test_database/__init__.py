"""PostgreSQL for the test suite: a database that is made fresh, asks nothing and is dropped by force."""
