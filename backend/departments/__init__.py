"""Departments: who may feed us, and the protocol by which records of any kind are fed."""
