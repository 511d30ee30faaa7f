"""What changes a flag: flips and their consequences, rollback, the trail, both stores moved."""
