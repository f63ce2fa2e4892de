"""Tests of the rules desk."""
