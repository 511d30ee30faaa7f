"""The comparison log: a row for each compared call, recorded, partitioned by day, added up, removed."""
