"""Sound: takes and music are laid out in time, mixed, mastered, and rendered block by block."""
