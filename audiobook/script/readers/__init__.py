"""script/readers."""
