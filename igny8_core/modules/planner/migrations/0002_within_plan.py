"""No account has more keywords than its plan allows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("planner", "0001_initial"), ("igny8_auth", "0002_within_plan")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER keywords_within_plan AFTER INSERT ON planner_keyword REFERENCING NEW TABLE AS added"
            " FOR EACH STATEMENT EXECUTE FUNCTION igny8_within_plan('most_keywords', 'keywords');",
            "DROP TRIGGER keywords_within_plan ON planner_keyword;",
        ),
    ]
