"""Customers, what they paid, and a shelf for each store."""

from uuid import uuid4

from django.db import models


class Customer(models.Model):
    name = models.CharField(max_length=100)
    opening = models.IntegerField(default=0)


class Entry(models.Model):
    """What was taken is below 0; ``right`` is what it should have come to, ``heals`` the charge that is corrected."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="entries")
    operation = models.CharField(max_length=100, unique=True)
    cents = models.IntegerField()
    right = models.IntegerField(null=True)
    heals = models.OneToOneField("self", on_delete=models.PROTECT, null=True)
    at = models.DateTimeField(auto_now_add=True)


class Shelf(models.Model):
    """One key of one store."""

    store = models.CharField(max_length=10)
    key = models.CharField(max_length=100)
    value = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="one_value_per_key")]


class Box(models.Model):
    """Known by a UUID, as in many shops."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    grams = models.IntegerField(default=0)


class Label(models.Model):
    """Known by two columns."""

    pk = models.CompositePrimaryKey("box_id", "number")
    box = models.ForeignKey(Box, on_delete=models.CASCADE)
    number = models.IntegerField()


class Business(Customer):
    """Known by the customer that it is."""

    vat = models.CharField(max_length=20)
