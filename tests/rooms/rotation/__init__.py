"""Tests of the rotation of the root key."""
