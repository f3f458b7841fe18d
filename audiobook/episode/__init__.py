"""Blocks of sound become finished files: encoded, joined, tagged."""
