"""What can be done here: the items of the city, found by words, pinyin, theme or office, and their guides."""
