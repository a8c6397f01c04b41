from flask import Blueprint

bp = Blueprint("registrations_desk", __name__)
