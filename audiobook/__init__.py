"""Narrated audiobooks and podcasts from a written story."""
