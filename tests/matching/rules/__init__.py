"""The rules of the Shanghai pack, each with people made up for it."""
