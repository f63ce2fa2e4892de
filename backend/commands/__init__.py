"""What the command line can do: one file per group of commands, each adds itself by `add(commands)`."""
