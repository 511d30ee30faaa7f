"""Seams: what the comparisons of each have found, and whose stores differ."""
