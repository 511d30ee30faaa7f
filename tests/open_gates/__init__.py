"""Opens every gate: most tests are about what happens once a change is allowed. Some ask the real ones."""
