"""What turns a bare machine into a running portal: `make run`, `make test`, `make lint` and their like.

Everything that runs before the virtual environment exists uses the standard library alone; a test
holds that. Production uses none of this: there the operator provides PostgreSQL, Redis and the environment.
"""
