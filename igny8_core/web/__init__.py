"""The web server: Gunicorn keeps the processes, Waitress the connections, and threads see whole requests alone."""
