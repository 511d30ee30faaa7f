"""Who is signed in, as JSON."""

from typing import Any

from rest_framework import serializers


class SignedInUser(serializers.Serializer[Any]):
    """Who is signed in."""

    username = serializers.CharField()


class SignedInAccount(serializers.Serializer[Any]):
    """The account of who is signed in, and its balance in credits."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    plan = serializers.CharField()
    credits = serializers.IntegerField()
    allows_overrides = serializers.BooleanField()


class WhoAnswer(serializers.Serializer[Any]):
    """User and account, null where there is none; and which parts of the pages are in their new form."""

    user = SignedInUser(allow_null=True)
    account = SignedInAccount(allow_null=True)
    flags = serializers.DictField(child=serializers.BooleanField())  # @legacy line dynamic-model-choices
