"""The commands, one per module: parse, call, print, nothing else. ``cli`` puts them together."""
