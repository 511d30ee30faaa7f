"""What needs two people: what was asked, by whom, and another person's own act."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0020_api_tokens'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=20)),
                ('subject', models.CharField(max_length=150)),
                ('asked', models.TextField(help_text='Exactly what was asked: canonical JSON.')),
                ('digest', models.CharField(help_text='SHA-256 of what was asked.', max_length=64)),
                ('sentence', models.TextField(help_text='What was asked, for people.')),
                ('again', models.TextField(blank=True, default='', help_text='The command that does it once it is approved.')),
                ('reason', models.TextField(blank=True)),
                ('asker', models.CharField(max_length=150)),
                ('asker_user', models.CharField(blank=True, help_text='Empty: a user of a machine, without account.', max_length=100)),
                ('asker_machine', models.CharField(blank=True, help_text='Who typed --as, at which machine.', max_length=150)),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('approved', 'Approved'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired'), ('used', 'Used'), ('void', 'Void')], default='asked', max_length=10)),
                ('approver', models.CharField(blank=True, default='', help_text='Who approved, refused or countersigned.', max_length=150)),
                ('approver_user', models.CharField(blank=True, default='', max_length=100)),
                ('decided_at', models.DateTimeField(null=True)),
                ('said', models.TextField(blank=True, default='', help_text='Their reason, or why it is void.')),
                ('used_by', models.CharField(blank=True, default='', max_length=150)),
                ('used_at', models.DateTimeField(null=True)),
                ('overridden', models.BooleanField(default=False, help_text='A superuser passed; then approver is who countersigned.')),
            ],
            options={
                'indexes': [models.Index(fields=['act', 'subject', 'state'], name='approval_by_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'refused']), _negated=True), models.Q(('approver_user', ''), _negated=True), _connector='OR'), name='approval_is_decided_by_a_user'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'used'), _negated=True), ('overridden', True), models.Q(('approver_user', ''), _negated=True), _connector='OR'), name='approval_is_used_approved_or_overridden'), models.CheckConstraint(condition=models.Q(('approver_user', ''), models.Q(('approver_user', models.F('asker_user')), _negated=True), _connector='OR'), name='approval_is_by_another_user'), models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'approved'])), fields=('digest',), name='approval_asked_once')],
            },
        ),
        migrations.RunSQL(
            (SQL / "approvals.sql").read_text(),
            """
            DROP TRIGGER approval_stays ON migration_harness_approval;
            DROP TRIGGER approval_goes_on ON migration_harness_approval;
            DROP FUNCTION migration_harness_approval_guard();
            ALTER TABLE migration_harness_approval
                DROP CONSTRAINT approval_is_by_another_person,
                DROP CONSTRAINT approval_digest_is_of_what_was_asked;
            DROP FUNCTION migration_harness_person(text);
            """,
        ),
    ]
