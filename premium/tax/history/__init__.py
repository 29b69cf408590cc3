"""Stages that make neutral transactions a history that an engine takes."""
