"""The floor: bare Flask, a comparable template, no database, no translation, no safety."""

from datetime import datetime, timedelta

from flask import Flask, render_template

app = Flask(__name__, template_folder="templates", static_folder="../static")
app.secret_key = "floor"
START = datetime(2026, 12, 1, 10)  # noqa: DTZ001
SLOTS = [
    {
        "id": n,
        "title": f"Группа {n}",
        "room": f"ауд. {100 + n}",
        "starts_at": START + timedelta(hours=n),
        "ends_at": START + timedelta(hours=n + 1),
        "capacity": 30,
        "taken": 7 * n,
    }
    for n in range(1, 4)
]
EVENT = {
    "slug": "den-otkrytyh-dverej",
    "title": "День открытых дверей в политехническом колледже",
    "summary": "Мастерские, встреча с мастерами, ответы на вопросы о поступлении.",
    "description": "Приходите посмотреть, как учат сварщиков, электриков и программистов. " * 12,
    "venue": "г. Элиста, ул. Ленина, 1",
    "organization": "Элистинский политехнический колледж",
}
NAV = [("/events", "Мероприятия"), ("/organizations", "Организации")]


@app.get("/event")
def event() -> str:
    return render_template("event.html", event=EVENT, slots=SLOTS, nav=NAV)


@app.get("/catalogue")
def catalogue() -> str:
    return render_template("catalogue.html", events=[EVENT] * 20, slots=SLOTS, nav=NAV)
