"""Speech: a Script's segments become Clips, each kept in the store as it is made."""
