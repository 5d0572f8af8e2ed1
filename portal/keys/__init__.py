"""Keys that sign tokens for machines: signals, credentials, status lists. Made, rotated, published, withdrawn here.

`jose` signs and verifies, `backends` holds private keys behind one small interface, `actions` are the deeds.
"""
