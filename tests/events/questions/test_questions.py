"""What an organizer asks in the sign-up form: written, put in order, taken off again."""

import pytest
import sqlalchemy as sa

from app.base.db import db
from app.base.rules import RuleBroken
from app.events.editing.patterns import copy
from app.events.models import Event
from app.events.questions import actions as questions
from app.events.questions.actions import Condition, Wording
from app.events.questions.models import Question, QuestionKind
from tests.browser import Browser
from tests.factories import make_event, make_member, make_question, make_registration

NOBODY: set[int] = set()
BUS = {"label": "Нужен автобус?", "kind": QuestionKind.YES_NO}


def labels(event: Event) -> list[str]:
    return [one.label for one in questions.asked(event)]


def said(question: Question, **changed: object) -> Wording:
    known = {"label": question.label, "kind": question.kind, "choices": question.choices}
    return Wording(**{**known, **changed})  # type: ignore[arg-type]


class TestRule:
    def test_stands_in_the_order_in_which_it_was_added(self) -> None:
        event = make_event()
        assert not event.has_questions
        for label in ("Первый", "Второй", "Третий"):
            make_question(event, label)
        assert event.has_questions
        assert labels(event) == ["Первый", "Второй", "Третий"]

    def test_is_asked_though_somebody_else_took_the_last_one_off_meanwhile(self) -> None:
        event = make_event()
        make_question(event)
        # Another process: this one's event does not know.
        db.session.execute(
            sa.update(Event).values(has_questions=False).execution_options(
                synchronize_session=False
            )
        )  # fmt: skip
        make_question(event)
        db.session.refresh(event)
        assert event.has_questions

    def test_moves_up_and_down_and_stays_at_the_ends(self) -> None:
        event = make_event()
        first, _second, third = [make_question(event, label) for label in "АБВ"]
        questions.move(third, -1)
        questions.move(first, -1)
        assert labels(event) == ["А", "В", "Б"]

    def test_never_stands_above_what_it_depends_on(self) -> None:
        event = make_event()
        bus = make_question(event, **BUS)
        make_question(event, "Откуда?", condition=Condition(bus, [True]))
        with pytest.raises(RuleBroken, match="«Откуда\\?» задаётся только после ответа"):
            questions.move(bus, 1)
        assert labels(event) == ["Нужен автобус?", "Откуда?"]

    def test_depends_on_nothing_below_or_on_itself(self) -> None:
        event = make_event()
        first, second = make_question(event, **BUS), make_question(event, "Б", "yes_no")
        for source in (first, second):
            with pytest.raises(RuleBroken, match="вопрос, который стоит выше"):
                questions.change(
                    first, said(first, condition=Condition(source, [True])), answered=NOBODY
                )

    def test_depends_only_on_answers_that_are_offered(self) -> None:
        event = make_event()
        first = make_question(event, "Секция", "choice", choices=["Танцы", "Пение"])
        with pytest.raises(RuleBroken, match="предлагает «Секция»"):
            make_question(event, "Б", condition=Condition(first, ["Бокс"]))
        make_question(event, "Какие танцы?", condition=Condition(first, ["Танцы"]))
        with pytest.raises(RuleBroken, match="только после ответа «Танцы»"):
            questions.change(first, said(first, choices=["Бокс", "Пение"]), answered=NOBODY)

    def test_without_answers_is_deleted_and_with_them_kept(self) -> None:
        event = make_event()
        kept, deleted = make_question(event, "А"), make_question(event, "Б")
        assert questions.take_off(deleted, answered={kept.id})
        assert not questions.take_off(kept, answered={kept.id})
        assert db.session.scalars(sa.select(Question)).all() == [kept]
        assert not event.has_questions
        questions.bring_back(kept)
        assert event.has_questions
        assert labels(event) == ["А"]

    def test_is_not_taken_off_while_another_depends_on_it(self) -> None:
        event = make_event()
        bus = make_question(event, **BUS)
        make_question(event, "Откуда?", condition=Condition(bus, [True]))
        with pytest.raises(RuleBroken, match="«Откуда\\?»"):
            questions.take_off(bus, answered=NOBODY)

    def test_keeps_its_kind_once_answered(self) -> None:
        question = make_question(make_event())
        with pytest.raises(RuleBroken, match="тип остаётся"):
            questions.change(
                question, said(question, kind=QuestionKind.DATE), answered={question.id}
            )
        questions.change(question, said(question, label="Размер"), answered={question.id})
        assert question.label == "Размер"

    @pytest.mark.parametrize(
        ("choices", "words"),
        [
            ([], "хотя бы два"),
            (["Да"], "хотя бы два"),
            (["Танцы", "танцы"], "«танцы» встречается дважды"),
            ([str(n) for n in range(300)], "здесь их 300"),
        ],
    )
    def test_offers_from_two_to_thirty_different_answers(
        self, choices: list[str], words: str
    ) -> None:
        with pytest.raises(RuleBroken, match=words):
            make_question(make_event(), kind="choice", choices=choices)

    def test_no_more_than_thirty(self) -> None:
        event = make_event()
        for number in range(30):
            make_question(event, str(number))
        with pytest.raises(RuleBroken, match="не больше 30 вопросов"):
            make_question(event)

    @pytest.mark.parametrize(
        "label",
        [
            "Серия и номер паспорта",
            "Ваш СНИЛС",
            "Домашний адрес",
            "Адрес по прописке",
            "Где вы живёте?",
            "Национальность",
            "Есть ли диагноз?",
            "Хронические болезни",
            "ИНН",
        ],
    )
    def test_what_is_never_kept_is_not_asked(self, label: str) -> None:
        with pytest.raises(RuleBroken, match="не спрашивают"):
            make_question(make_event(), label)

    @pytest.mark.parametrize(
        "label", ["Есть ли паспорт проекта?", "Нужен ли вход без ступенек?", "Адрес школы"]
    )
    def test_what_only_sounds_like_it_is(self, label: str) -> None:
        assert make_question(make_event(), label).id

    def test_is_copied_with_its_event_conditions_included(self) -> None:
        event = make_event()
        bus = make_question(event, **BUS)
        make_question(event, "Откуда?", condition=Condition(bus, [True]))
        twin = copy(event)
        first, second = questions.asked(twin)
        assert twin.has_questions
        assert (second.shown_if, second.shown_if_values) == (first, [True])
        assert first.id != bus.id


class TestScreen:
    def test_an_organizer_asks_changes_and_takes_off(self, browser: Browser) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/questions"
        assert "Вопросов пока нет" in browser.open(url).text("main")
        browser.submit(
            url, label="Секция", kind="choice", choices="Танцы\n\n Пение \n", required="y"
        )
        source = db.session.scalars(sa.select(Question)).one()
        assert (source.choices, source.required) == (["Танцы", "Пение"], True)
        page = browser.submit(url, label="Какие?", kind="text", condition=f"{source.id}:0")
        assert "Если ответ на «Секция»: Танцы" in page.text("ol.o-roll")
        assert page.soup.select_one(f"details form input[name=q-{source.id}]")
        page = browser.submit(f"{url}/{source.id}/delete")
        assert "Сначала измените его условие" in page.text("#messages")
        second = next(one for one in questions.asked(event) if one is not source)
        form = browser.open(f"{url}/{second.id}").form("main form.o-form")
        assert form["condition"] == f"{source.id}:0"
        page = browser.submit(f"{url}/{second.id}", fields={**form, "label": "Какие танцы?"})
        assert "Какие танцы?" in page.text("ol.o-roll")
        page = browser.submit(f"{url}/{source.id}/move", to="down")
        assert "остаётся ниже" in page.text("#messages")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"label": ""}, "Напишите вопрос"),
            ({"label": "Размер 👕"}, "без эмодзи"),
            ({"label": "Я" * 10_000}, "не больше 300"),
            ({"label": "Номер паспорта"}, "не спрашивают"),
            ({"kind": "scale"}, "Как отвечают"),
            ({"kind": "choice", "choices": "\n".join(map(str, range(300)))}, "здесь их 300"),
            ({"kind": "choice", "choices": "Я" * 101 + "\nНет"}, "не больше 100"),
            ({"condition": "77:0"}, "стоит выше"),
        ],
    )
    def test_bad_input_gets_a_sentence_and_stays(
        self, browser: Browser, wrong: dict[str, str], words: str
    ) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization))
        fields = {"label": "Секция", "kind": "text", "choices": "", **wrong}
        page = browser.submit(f"/manage/events/{event.slug}/questions", fields=fields)
        assert page.status == 422
        assert words in page.text("main")
        assert page.form("main form[method=post].o-form")["label"] == fields["label"]
        assert not db.session.scalars(sa.select(Question)).all()

    def test_an_answered_one_is_taken_off_and_asked_again(self, browser: Browser) -> None:
        event = make_event()
        question = make_question(event)
        make_registration(event.slots[0], answers={str(question.id): "M"})
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/questions"
        assert "Тип изменить уже нельзя" in browser.open(f"{url}/{question.id}").text("main")
        page = browser.submit(f"{url}/{question.id}/delete")
        assert "Ответы на него остаются" in page.text("#messages")
        assert question.is_retired
        browser.submit(f"{url}/{question.id}/bring-back")
        assert not question.is_retired

    def test_those_of_another_event_are_not_found(self, browser: Browser) -> None:
        event, other = make_event(), make_event()
        question = make_question(other)
        browser.log_in(make_member(event.organization))
        assert browser.submit(
            f"/manage/events/{event.slug}/questions/{question.id}/delete"
        ).status == 404  # fmt: skip
