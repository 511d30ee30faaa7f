"""What the admin pages of all apps have in common. Each app registers its own, in its ``admin``."""
