"""What moves a migration on: gates that are asked, rollouts and the guards that they hold to, notices of both."""
