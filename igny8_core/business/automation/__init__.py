"""Automation: a site's keywords become articles with images, stage by stage."""
