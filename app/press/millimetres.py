"""Paper in millimetres, PDF in points."""

MM = 72 / 25.4  # points
A4 = (210, 297)  # mm
