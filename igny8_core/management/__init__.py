"""Django looks for the service's commands here."""
