"""The engines that ship with the program, one file each; see `docs/add-an-engine.md`."""
