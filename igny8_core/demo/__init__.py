"""The demo at work: the service used as customers use it, on every execution path, against the sandbox provider."""
