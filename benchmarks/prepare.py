"""Brings the scratch database to the state of the demo: schema, prices, flags, twelve funded accounts."""

import django


def main() -> None:
    """Migrate and seed."""
    django.setup()
    from igny8_core.preparation import prepare_database

    prepare_database(demo=True)


if __name__ == "__main__":
    main()
