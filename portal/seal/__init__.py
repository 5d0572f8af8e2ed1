"""The portal's seal: its signature as an organisation, on letters (PAdES) and on files for hand-over (detached CMS).

`keys` holds the key behind one small interface, `pdf` and `cms` seal, `check` says what a seal is worth.
"""
