"""How results look, a module for each group of commands: as lines, or as one JSON object."""
