"""What an accountant may change: typed models and the loader of `include/mappings`."""
