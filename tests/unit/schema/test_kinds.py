"""Which schema migrations go before a deploy and which after it, and what one takes away."""

import pytest
from django.db import migrations, models
from django.db.migrations.state import ProjectState

from migration_harness.schema.kinds import Kind, kind_of, taken_by
from migration_harness.schema.misplaced import of_migration


def migration(*operations, name="0002_x", **marks):
    made = type("Migration", (migrations.Migration,), {"operations": list(operations), **marks})
    return made(name, "shop")


REMOVE = migrations.RemoveField("order", "note")
DROP = migrations.DeleteModel("Order")
ADD = migrations.AddField("order", "size", models.IntegerField(null=True))
SQL = migrations.RunSQL("-- DROP TABLE in words\nALTER TABLE shop_order DROP COLUMN note; DROP TABLE shop_old;")
CREATE = migrations.CreateModel(
    "Order", [("id", models.BigAutoField(primary_key=True)), ("note", models.TextField(db_column="words"))]
)


@pytest.fixture
def state():
    found = ProjectState()
    CREATE.state_forwards("shop", found)
    return found


class TestAMigration:
    @pytest.mark.parametrize(
        ("made", "kind"),
        [
            (migration(ADD), Kind.PRE),
            (migration(REMOVE), Kind.PRE),
            (migration(REMOVE, post=True), Kind.POST),
            (migration(REMOVE, name="0012_post_drop_notes"), Kind.POST),
            (migration(REMOVE, name="0012_post_drop_notes", post=False), Kind.PRE),
            (migration(ADD, name="0003_post_charge"), Kind.PRE),
            (migration(SQL, name="0003_post_sql"), Kind.POST),
        ],
        ids=["adds", "takes", "marked", "named", "named and marked not", "of a word", "by SQL"],
    )
    def test_is_post_where_it_says_so(self, made, kind):
        assert kind_of(made) is kind

    @pytest.mark.parametrize(
        ("operations", "taken"),
        [
            ([REMOVE], ["column shop_order.words"]),
            ([DROP], ["table shop_order"]),
            ([migrations.RenameField("order", "note", "text")], ["column shop_order.words"]),
            ([migrations.RenameModel("Order", "Purchase"), migrations.DeleteModel("Purchase")],
             ["table shop_order", "table shop_purchase"]),
            ([migrations.SeparateDatabaseAndState(database_operations=[REMOVE])], ["column shop_order.words"]),
            ([SQL], ["DROP COLUMN note", "DROP TABLE shop_old"]),
            ([ADD], []),
        ],
        ids=["field", "model", "renamed", "twice", "apart", "SQL", "adds"],
    )  # fmt: skip
    def test_takes_away(self, state, operations, taken):
        assert [str(each) for each in taken_by(migration(*operations), state)] == taken

    @pytest.mark.parametrize(
        ("made", "kind"),
        [(migration(REMOVE), Kind.PRE), (migration(SQL), Kind.PRE), (migration(ADD, post=True), Kind.POST),
         (migration(CREATE, REMOVE, post=True), Kind.POST)],
        ids=["takes before", "takes by SQL before", "adds after", "both after"],
    )  # fmt: skip
    def test_that_is_marked_wrong_is_told(self, made, kind):
        assert [found for found, _ in of_migration("shop.0002", made)] == [kind]

    @pytest.mark.parametrize("made", [migration(ADD), migration(REMOVE, post=True)], ids=["adds", "takes after"])
    def test_that_is_marked_right_is_not(self, made):
        assert list(of_migration("shop.0002", made)) == []
