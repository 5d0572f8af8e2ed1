"""What each letter says, in the language that is active: objects in, plain data for templates/documents out.

Nothing here reads the database or writes. Texts of the rulebook are looked up in the same catalogue
(templates/locale) and stay as they are where it has none; what people wrote is never translated.
"""
