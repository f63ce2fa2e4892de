"""The house is guarded: who may import what, what SQL may say, what every route and event declares."""
