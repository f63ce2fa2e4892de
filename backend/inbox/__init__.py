"""Messages on the screen, how a person wants to be told, browsers that receive pushes, and the installed app."""
