"""How a certificate looks: layouts, colours, pictures, frozen looks."""
