"""Documents on paper: A4 pages as PDF, set by Typst from the templates beside this file."""
