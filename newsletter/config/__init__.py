"""The site as it is run. Only here the environment is read."""
