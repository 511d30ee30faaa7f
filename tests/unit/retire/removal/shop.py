"""A second host: a shop that moves from one way of pricing parcels to another, and from one address book to another."""

from migration_harness.retire.drops import DroppedColumns, DroppedTable
from migration_harness.retire.removal.removing import remove
from migration_harness.retire.removal.retired import Retired
from migration_harness.retire.removal.tree import Tree

MARK = "@legacy"  # Written apart, so that this file is not marked itself.

FILES = {
    "shop/__init__.py": "",
    "shop/plan.py": '''"""The plan."""

from migration_harness.api import Phase, Plan, PlannedFlag

PLAN = Plan(
    phases=(
        Phase(
            number=1,
            name="Parcels",
            flags=(PlannedFlag(name="by-weight", seams=("parcels.price",)),),
            drops=(),
        ),
        Phase(
            number=2,
            name="Addresses",
            flags=(PlannedFlag(name="own-book", seams=("book.find",), requires=("by-weight",)),),
        ),
    ),
)
''',
    "shop/parcels/__init__.py": "",
    "shop/parcels/weight.py": '''"""The new price."""


def price(*, grams: int) -> int:
    """Return cents."""
    return grams // 10
''',
    "shop/parcels/legacy/__init__.py": '"""Goes."""\n',
    "shop/parcels/legacy/volume.py": '''"""The old price."""

from shop.parcels.tables import LITRES


def price(*, grams: int) -> int:
    """Return cents."""
    return grams // LITRES
''',
    "shop/parcels/tables.py": '''"""Numbers."""

LITRES = 7
"""What a litre weighs, to the old price."""

VAT = 19
"""In percent."""
''',
    "shop/parcels/seams.py": '''"""Where both meet."""

from migration_harness.api import Seam
from shop.parcels import weight
from shop.parcels.explaining import heavier
from shop.parcels.legacy import volume

price = Seam(name="parcels.price", flag="by-weight", control=volume.price, candidate=weight.price, explain=[heavier])
''',
    "shop/parcels/explaining.py": '''"""What is meant."""


def heavier(_call: object) -> bool:
    """Tell whether the parcel is heavy."""
    return True
''',
    "shop/book/__init__.py": "",
    "shop/book/own.py": '''"""The new book."""


def find(*, name: str) -> str:
    """Return an address."""
    return f"{name}, here"
''',
    "shop/book/legacy/__init__.py": "",
    "shop/book/legacy/bought.py": '''"""The old book."""


def find(*, name: str) -> str:
    """Return an address."""
    return f"{name}, there"
''',
    "shop/book/seams.py": '''"""Where both meet."""

from migration_harness.api import Seam
from shop.book.legacy.bought import find as control
from shop.book.own import find as candidate

find = Seam(name="book.find", flag="own-book", control=control, candidate=candidate)
''',
    "shop/checkout.py": f'''"""What a customer pays."""

import waffle

from shop.book.seams import find
from shop.parcels.seams import price as parcel_price
from shop.parcels.tables import VAT

FLAG = "by-weight"


def pay(request, *, name: str, grams: int) -> str:
    # What a comment says stays as it is.
    cents = parcel_price(grams = grams)   # Odd, and its own.
    if waffle.flag_is_active(request, FLAG) and grams:
        cents += VAT
    else:
        cents += old_vat()
    # {MARK} begin own-book
    if name == "nobody":
        return "not in the bought book"
    # {MARK} end
    return f"{{find(name=name)}}: {{cents}}"


def old_vat() -> int:
    return 16
''',
    "shop/models.py": '''"""Tables."""

from django.db import models


class Customer(models.Model):
    """Somebody."""

    BOOKS = [("bought", "Bought"), ("own", "Own")]

    name = models.CharField(max_length=10)
    book = models.CharField(max_length=10, choices=BOOKS)


class BoughtAddress(models.Model):
    """Of the old book."""
''',
    "shop/migrations/__init__.py": "",
    "shop/migrations/0001_initial.py": '"""Tables."""\n',
    "shop/till.py": '''"""Where money moves."""

from migration_harness.api import charge
from shop.parcels.seams import price


def take(book, *, grams: int) -> None:
    """Write what a parcel costs, or nothing."""
    with charge(operation_id="parcel") as made:
        book.append(price(grams=grams))


def take_and_tell(book, *, grams: int) -> str:
    """Write it, and say which operation it was."""
    with charge(operation_id="told") as made:
        book.append(price(grams=grams))
        return made.operation_id
''',
    "shop/views.py": '''"""Pages."""

from django.utils.decorators import method_decorator
from waffle.decorators import waffle_flag

FLAG = "own-book"


@waffle_flag(FLAG)
def book(request):
    """Show the book."""
    return "book"


@method_decorator(waffle_flag("by-weight"), name="dispatch")
class Parcels:
    """Show the parcels."""


def plain(request):
    return "plain"


urls = [waffle_flag("by-weight")(plain)]
''',
    "shop/templates/pay.html": """{% load i18n waffle_tags %}
<p>{% flag "by-weight" %}{% if heavy %}heavy{% else %}light{% endif %}{% else %}large{% endflag %}</p>
{% flag 'own-book' %}
<p>our own</p>
{% else %}
<p>bought</p>
{% endflag %}
{% comment %}{% flag "by-weight" %}{% endcomment %}
""",
    "shop/settings.py": '''"""Settings."""

HARNESS = {"PLAN": "shop.plan.PLAN", "OLD": "shop.parcels.seams.price"}
''',
    "tests/test_checkout.py": '''"""What stays is tested."""

import pytest

from shop import checkout
from shop.parcels import tables
from shop.parcels.legacy import volume


@pytest.fixture
def switched():
    return "by-weight"


class TestPay:
    def test_finds_the_address(self):
        assert checkout.pay(None, name="Ada", grams=100) == "Ada, here: 29"

    def test_is_by_volume(self):
        assert volume.price(grams=70) == 10

    def test_is_switched(self, switched):
        assert switched


def test_vat():
    assert tables.VAT == 19
''',
    ".importlinter": """[importlinter:contract:one]
name = One
ignore_imports =
    shop.parcels.legacy.volume -> shop.parcels.tables
""",
}

DROPS = (DroppedTable(model="shop.BoughtAddress"), DroppedColumns(model="shop.Customer", fields=("book",)))
ALL = Retired(
    phases=frozenset({1, 2}),
    flags=frozenset({"by-weight", "own-book"}),
    seams=frozenset({"parcels.price", "book.find"}),
    drops=DROPS,
    is_all=True,
)
PARCELS = Retired(phases=frozenset({1}), flags=frozenset({"by-weight"}), seams=frozenset({"parcels.price"}))


def removed(retired=ALL, **others):
    """Return the tree that is left of the shop, with other files by their paths, and what would dangle in it."""
    tree = Tree(FILES | others)
    return tree, remove(tree, retired, apps={"shop": "shop"})
