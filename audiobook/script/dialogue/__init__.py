"""Dialogue: which of a book's words are speech, and whose."""
