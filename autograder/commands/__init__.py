"""The commands, a module each: parse, call, print; nothing else. ``cli`` puts them together."""
