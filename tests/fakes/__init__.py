"""Stand-ins for what lies outside this machine; nothing in the package is replaced by them."""
