"""Links between the contents of a site."""

from django.db import models
from django.db.models import F, Q

from igny8_core.auth.models import Account, Site
from igny8_core.modules.writer.models import Content


class InternalLink(models.Model):
    """A link that was put into a content. The same one is never put there again, also when somebody took it out."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="internal_links")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="internal_links")
    source = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="links_in")
    anchor = models.CharField(max_length=200, help_text="The phrase of the source that is the link.")
    operation_id = models.CharField(max_length=255, help_text="The operation that was charged for it.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="one_link_from_source_to_target"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="no_link_to_itself"),
        ]

    def __str__(self) -> str:
        return self.anchor
