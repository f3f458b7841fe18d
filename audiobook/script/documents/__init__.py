"""Documents: books that are packed or marked up, read within bounds."""
