"""What was compared: written, partitioned by day, added up, removed."""
