"""Times to the second and in one order, as the console and the logs have them. All are UTC."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i:s"
