"""Tests of the room that holds keys."""
