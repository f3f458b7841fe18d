"""Plain text: what its lines, blanks, brackets and headings tell."""
