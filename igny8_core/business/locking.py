"""A content that is about to be changed."""

from igny8_core.ai.exceptions import InvalidInput
from igny8_core.modules.writer.models import Content


def locked_html(content: Content) -> str:
    """Lock a content against every other change until the transaction ends, and return its HTML as it is now.

    Raises InvalidInput where it was deleted.
    """
    html = Content.objects.select_for_update().filter(pk=content.pk).values_list("html", flat=True).first()
    if html is None:
        raise InvalidInput(f"The content {content.pk} was deleted while the model was answering.")
    return html
