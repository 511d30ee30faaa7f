"""The keys of the providers: where they are kept, and how one is saved."""
