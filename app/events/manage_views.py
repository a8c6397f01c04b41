from flask import Blueprint

bp = Blueprint("events_desk", __name__)
