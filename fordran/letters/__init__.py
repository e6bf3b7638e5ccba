"""Composes, renders, sends and follows letters; knows nothing of cases."""
