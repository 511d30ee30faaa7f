"""Tables: sorted, paged and exported by the server, all of it in the address."""

from dashboards.tables.showing import Shown, shown
from dashboards.tables.table import Column, Listed, Source, Table

__all__ = ["Column", "Listed", "Shown", "Source", "Table", "shown"]
