"""How names are compared: in what form, by which keys they find each other, how alike they are, and what follows."""
