"""Tables and columns of pandas that meet traced values: arrays under labels."""
