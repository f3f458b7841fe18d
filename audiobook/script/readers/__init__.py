"""Readers: one module for each format of story, each with a function `read`.

A reader is registered in the entry-point group ``audiobook.readers``, once for each suffix it
reads: the entry point's name is the suffix without its dot. `audiobook.script.story.Reader` is
what it must look like.
"""
