"""Paper: HTML to PDF, stamped pages, tables. Only this room touches WeasyPrint's insides."""
