"""Notation: the script file, in which an author reads and edits a story; docs/script-format.md."""
