"""Two stores of one thing."""

from hashlib import sha256

from migration_harness.api import StorePair
from quotes.models import Shelf


class Shelves:
    def __init__(self, store):
        self.rows = Shelf.objects.filter(store=store)
        self.store = store

    def keys(self):
        return list(self.rows.values_list("key", flat=True))

    def read(self, key):
        return self.rows.filter(key=key).values_list("value", flat=True).first()

    def write(self, key, value):
        if value is None:
            self.rows.filter(key=key).delete()
        else:
            Shelf.objects.update_or_create(store=self.store, key=key, defaults={"value": value})

    def fingerprint(self, value):
        return sha256(value.encode()).hexdigest()


shelves = StorePair(flag="rebates", seam="quotes.shelf", control=Shelves("old"), candidate=Shelves("new"))
