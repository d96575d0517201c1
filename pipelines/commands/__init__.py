"""The commands, by who gives them: each module adds its own to `pipelines.cli`."""
