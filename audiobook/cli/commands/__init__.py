"""The commands, a module for each group: plain functions, which `audiobook.cli.app` gives names.

What does the work is imported when a command runs, so that `--help` is quick.
"""
