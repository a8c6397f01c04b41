"""What the web server and the flask command load."""

from app import create_app
from app.base import own_files

own_files.set_umask()
app = create_app()
